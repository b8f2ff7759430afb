// Buttons that do their work without loading the page again, photos liked by a double tap, rows of photos by keys, older
// photos below those that are read, and a word when newer ones came. Without this all of it is links and forms.
const EVERY = 60_000;
const BY_ITSELF = 3;
const HEARD = "fetch";

const news = document.createElement("p");
news.className = "unseen";
news.setAttribute("role", "status");
document.body.append(news);

/** Say something to those who do not see what happened. */
function say(text) {
  news.textContent = text;
}

function post(form, headers) {
  return fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)), redirect: "manual", headers });
}

/** Show a button pressed or not, with one more or less beside it, and let its form do the contrary next time. */
function flip(form) {
  const button = form.querySelector("button");
  const pressed = button.getAttribute("aria-pressed") === "true";
  const verb = form.action.slice(form.action.lastIndexOf("/") + 1);
  form.action = form.action.replace(/[^/]+$/, pressed ? verb.replace(/^un/, "") : `un${verb}`);
  button.setAttribute("aria-pressed", String(!pressed));
  const count = button.querySelector(".count");
  const shown = count?.textContent ?? "";
  if (count && /^\d*$/.test(shown)) count.textContent = Number(shown) + (pressed ? -1 : 1) || "";
}

/** Like, boost, save: shown at once, and taken back when it could not be done. */
async function press(form) {
  if (form.ariaBusy === "true") return;
  form.ariaBusy = "true";
  const sent = post(form, { "X-Requested-With": HEARD });
  flip(form);
  try {
    const answer = await sent;
    if (answer.status === 204) return;
    flip(form);
    form.submit(); // whatever the server has to say is a page
  } catch {
    flip(form);
    say("That could not be sent. Are you still connected?");
  } finally {
    form.ariaBusy = "false";
  }
}

/** Follow and unfollow: the same part of the page as the server would show it now. */
async function renew(form) {
  const same = `[data-part="${form.dataset.part}"]`;
  const part = form.parentElement.closest(same) ?? form;
  const answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)) });
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page.querySelector(same);
  if (!answer.ok || !fresh) return location.assign(answer.url);
  part.replaceWith(fresh);
  (fresh.matches("form") ? fresh : fresh.querySelector("form[data-stays=part]"))?.querySelector("button").focus();
  say(page.querySelector(".flash")?.textContent ?? "");
}

document.addEventListener("submit", (event) => {
  const how = event.target.dataset.stays;
  if (!how) return;
  event.preventDefault();
  if (how === "pressed") press(event.target);
  else renew(event.target).catch(() => event.target.submit());
});

document.addEventListener("dblclick", (event) => {
  const photo = event.target.closest("article.post .photo");
  const button = photo?.closest("article").querySelector(".action-like[aria-pressed]");
  if (!button || event.target.closest("a, button, video")) return;
  if (button.getAttribute("aria-pressed") === "false") press(button.form);
  photo.classList.remove("photo-liked");
  void photo.offsetWidth; // so that the heart beats again
  photo.classList.add("photo-liked");
});

function turn(row, way) {
  row.scrollBy({ left: way * row.clientWidth * (getComputedStyle(row).direction === "rtl" ? -1 : 1) });
}

document.addEventListener("keydown", (event) => {
  const way = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
  if (!way || !event.target.matches(".carousel")) return;
  event.preventDefault();
  event.target.scrollBy({ left: way * event.target.clientWidth });
});

/** Give rows of photos their buttons where the browser has none of its own. */
function equip(root) {
  if (CSS.supports("selector(::scroll-button(*))")) return;
  for (const row of root.querySelectorAll(".carousel")) {
    for (const [way, sign, label] of [[-1, "‹", "Previous photo"], [1, "›", "Next photo"]]) {
      const button = document.createElement("button");
      Object.assign(button, { type: "button", className: `carousel-go carousel-${way < 0 ? "back" : "on"}`, textContent: sign });
      button.ariaLabel = label;
      button.addEventListener("click", () => turn(row, way));
      row.after(button);
    }
  }
}

/** Put the next page below this one. */
async function more(link, list, { pressed }) {
  link.ariaBusy = list.ariaBusy = "true";
  try {
    const answer = await fetch(link.href);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const further = page.querySelector("[data-more]");
    if (!answer.ok || !further) throw new Error(answer.status);
    const first = further.firstElementChild;
    further.querySelectorAll("[fetchpriority]").forEach((picture) => picture.removeAttribute("fetchpriority"));
    equip(further);
    list.append(...further.children);
    const next = page.querySelector(".pager [rel=next]");
    if (next) link.href = next.href;
    else link.closest(".pager").remove();
    say("Older photos are below.");
    if (pressed) first.querySelector("a[href]:not([tabindex])")?.focus({ preventScroll: true });
    return Boolean(next);
  } catch {
    if (pressed) location.assign(link.href);
    return false;
  } finally {
    link.ariaBusy = list.ariaBusy = "false";
  }
}

const list = document.querySelector("[data-more]");
const older = document.querySelector(".pager [rel=next]");
if (list && older) {
  let left = BY_ITSELF;
  const near = new IntersectionObserver(async ([seen]) => {
    if (!seen.isIntersecting || older.ariaBusy === "true") return;
    near.disconnect();
    left -= 1;
    if ((await more(older, list, { pressed: false })) && left) near.observe(older);
  }, { rootMargin: "100%" });
  near.observe(older);
  older.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    if (older.ariaBusy !== "true") more(older, list, { pressed: true });
  });
}

const newer = document.querySelector("#newer");
async function look() {
  if (document.hidden) return;
  const answer = await fetch(`/newer?than=${newer.dataset.than}`).catch(() => null);
  const count = answer?.ok && !answer.redirected ? (await answer.json()).count : 0;
  newer.hidden = !count;
  newer.firstElementChild.textContent = count > 19 ? "Many new photos" : `${count} new ${count === 1 ? "photo" : "photos"}`;
}
if (newer) {
  setInterval(look, EVERY);
  addEventListener("pageshow", (event) => event.persisted && look());
}
equip(document);
