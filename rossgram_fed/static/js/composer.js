// Keeps what is typed on the server while it is typed, so that nothing is lost with a tab, and sends the form for the
// other scripts of its page, one request after the other. Without this what a button sends is kept.
const SOON = 1500;
const AGAIN = 15_000;
export const form = document.querySelector("#composer");
const kept = document.querySelector("#kept");
const news = document.createElement("p");
news.className = "unseen";
news.setAttribute("role", "status");
form.prepend(news);

/** Say something to those who do not see what happened. */
export function say(text, { shown = false } = {}) {
  news.className = shown ? "note" : "unseen";
  news.textContent = text;
  if (shown) news.scrollIntoView({ block: "center" });
}

let dirty = false, gone = false, busy = 0, timer, last = Promise.resolve();

/** One request after the other, so that the second knows which draft the first began. */
function inTurn(work) {
  busy += 1;
  last = last.catch(() => {}).then(work);
  last.catch(() => {}).then(() => (busy -= 1));
  return last;
}

function typed(verb, photos = []) {
  const sent = new FormData(form);
  sent.delete("files");
  sent.set("do", verb);
  for (const photo of photos) sent.append("arrived", photo);
  return sent;
}

/** Send the form as this button does, and return the form that comes back. Its draft is kept by that too. */
export function answered(verb, photos = []) {
  return inTurn(async () => {
    const answer = await fetch(form.action, { method: "POST", body: typed(verb, photos) });
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("#composer");
    for (const name of ["draft", "as_of"]) begin(name, fresh.querySelector(`input[name=${name}]`)?.value);
    return fresh;
  });
}

function begin(name, value) {
  if (!value) return;
  let field = form.querySelector(`input[name=${name}]`);
  if (!field) {
    field = Object.assign(document.createElement("input"), { type: "hidden", name });
    form.prepend(field);
  }
  field.value = value;
  const discard = form.querySelector("#discard");
  if (name !== "draft" || !discard) return;
  discard.querySelector("[formaction]").setAttribute("formaction", `/drafts/${value}/delete`);
  form.querySelector("[popovertarget=discard]").hidden = false;
}

/** Keep the form in a moment. */
export function changed() {
  if (!("keeps" in form.dataset) || gone) return;
  dirty = true;
  kept.textContent = "";
  clearTimeout(timer);
  timer = setTimeout(keep, SOON);
}

function keep({ keepalive = false } = {}) {
  clearTimeout(timer);
  if (!dirty || gone) return last;
  return inTurn(async () => {
    if (!dirty || gone) return;
    dirty = false;
    try {
      const answer = await fetch(form.action, { method: "POST", body: typed("typed"), keepalive });
      const told = await answer.json();
      begin("draft", form.action.endsWith("/edit") ? "" : told.draft);
      begin("as_of", told.as_of);
      gone = Boolean(told.error);
      kept.textContent = told.error || dirty ? "" : "Kept. Nobody else sees it yet.";
      if (told.error) say(told.error, { shown: true });
    } catch {
      dirty = true;
      kept.textContent = "Not kept yet: this server could not be reached just now.";
      timer = setTimeout(keep, AGAIN);
    }
  });
}

form.addEventListener("input", ({ target }) => target.type !== "file" && changed());
// Enter in a line publishes nothing: it only looks like the end of that line. With Ctrl it does what the button does.
form.addEventListener("keydown", (event) => {
  if (event.key !== "Enter") return;
  if (event.target.matches("input:is([type=text], [type=datetime-local])")) event.preventDefault();
  if (event.ctrlKey || event.metaKey) form.querySelector(".form-end button[value=post]").click();
});
const zone = form.querySelector("input[name=zone]:not([data-chosen])");
if (zone) zone.value = Intl.DateTimeFormat().resolvedOptions().timeZone || zone.value;
addEventListener("online", () => keep());
addEventListener("visibilitychange", () => document.visibilityState === "hidden" && keep({ keepalive: true }));
// The last to hear of it: what somebody else holds back is not sent. What is on its way is waited for.
addEventListener("submit", (event) => {
  if (event.target !== form || event.defaultPrevented) return;
  clearTimeout(timer);
  if (busy) {
    event.preventDefault();
    last.catch(() => {}).then(() => form.requestSubmit(event.submitter));
  } else gone = true;
});
addEventListener("pageshow", ({ persisted }) => persisted && (gone = false));
