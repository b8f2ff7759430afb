// Shows in a form at once what crop, filter and adjustments make of a photo, and lets the preview be dragged.
// Without this everything works by the button "Show me". The maths is in looks.js, the numbers come with the page.
const cards = document.querySelector("[data-numbers]");
const { drawFrame, frameOf, tone } = await import(cards.dataset.maths);
const table = JSON.parse(cards.dataset.numbers);
const LONGEST = 720;

class Preview {
  constructor(fold) {
    this.fold = fold;
    this.inputs = [...fold.querySelectorAll("[data-look]")];
    fold.addEventListener("input", () => this.draw());
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
    this.frame = frameOf(edits, this.picture.naturalWidth, this.picture.naturalHeight, table.shapes);
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

  ready() {
    this.loading ??= this.load();
    return this.loading;
  }

  async load() {
    const picture = new Image();
    picture.src = this.fold.dataset.untouched;
    await picture.decode();
    const shown = this.fold.querySelector(".look-shown img");
    this.canvas = document.createElement("canvas");
    this.canvas.setAttribute("role", "img");
    this.canvas.setAttribute("aria-label", shown.alt);
    shown.replaceWith(this.canvas);
    this.picture = picture;
    this.canvas.addEventListener("pointerdown", (event) => this.drag(event));
  }

  /** Move the crop with the pointer, by setting the same numbers that the sliders set. */
  drag(start) {
    const { canvas, frame } = this;
    const before = this.edits, scale = frame.width / canvas.clientWidth;
    const cosine = Math.cos(frame.tilt), sine = Math.sin(frame.tilt);
    const move = (event) => {
      const x = (start.clientX - event.clientX) * scale, y = (start.clientY - event.clientY) * scale;
      this.set("x", before.x + (frame.roomX > 1 ? ((x * cosine + y * sine) * 200) / frame.roomX : 0));
      this.set("y", before.y + (frame.roomY > 1 ? ((y * cosine - x * sine) * 200) / frame.roomY : 0));
      this.draw();
    };
    const stop = () => canvas.removeEventListener("pointermove", move);
    canvas.setPointerCapture(start.pointerId);
    canvas.addEventListener("pointermove", move);
    canvas.addEventListener("pointerup", stop, { once: true });
    canvas.addEventListener("pointercancel", stop, { once: true });
  }

  set(name, value) {
    const input = this.inputs.find((one) => one.dataset.look === name);
    input.value = Math.round(value);
  }
}

for (const fold of document.querySelectorAll(".look")) new Preview(fold);
