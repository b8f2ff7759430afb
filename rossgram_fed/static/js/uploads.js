// Sends photos as soon as they are chosen, each with its progress, and puts what came among the cards of the form.
// Without this the button below sends them with the form. What is typed meanwhile stays as it is; a reload goes on too.
const drop = document.querySelector(".drop");
const { answered, form, say } = await import(drop.closest("form").dataset.composer);
const { offer } = await import(drop.dataset.arranging);
const { Sending } = await import(drop.dataset.sending);
const AT_ONCE = 2;
const KEPT = `uploads ${location.pathname}`;

const files = [];
const rows = new Map();
const list = document.createElement("ul");
list.className = "sending";
drop.after(list);
form.querySelector("button[value=add]").parentElement.hidden = true;

const input = drop.querySelector("input[type=file]"), invites = drop.querySelector("span");
input.className = "unseen";
invites.className = "button";
input.addEventListener("change", () => {
  take([...input.files]);
  input.value = "";
});
for (const name of ["dragenter", "dragover", "dragleave", "drop"]) {
  drop.addEventListener(name, (event) => {
    event.preventDefault();
    drop.classList.toggle("drop-over", name === "dragenter" || name === "dragover");
    if (name === "drop") take([...event.dataTransfer.files]);
  });
}
addEventListener("beforeunload", (event) => {
  if (files.some((one) => one.active)) event.preventDefault();
});
form.addEventListener("submit", (event) => {
  if (!files.some((one) => one.active) && !bringing) return;
  event.preventDefault();
  say("Some files are still on their way. Wait until they are here, or cancel them.", { shown: true });
});
addEventListener("paste", ({ clipboardData }) => take([...clipboardData.files]));

/** Send files; one of which a part is here already goes on from there. */
function take(chosen) {
  for (const file of chosen) {
    const known = files.find(
      (one) => one.state === "left" && one.name === file.name && one.size === file.size && one.modified === file.lastModified,
    );
    if (known) forget(known);
    const one = new Sending(file, { path: known?.path, changed });
    one.modified = file.lastModified;
    files.push(one);
    show(one);
  }
  next();
}

function next() {
  const busy = files.filter((one) => one.running).length;
  for (const one of files.filter((one) => one.state === "waiting" && !one.running).slice(0, AT_ONCE - busy)) {
    one.running = true;
    one.run().finally(() => {
      one.running = false;
      next();
    });
  }
  bringIn();
}

function changed(one) {
  draw(one);
  keep();
  if (["lost", "refused", "stopped"].includes(one.state)) say(`${one.name}: ${words(one)}`);
}

/** Remember what is on its way, for a reload: the browser gives a page its files only once. */
function keep() {
  const left = files.filter(({ path, state }) => path && state !== "refused" && state !== "cancelled");
  const kept = left.map(({ path, name, size, modified }) => ({ path, name, size, modified }));
  sessionStorage.setItem(KEPT, JSON.stringify(kept));
}

/** Go on with what a page of before left behind. */
async function recall() {
  for (const { path, ...file } of JSON.parse(sessionStorage.getItem(KEPT) || "[]")) {
    const answer = await fetch(path).catch(() => null);
    const told = answer?.ok ? await answer.json() : null;
    if (told === null || form.querySelector(`input[name=photo][value="${told.photo}"]`)) continue;
    const one = new Sending({ ...file, slice: () => new Blob() }, { path, changed });
    one.modified = file.modified;
    files.push(one);
    show(one);
    if (told.state === "refused") one.become("refused", told.error);
    else if (told.state === "arriving") {
      await one.locate().catch(() => {});
      if (one.offset < one.size) one.become("left");
    }
  }
  keep();
  next();
}

function forget(one) {
  files.splice(files.indexOf(one), 1);
  rows.get(one).row.remove();
  rows.delete(one);
  keep();
}

function show(one) {
  const row = document.createElement("li"), what = document.createElement("p"), bar = document.createElement("progress");
  const name = document.createElement("strong"), told = document.createElement("span"), buttons = document.createElement("p");
  name.textContent = one.name || "A file";
  told.className = "small soft";
  what.append(name, " ", told);
  bar.className = "meter";
  bar.setAttribute("aria-label", one.name);
  buttons.className = "row";
  row.append(what, bar, buttons);
  list.append(row);
  rows.set(one, { row, told, bar, buttons });
  draw(one);
}

function draw(one) {
  const { told, bar, buttons } = rows.get(one) ?? {};
  if (!told) return;
  bar.max = one.size || 1;
  bar.value = one.sent ?? one.offset;
  bar.hidden = ["refused", "stopped"].includes(one.state);
  told.className = bar.hidden ? "field-error" : "small soft";
  told.textContent = words(one);
  if (buttons.dataset.state === one.state) return;
  buttons.dataset.state = one.state;
  const offered = {
    waiting: [["Cancel", giveUp]],
    sending: [["Cancel", giveUp]],
    lost: [["Try now", () => one.resume?.()], ["Cancel", giveUp]],
    stopped: [["Try again", () => (one.become("waiting"), next())], ["Cancel", giveUp]],
    refused: [["Hide", () => forget(one)]],
    left: [["Forget it", giveUp]],
  };
  buttons.replaceChildren(...(offered[one.state] ?? []).map(([label, does]) => button(label, one, does)));
  async function giveUp() {
    forget(one);
    await one.cancel();
    bringIn();
  }
}

