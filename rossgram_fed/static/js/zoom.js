// Shows the photos of a post as large as the window, one after the other. Without this their links lead to the files.
const links = [...document.querySelectorAll(".photo > a")];
const dialog = document.createElement("dialog");
const picture = document.createElement("img");
const place = document.createElement("span");
let at = 0;

function button(words, sign, act) {
  const made = document.createElement("button");
  Object.assign(made, { type: "button", className: "zoom-button", textContent: sign, ariaLabel: words });
  made.addEventListener("click", act);
  return made;
}

function show(which) {
  at = (which + links.length) % links.length;
  const small = links[at].querySelector("img:not(.photo-blur)");
  picture.src = links[at].href;
  picture.alt = small.alt;
  place.textContent = links.length > 1 ? `${at + 1} of ${links.length}` : "";
}

dialog.className = "zoom";
dialog.setAttribute("aria-label", links.length > 1 ? "Photos" : "Photo");
place.setAttribute("role", "status");
const bar = document.createElement("div");
bar.className = "zoom-bar";
bar.append(place);
if (links.length > 1) bar.append(button("Previous photo", "‹", () => show(at - 1)), button("Next photo", "›", () => show(at + 1)));
bar.append(button("Close", "×", () => dialog.close()));
dialog.append(picture, bar);

dialog.addEventListener("click", (event) => event.target.closest(".zoom-bar") || dialog.close());
dialog.addEventListener("keydown", (event) => {
  const way = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
  if (way) show(at + way);
});
for (const [number, link] of links.entries()) {
  link.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    document.body.append(dialog);
    show(number);
    dialog.showModal();
  });
}
