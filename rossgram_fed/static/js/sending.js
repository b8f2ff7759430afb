// One file on its way to /uploads, in pieces (tus 1.0.0, docs/storage.md): whatever breaks off goes on where it was.
// Nothing here touches the page; whoever sends a file is told by "changed" whenever something about it did.
const PIECE = 4 << 20;
const WAITS = [1, 2, 5, 10, 30];
const STALLED = 45_000;
const AGAIN = [0, 400, 408, 409, 423, 502, 503, 504];
const STOPS = [401, 429, 507];

export class Sending {
  /** A file to send; "path" is where a part of it is already. */
  constructor(file, { path = "", changed = () => {} } = {}) {
    Object.assign(this, { file, path, changed, name: file.name, size: file.size, offset: 0 });
    this.state = "waiting";
    this.reason = this.photo = "";
  }

  /** Whether it is on its way, or will be by itself. */
  get active() {
    return ["waiting", "sending", "lost"].includes(this.state);
  }

  /** Send it, through broken connections too; ends as "here", "refused" (for good), "stopped" or "cancelled". */
  async run() {
    for (this.failures = 0; this.state !== "cancelled"; ) {
      try {
        this.become("sending");
        await this.locate();
        while (!this.photo) await this.add();
        return this.become("here");
      } catch (problem) {
        if (this.state === "cancelled") return;
        if (!(problem instanceof Lost)) return this.become(problem.final ? "refused" : "stopped", problem.message);
        await this.pause();
      }
    }
  }

  /** Forget it, here and on the server. */
  async cancel() {
    this.become("cancelled");
    this.request?.abort();
    this.resume?.();
    if (this.path) await this.ask("DELETE", this.path).catch(() => {});
  }

  /** Find out how much of it is there; announce it when nothing is. */
  async locate() {
    if (this.path) {
      const answer = await this.ask("HEAD", this.path);
      if (answer.status === 200) return this.moved(Number(answer.header("Upload-Offset")));
      if (answer.status !== 404) throw refusal(answer);
    }
    const name = btoa(String.fromCharCode(...new TextEncoder().encode(this.name)));
    const told = { "Upload-Length": this.size, "Upload-Metadata": `filename ${name}` };
    const answer = await this.ask("POST", "/uploads", told);
    if (answer.status !== 201) throw refusal(answer);
    this.path = new URL(answer.header("Location"), location.href).pathname;
    this.moved(0);
  }

  /** Send the next piece; with the last one it becomes a photo. */
  async add() {
    const piece = this.file.slice(this.offset, this.offset + PIECE);
    const told = { "Upload-Offset": this.offset, "Content-Type": "application/offset+octet-stream" };
    const answer = await this.ask("PATCH", this.path, told, piece);
    if (answer.status !== 204) throw refusal(answer);
    this.failures = 0;
    this.photo = answer.header("Upload-Photo") || "";
    this.moved(Number(answer.header("Upload-Offset")));
  }

  moved(offset) {
    this.offset = this.sent = offset;
    this.changed(this);
  }

  become(state, reason = "") {
    Object.assign(this, { state, reason });
    this.changed(this);
  }

  /** Wait for the connection: a little longer each time, until it is back, or until "resume" is called. */
  async pause() {
    this.become("lost");
    const seconds = WAITS[Math.min(this.failures++, WAITS.length - 1)];
    await new Promise((resume) => {
      this.resume = resume;
      addEventListener("online", resume, { once: true });
      setTimeout(resume, seconds * 1000);
    });
  }

  ask(method, path, headers = {}, body = null) {
    return new Promise((resolve, reject) => {
      const request = (this.request = new XMLHttpRequest());
      let timer;
      const heard = () => {
        clearTimeout(timer);
        timer = setTimeout(() => request.abort(), STALLED);
      };
      const lost = () => (clearTimeout(timer), reject(new Lost()));
      request.open(method, path);
      for (const [name, value] of Object.entries({ "Tus-Resumable": "1.0.0", ...headers })) {
        request.setRequestHeader(name, value);
      }
      request.upload.onprogress = ({ loaded }) => {
        heard();
        this.sent = this.offset + loaded;
        this.changed(this);
      };
      // Whole and on the server: it may take its time to look at it.
      request.upload.onload = () => clearTimeout(timer);
      request.onerror = request.onabort = lost;
      request.onload = () => {
        clearTimeout(timer);
        resolve({ status: request.status, text: request.responseText, header: (name) => request.getResponseHeader(name) });
      };
      heard();
      request.send(body);
    });
  }
}

class Lost extends Error {}

class Refused extends Error {
  constructor(reason, final) {
    super(reason);
    this.final = final;
  }
}

function refusal({ status, text }) {
  if (AGAIN.includes(status)) return new Lost();
  let reason = "";
  try {
    reason = JSON.parse(text).error;
  } catch {
    // no sentence of ours: a proxy's page, or nothing
  }
  if (status === 401) reason = "You are signed out. Sign in on another page, then try again here.";
  return new Refused(reason || `The server answered ${status}.`, !STOPS.includes(status) && status < 500);
}