function button(label, one, does) {
  const made = document.createElement("button"), whose = document.createElement("span");
  made.type = "button";
  made.className = "button button-small";
  whose.className = "unseen";
  whose.textContent = `: ${one.name}`;
  made.append(label, whose);
  made.addEventListener("click", does);
  return made;
}

function words(one) {
  const part = `${size(one.sent ?? one.offset)} of ${size(one.size)}`;
  switch (one.state) {
    case "waiting":
      return "Waits for its turn";
    case "lost":
      return `${part} · the connection broke; it goes on by itself`;
    case "left":
      return `${part} · choose this file again to go on`;
    case "sending":
      return one.sent >= one.size ? "All of it is there and is being looked at" : part;
    case "here":
      return "Here";
    default:
      return one.reason;
  }
}

function size(bytes) {
  return bytes < 1 << 20 ? `${Math.ceil(bytes / 1024)} kB` : `${(bytes / (1 << 20)).toFixed(1)} MB`;
}

let bringing = false;

/** Put photos that are here among the cards, in the order in which they were chosen. */
async function bringIn() {
  if (bringing) return;
  const first = files.findIndex((one) => one.active);
  const come = files.slice(0, first < 0 ? files.length : first).filter((one) => one.state === "here");
  if (!come.length) return;
  bringing = true;
  try {
    merge(await answered("add", come.map((one) => one.photo)), come);
  } catch {
    say("The photos are here, but this page could not be brought up to date. Load it again.", { shown: true });
    return;
  } finally {
    bringing = false;
  }
  bringIn();
}

function merge(fresh, come) {
  for (const id of ["room", "details"]) renew(document.getElementById(id), fresh.querySelector(`#${id}`));
  const added = mergeCards(fresh.querySelector(".cards"));
  if (added < come.length) throw new Error("not all were taken");
  come.forEach(forget);
  lookAgain();
  say(added === 1 ? "One photo was added. Describe it." : `${added} photos were added. Describe them.`);
}

function mergeCards(fresh) {
  let cards = form.querySelector(".cards"), added = 0;
  if (!cards) {
    cards = fresh.cloneNode(false);
    drop.before(cards);
  }
  for (const card of [...fresh.children]) {
    const photo = card.querySelector("input[name=photo]").value;
    const here = cards.querySelector(`input[name=photo][value="${photo}"]`)?.closest("li");
    if (here) continue;
    cards.append(card);
    added += 1;
  }
  drop.classList.add("drop-more");
  invites.textContent = "Add more photos";
  drop.querySelector(".hint").textContent = fresh.closest("form").querySelector(".drop .hint").textContent;
  offer();
  import(cards.dataset.script).then(({ watch }) => watch(cards));
  return added;
}

const PREPARED = ".card-state[role=status]";
let looking = false;

/** Show videos that are being prepared as soon as they are ready, asking more and more seldom. */
async function lookAgain() {
  if (looking) return;
  looking = true;
  for (let seconds = 2; form.querySelector(PREPARED); seconds = Math.min(seconds * 1.5, 30)) {
    await new Promise((resume) => setTimeout(resume, seconds * 1000));
    const fresh = bringing ? null : await answered("look").catch(() => null);
    for (const card of fresh?.querySelectorAll("li.card:not(:has(" + PREPARED + "))") ?? []) {
      const photo = card.querySelector("input[name=photo]").value;
      const here = form.querySelector(`.card:has(${PREPARED}):has(input[name=photo][value="${photo}"])`);
      if (!here) continue;
      here.querySelector(".card-picture").replaceWith(card.querySelector(".card-picture"));
      const state = card.querySelector(".card-state");
      here.querySelector(".card-state").replaceWith(...(state ? [state] : []));
      say(state?.textContent ?? "A video is ready.");
    }
  }
  looking = false;
}

/** Replace a part of the form by what the server says of it now, and leave in it what is typed and open. */
function renew(old, fresh) {
  if (!old || !fresh) return;
  const key = ({ name, type, value }) => `${name} ${["radio", "checkbox"].includes(type) ? value : ""}`;
  const typed = new Map([...old.querySelectorAll("input, select, textarea")].map((one) => [key(one), one]));
  const open = [...old.querySelectorAll("details")].filter((one) => one.open).map((one) => one.id);
  for (const one of fresh.querySelectorAll("input, select, textarea")) {
    const before = typed.get(key(one));
    if (!before) continue;
    if (["radio", "checkbox"].includes(one.type)) one.checked = before.checked;
    else one.value = before.value;
  }
  for (const one of fresh.querySelectorAll("details")) one.open ||= one.id && open.includes(one.id);
  old.replaceWith(fresh);
}

recall();
lookAgain();
