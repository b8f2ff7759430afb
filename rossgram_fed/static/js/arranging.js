// Arranges the photos of a form without loading its page again: by buttons, by dragging and by keys. Without this every
// button does the same by sending the form.
const { answered, changed, form, say } = await import(document.querySelector("#composer").dataset.composer);

const cardsOf = () => [...form.querySelectorAll(".cards > li")];
const idOf = (card) => card.querySelector("input[name=photo]").value;

/** Put a card at a place, by moving the others: it keeps its focus, and the pointer that holds it. */
function place(card, to) {
  const from = cardsOf().indexOf(card);
  to = Math.max(0, Math.min(cardsOf().length - 1, to));
  if (to > from) cardsOf().slice(from + 1, to + 1).forEach((one) => card.before(one));
  if (to < from) cardsOf().slice(to, from).reverse().forEach((one) => card.after(one));
  if (to === from) return;
  renumber();
  changed();
  say(`Moved to place ${to + 1} of ${cardsOf().length}.`);
}

/** Tell every part of the form at which place its photo is now. */
export function renumber() {
  const cards = cardsOf();
  cards.forEach((card, at) => {
    const id = idOf(card);
    for (const part of [card, form.querySelector(`[data-photo="${id}"]`), option(id)]) part && count(part, at + 1);
    card.querySelector("[value^=earlier]").hidden = !at;
    card.querySelector("[value^=later]").hidden = at === cards.length - 1;
    if (card.hasAttribute("tabindex")) name(card);
  });
  const blocks = cards.map((card) => form.querySelector(`[data-photo="${idOf(card)}"]`)).filter(Boolean);
  blocks.slice(1).forEach((block, at) => blocks[at].after(block));
  const alike = form.querySelector("[value=alike]")?.closest("p");
  if (alike) blocks[0]?.after(alike);
  const options = cards.map((card) => option(idOf(card))).filter(Boolean);
  options.slice(1).forEach((one, at) => options[at].after(one));
  arrange.hidden = cards.length < 2;
}

function option(id) {
  return form.querySelector(`#field-cover option[value="${id}"]`);
}

function count(part, number) {
  const numbered = /\b(photo|video) \d+/gi;
  const walker = document.createTreeWalker(part, NodeFilter.SHOW_TEXT, (node) =>
    node.parentElement.matches("textarea") ? NodeFilter.FILTER_REJECT : NodeFilter.FILTER_ACCEPT,
  );
  while (walker.nextNode()) {
    const { data } = walker.currentNode;
    if (data.search(numbered) >= 0) walker.currentNode.data = data.replace(numbered, `$1 ${number}`);
  }
  for (const picture of part.querySelectorAll(".card-picture[alt]")) picture.alt = picture.alt.replace(numbered, `$1 ${number}`);
}

form.addEventListener("click", async (event) => {
  const button = event.target.closest("button[name=do]");
  const [verb, id] = button?.value.split(" ") ?? [];
  const card = button?.closest("li.card");
  if (!["earlier", "later", "remove", "alike", "find-place", "suggest-place"].includes(verb)) return;
  event.preventDefault();
  if (verb === "earlier" || verb === "later") {
    place(card, cardsOf().indexOf(card) + (verb === "later" ? 1 : -1));
    (button.hidden ? card.querySelector(`.card-moves button[value$="${id}"]:not([hidden])`) : button).focus();
    card.scrollIntoView({ block: "nearest" });
  } else if (verb === "remove") await remove(card, button);
  else await renewDetails(verb, button);
});

async function remove(card, button) {
  button.disabled = true;
  try {
    const fresh = await answered(button.value);
    const beside = card.nextElementSibling ?? card.previousElementSibling;
    card.remove();
    for (const id of ["room", "details"]) document.getElementById(id)?.replaceWith(fresh.querySelector(`#${id}`));
    renumber();
    say("The photo is removed.");
    (beside?.querySelector("textarea") ?? form.querySelector(".drop input")).focus({ preventScroll: !beside });
  } catch {
    button.disabled = false;
    say("It could not be removed: this server could not be reached just now.", { shown: true });
  }
}

