// Shows in a form at once what crop, filter and adjustments make of a photo; the preview can be dragged, and tapped to
// say what must stay in sight. Without this everything works by the button "Show me". The maths is in looks.js, the
// numbers come with the page.
const LONGEST = 720;
const TAP = 6;
const watched = new WeakSet();
let drawFrame, frameOf, movedPoint, tone, table;

/** Draw the previews of all cards in a list that have none yet. */
export async function watch(cards) {
  table ??= JSON.parse(cards.dataset.numbers);
  ({ drawFrame, frameOf, movedPoint, tone } = await import(cards.dataset.maths));
  for (const fold of cards.querySelectorAll(".look")) {
    if (watched.has(fold)) continue;
    watched.add(fold);
    new Preview(fold);
  }
}

class Preview {
  constructor(fold) {
    this.fold = fold;
    this.inputs = [...fold.querySelectorAll("[data-look]")];
    this.across = fold.querySelector("[data-focus=across]");
    this.down = fold.querySelector("[data-focus=down]");
    for (const one of fold.querySelectorAll("[hidden]")) one.hidden = false;
    for (const one of fold.querySelectorAll("[type=range]")) tell(one);
    fold.addEventListener("input", ({ target }) => {
      tell(target);
      if (target.dataset.focus) this.aim();
      this.draw();
    });
    fold.addEventListener("toggle", () => fold.open && this.draw());
    if (fold.open) this.draw();
  }

  get edits() {
    const edits = { mirrored: false };
    for (const { type, checked, value, dataset } of this.inputs) {
      if (type === "range") edits[dataset.look] = Number(value);
      else if (type === "checkbox") edits[dataset.look] = checked;
      else if (checked) edits[dataset.look] = dataset.look === "turns" ? Number(value) : value;
    }
    return edits;
  }

  /** Draw what is chosen now, once, however many inputs change before the next frame. */
  async draw() {
    if (this.waiting) return;
    this.waiting = true;
    try {
      await this.ready();
      await new Promise(requestAnimationFrame);
    } catch {
      return; // the picture could not be had: what the server shows stays
    } finally {
      this.waiting = false;
    }
    const edits = this.edits;
    this.frame = this.frameOf(edits);
    this.follow(edits);
    const scale = Math.min(1, LONGEST / Math.max(this.frame.width, this.frame.height));
    this.canvas.width = Math.max(1, Math.round(this.frame.width * scale));
    this.canvas.height = Math.max(1, Math.round(this.frame.height * scale));
    const context = this.canvas.getContext("2d", { willReadFrequently: true });
    drawFrame(context, this.picture, edits, this.frame);
    const image = context.getImageData(0, 0, this.canvas.width, this.canvas.height);
    tone(image.data, image.width, image.height, edits, table);
    context.putImageData(image, 0, 0);
    this.fold.dataset.drawn = JSON.stringify(edits);
  }

  frameOf(edits) {
    return frameOf(edits, this.picture.naturalWidth, this.picture.naturalHeight, table.shapes);
  }

  ready() {
    this.loading ??= this.load();
    return this.loading;
  }

  async load() {
    const picture = new Image();
    picture.src = this.fold.dataset.untouched;
    await picture.decode();
    const shown = this.fold.querySelector(".look-shown img"), frame = document.createElement("div");
    this.canvas = document.createElement("canvas");
    this.canvas.setAttribute("role", "img");
    this.canvas.setAttribute("aria-label", shown.alt);
    this.mark = document.createElement("span");
    this.mark.className = "look-focus";
    frame.className = "look-frame";
    frame.append(this.canvas, this.mark);
    shown.replaceWith(frame);
    this.picture = picture;
    this.frame = this.frameOf(this.edits);
    this.aim();
    this.canvas.addEventListener("pointerdown", (event) => this.press(event));
  }

  /** Take what the two numbers say as what must stay in sight; in the middle of the picture that is nothing. */
  aim() {
    const [x, y] = [Number(this.across.value) / 100, -Number(this.down.value) / 100];
    this.subject = x || y ? movedPoint(this.edits, this.frame, [x, y], true) : null;
  }

  /** Let the two numbers follow it when the crop moves. */
  follow(edits) {
    const [x, y] = this.subject ? movedPoint(edits, this.frame, this.subject) : [0, 0];
    if (this.subject) {
      this.put(this.across, x * 100);
      this.put(this.down, -y * 100);
    }
    this.mark.hidden = !this.subject;
    this.mark.style.left = `${(x + 1) * 50}%`;
    this.mark.style.top = `${(1 - y) * 50}%`;
  }

  /** Dragging moves the crop, by setting the same numbers that the sliders set; a tap says what must stay in sight. */
  press(start) {
    const { canvas, frame } = this;
    const before = this.edits, scale = frame.width / canvas.clientWidth;
    const cosine = Math.cos(frame.tilt), sine = Math.sin(frame.tilt);
    let dragged = false;
    const move = (event) => {
      const x = (start.clientX - event.clientX) * scale, y = (start.clientY - event.clientY) * scale;
      dragged ||= Math.hypot(x, y) > TAP * scale;
      if (!dragged) return;
      this.set("x", before.x + (frame.roomX > 1 ? ((x * cosine + y * sine) * 200) / frame.roomX : 0));
      this.set("y", before.y + (frame.roomY > 1 ? ((y * cosine - x * sine) * 200) / frame.roomY : 0));
      this.draw();
    };
    const ended = new AbortController();
    const stop = (event) => {
      ended.abort();
      if (event.type === "pointerup" && !dragged) this.tap(event);
    };
    canvas.setPointerCapture(start.pointerId);
    canvas.addEventListener("pointermove", move, ended);
    canvas.addEventListener("pointerup", stop, ended);
    canvas.addEventListener("pointercancel", stop, ended);
  }

  tap({ clientX, clientY }) {
    const box = this.canvas.getBoundingClientRect();
    this.put(this.across, ((clientX - box.left) / box.width) * 200 - 100);
    this.put(this.down, ((clientY - box.top) / box.height) * 200 - 100);
    this.aim();
    this.draw();
  }

  set(name, value) {
    this.put(this.inputs.find((one) => one.dataset.look === name), value);
  }

  put(input, value) {
    input.value = Math.round(value);
    tell(input);
  }
}

/** Show the number of a slider beside its name. */
function tell(input) {
  const shown = input.labels?.[0]?.querySelector("output");
  if (shown) shown.value = `${input.min < 0 && input.value > 0 ? "+" : ""}${input.value}${shown.dataset.unit}`;
}

const cards = document.querySelector("[data-numbers]");
if (cards) watch(cards);