async function renewDetails(verb, button) {
  const details = form.querySelector("#details"), fold = button.closest("details").id;
  const open = [...details.querySelectorAll("details[open]")].map(({ id }) => id);
  try {
    details.replaceWith((await answered(verb)).querySelector("#details"));
  } catch {
    return say("This server could not be reached just now. Try again.", { shown: true });
  }
  for (const id of open) form.querySelector(`#details #${id}`).open = true;
  const first = form.querySelector(`#${fold} input[name=place]`);
  (first && verb !== "alike" ? first : form.querySelector(`#${fold} summary`)).focus();
  say(verb === "alike" ? "All photos have the same now." : form.querySelector(`#${fold} .field-error`)?.textContent ?? "Choose the city.");
}

// Enter looks for the city; it would post.
form.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.target.name !== "place-name") return;
  event.preventDefault();
  form.querySelector("[value=find-place]").click();
});

const arrange = document.createElement("p");
const toggle = Object.assign(document.createElement("button"), { type: "button", className: "button button-small" });
const hint = Object.assign(document.createElement("span"), { className: "hint", hidden: true });
arrange.className = "row";
toggle.textContent = "Change the order";
hint.textContent = "Drag a photo to its place, or move it with the arrow keys.";
arrange.append(toggle, hint);
toggle.addEventListener("click", () => arranging(hint.hidden));

function arranging(on) {
  const list = form.querySelector(".cards");
  list.classList.toggle("cards-arranging", on);
  toggle.textContent = on ? "Done" : "Change the order";
  toggle.setAttribute("aria-pressed", on);
  hint.hidden = !on;
  for (const card of cardsOf()) {
    if (on) name(card);
    for (const part of ["tabindex", "role", "aria-label"]) if (!on) card.removeAttribute(part);
  }
}

function name(card) {
  const words = card.querySelector("textarea").value, cards = cardsOf();
  card.tabIndex = 0;
  card.setAttribute("role", "button");
  card.setAttribute("aria-label", `Photo ${cards.indexOf(card) + 1} of ${cards.length}${words && `: ${words}`}. Arrow keys move it.`);
}

form.addEventListener("keydown", (event) => {
  const card = event.target.closest(".cards-arranging > li"), at = cardsOf().indexOf(card);
  const to = { ArrowLeft: at - 1, ArrowUp: at - 1, ArrowRight: at + 1, ArrowDown: at + 1, Home: 0, End: Infinity }[event.key];
  if (!card || to === undefined) return;
  event.preventDefault();
  place(card, to);
  card.scrollIntoView({ block: "nearest" });
});

form.addEventListener("pointerdown", (event) => {
  const card = event.target.closest(".cards-arranging > li");
  if (!card || event.button) return;
  const ended = new AbortController();
  card.classList.add("card-lifted");
  const move = ({ clientX, clientY }) => {
    if (clientY < 80 || clientY > innerHeight - 80) scrollBy(0, clientY < 80 ? -12 : 12);
    const over = document.elementFromPoint(clientX, clientY)?.closest(".cards-arranging > li");
    if (over && over !== card) place(card, cardsOf().indexOf(over));
  };
  const stop = () => (ended.abort(), card.classList.remove("card-lifted"));
  addEventListener("pointermove", move, ended);
  addEventListener("pointerup", stop, ended);
  addEventListener("pointercancel", stop, ended);
});

/** Offer to change the order as soon as there are photos to order. */
export function offer() {
  const list = form.querySelector(".cards");
  if (!list) return;
  if (!arrange.isConnected) list.before(arrange);
  if (!hint.hidden) cardsOf().forEach(name);
  renumber();
}
offer();
