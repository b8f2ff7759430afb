// A small server of other make, for the tests: one actor, @fay, on Fedify. It keeps everything in memory.
//
// Started with PORT (0: any free one) of 127.0.0.1, HOST (what it is called) and FIRST_KNOCK ("draft-cavage-http-signatures-12" or "rfc9421");
// prints "listening ORIGIN" when it is ready and ends when its standard input closes.
//
//   ANY    /verify             is this request well signed? {verified, scheme, keyId, reason}, 200 or 401
//   POST   /verify-document    whose is this document? {linkedData, proof}: does each signature in it hold? both false if not
//   GET    /control/log        what arrived in the inboxes: {scheme, type, id, actor, object, document}
//   DELETE /control/log
//   GET    /control/state      {actor, handle, followers, following, sent}
//   POST   /control/COMMAND    follow unfollow like boost photo reply edit delete undo; see `commands` below
import { createServer } from "node:http";
import { createFederation, MemoryKvStore } from "@fedify/fedify";
import { getDocumentLoader } from "@fedify/fedify/runtime";
import { detachSignature, verifyJsonLd, verifyObject, verifyRequestDetailed } from "@fedify/fedify/sig";
import * as vocab from "@fedify/vocab";
import { Temporal } from "@js-temporal/polyfill";

const HOST = process.env.HOST ?? "127.0.0.1";
const NAME = "fay";
const PAGE = 10; // items on a page of the outbox
const arrived = [];
const followers = new Map(); // actor id -> actor
const following = new Map(); // actor id -> {accepted, follow}
const notes = new Map(); // path -> Note
const creates = []; // newest last
const sent = new Map(); // activity id -> {activity, to}
const photos = new Map(); // file name -> bytes
let origin, federation, keys;

const schemeOf = (headers) =>
  headers.has("signature-input") ? "rfc9421" : headers.has("signature") ? "cavage" : null;
const fresh = (kind) => new URL(`/${kind}/${crypto.randomUUID()}`, origin);
const compact = (thing) => thing.toJsonLd({ format: "compact" });

async function makeKeys() {
  const usages = ["sign", "verify"];
  const rsa = { name: "RSASSA-PKCS1-v1_5", modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]), hash: "SHA-256" };
  return [await crypto.subtle.generateKey(rsa, true, usages), await crypto.subtle.generateKey("Ed25519", true, usages)];
}

function build() {
  const made = createFederation({
    kv: new MemoryKvStore(),
    origin,
    allowPrivateAddress: true,
    firstKnock: process.env.FIRST_KNOCK ?? "rfc9421",
  });
  made.setNodeInfoDispatcher("/nodeinfo/2.1", () => ({
    software: { name: "fedify-peer", version: "1.0.0" },
    protocols: ["activitypub"],
    usage: { users: { total: 1 }, localPosts: creates.length, localComments: 0 },
  }));
  made
    .setActorDispatcher("/users/{identifier}", async (context, identifier) => {
      if (identifier !== NAME) return null;
      const pairs = await context.getActorKeyPairs(identifier);
      return new vocab.Person({
        id: context.getActorUri(identifier),
        preferredUsername: NAME,
        name: "Fay of Fedify",
        summary: "<p>A peer for tests</p>",
        url: context.getActorUri(identifier),
        inbox: context.getInboxUri(identifier),
        outbox: context.getOutboxUri(identifier),
        followers: context.getFollowersUri(identifier),
        following: context.getFollowingUri(identifier),
        endpoints: new vocab.Endpoints({ sharedInbox: context.getInboxUri() }),
        publicKey: pairs[0].cryptographicKey,
        assertionMethods: pairs.map((pair) => pair.multikey),
      });
    })
    .setKeyPairsDispatcher((_context, identifier) => (identifier === NAME ? keys : []));
  made.setFollowersDispatcher("/users/{identifier}/followers", () => ({ items: [...followers.values()] }));
  made.setFollowingDispatcher("/users/{identifier}/following", () => ({
    items: [...following].filter(([, state]) => state.accepted).map(([id]) => new URL(id)),
  }));
  made
    .setOutboxDispatcher("/users/{identifier}/outbox", (_context, _identifier, cursor) => {
      const start = Number(cursor ?? 0);
      const more = start + PAGE < creates.length;
      return { items: creates.toReversed().slice(start, start + PAGE), nextCursor: more ? String(start + PAGE) : null };
    })
    .setCounter(() => creates.length)
    .setFirstCursor(() => "0");
  made.setObjectDispatcher(vocab.Note, "/notes/{id}", (_context, { id }) => notes.get(`/notes/${id}`) ?? null);
  made
    .setInboxListeners("/users/{identifier}/inbox", "/inbox")
    .on(vocab.Follow, async (context, follow) => {
      await note(context, follow);
      const who = await follow.getActor(context);
      if (!who?.id || follow.objectId?.href !== context.getActorUri(NAME).href) return;
      followers.set(who.id.href, who);
      await send(new vocab.Accept({ id: fresh("accepts"), actor: follow.objectId, object: follow }), [who]);
    })
    .on(vocab.Accept, async (context, accept) => {
      await note(context, accept);
      const state = following.get(accept.actorId?.href);
      if (state) state.accepted = true;
    })
    .on(vocab.Undo, async (context, undo) => {
      await note(context, undo);
      const object = await undo.getObject(context);
      if (object instanceof vocab.Follow && object.actorId?.href === undo.actorId?.href) followers.delete(undo.actorId.href);
    })
    .on(vocab.Activity, note)
    .onError((_context, error) => console.error("inbox", error));
  return made;
}

async function note(context, activity) {
  arrived.push({
    scheme: context.data.scheme,
    type: activity.constructor.name,
    id: activity.id?.href,
    actor: activity.actorId?.href,
    object: activity.objectId?.href,
    document: await compact(activity),
  });
}

const context = () => federation.createContext(new URL(origin), { scheme: null });

async function send(activity, recipients) {
  sent.set(activity.id.href, { activity, recipients });
  await context().sendActivity({ identifier: NAME }, recipients, activity, { immediate: true, preferSharedInbox: true });
  return { id: activity.id.href, object: activity.objectId?.href, document: await compact(activity) };
}

// `who` is an actor's id or a handle.
async function actor(who) {
  const loader = await context().getDocumentLoader({ identifier: NAME });
  const found = await context().lookupObject(who, { documentLoader: loader });
  if (!found?.inboxId) throw new Error(`no actor to be found at ${who}`);
  return found;
}

async function audience(to) {
  const named = await Promise.all((to ?? []).map(actor));
  return [...new Map([...followers.values(), ...named].map((who) => [who.id.href, who])).values()];
}

// The photos of a post: {base64, name, width, height}; we serve their bytes.
function attach(list) {
  return (list ?? []).map((photo) => {
    const name = `${crypto.randomUUID()}.jpg`;
    photos.set(name, Buffer.from(photo.base64, "base64"));
    return new vocab.Image({
      url: new URL(`/photos/${name}`, origin),
      mediaType: "image/jpeg",
      name: photo.name ?? null,
      width: photo.width,
      height: photo.height,
    });
  });
}

async function create({ content, photos: list, to, inReplyTo }) {
  const recipients = await audience(to);
  const me = context();
  const note = new vocab.Note({
    id: fresh("notes"),
    attribution: me.getActorUri(NAME),
    to: vocab.PUBLIC_COLLECTION,
    ccs: [me.getFollowersUri(NAME), ...recipients.map((who) => who.id)],
    content: content ?? "<p>hello</p>",
    published: Temporal.Now.instant(),
    replyTarget: inReplyTo ? new URL(inReplyTo) : null,
    tags: await Promise.all((to ?? []).map(async (who) => new vocab.Mention({ href: (await actor(who)).id, name: who }))),
    attachments: attach(list),
  });
  notes.set(note.id.pathname, note);
  const activity = new vocab.Create({
    id: fresh("creates"),
    actor: me.getActorUri(NAME),
    object: note,
    to: vocab.PUBLIC_COLLECTION,
    ccs: note.ccIds,
  });
  creates.push(activity);
  return send(activity, recipients);
}

const commands = {
  // {who}
  async follow({ who }) {
    const target = await actor(who);
    const follow = new vocab.Follow({ id: fresh("follows"), actor: context().getActorUri(NAME), object: target.id });
    following.set(target.id.href, { accepted: false, follow });
    return send(follow, [target]);
  },
  // {who}
  async unfollow({ who }) {
    const target = await actor(who);
    const { follow } = following.get(target.id.href);
    following.delete(target.id.href);
    return send(new vocab.Undo({ id: fresh("undos"), actor: follow.actorId, object: follow }), [target]);
  },
  // {object, to: [actor]}
  like: ({ object, to }) => react(vocab.Like, "likes", object, to),
  boost: ({ object, to }) => react(vocab.Announce, "boosts", object, to),
  // {content, photos: [{base64, name, width, height}], to: [actor]}
  photo: create,
  // {content, inReplyTo, to: [actor]}
  reply: create,
  // {object: a note of ours, content}
  async edit({ object, content, to }) {
    const path = new URL(object).pathname;
    const changed = notes.get(path).clone({ content, updated: Temporal.Now.instant() });
    notes.set(path, changed);
    const ids = { actor: changed.attributionId, object: changed, to: vocab.PUBLIC_COLLECTION, ccs: changed.ccIds };
    return send(new vocab.Update({ id: fresh("updates"), ...ids }), await audience(to));
  },
  // {object: a note of ours}
  async delete({ object, to }) {
    const path = new URL(object).pathname;
    const gone = notes.get(path);
    notes.delete(path);
    creates.splice(0, creates.length, ...creates.filter((activity) => activity.objectId?.href !== object));
    const tombstone = new vocab.Tombstone({ id: gone.id });
    const ids = { actor: gone.attributionId, object: tombstone, to: vocab.PUBLIC_COLLECTION };
    return send(new vocab.Delete({ id: fresh("deletes"), ...ids }), await audience(to));
  },
  // {id: an activity we sent}
  async undo({ id }) {
    const { activity, recipients } = sent.get(id);
    return send(new vocab.Undo({ id: fresh("undos"), actor: activity.actorId, object: activity }), recipients);
  },
};

async function react(Kind, path, object, to) {
  const recipients = await audience(to);
  const ids = recipients.map((who) => who.id);
  return send(new Kind({ id: fresh(path), actor: context().getActorUri(NAME), object: new URL(object), tos: ids }), recipients);
}

async function verify(request) {
  const loader = getDocumentLoader({ allowPrivateAddress: true });
  const result = await verifyRequestDetailed(request, { documentLoader: loader, contextLoader: loader });
  const keyId = (result.key?.id ?? result.keyId)?.href;
  const reason = result.verified ? null : result.reason;
  return json({ verified: result.verified, scheme: schemeOf(request.headers), keyId, reason }, result.verified ? 200 : 401);
}

// As Fedify's inbox does it: the LD-signature over the document with its proofs, the proofs without the LD-signature.
async function verifyDocument(document) {
  const loader = getDocumentLoader({ allowPrivateAddress: true });
  const loaders = { documentLoader: loader, contextLoader: loader };
  const linkedData = await verifyJsonLd(document, loaders);
  const proven = await verifyObject(vocab.Activity, detachSignature(document), loaders);
  return json({ linkedData, proof: proven !== null });
}

const json = (value, status = 200) =>
  new Response(JSON.stringify(value), { status, headers: { "content-type": "application/json" } });

async function control(request, name) {
  if (name === "log" && request.method === "DELETE") arrived.length = 0;
  if (name === "log") return json(arrived);
  if (name === "state") {
    const accepted = [...following].filter(([, state]) => state.accepted).map(([id]) => id);
    const me = context().getActorUri(NAME).href;
    const handle = `@${NAME}@${new URL(origin).host}`;
    return json({ actor: me, handle, followers: [...followers.keys()], following: accepted, sent: [...sent.keys()] });
  }
  const command = commands[name];
  if (!command || request.method !== "POST") return json({ error: `no command ${name}` }, 404);
  return json(await command(await request.json()));
}

function answer(request) {
  const path = new URL(request.url).pathname;
  if (path === "/verify") return verify(request);
  if (path === "/verify-document") return request.json().then(verifyDocument);
  if (path.startsWith("/control/")) return control(request, path.slice("/control/".length));
  if (path.startsWith("/photos/")) {
    const bytes = photos.get(path.slice("/photos/".length));
    return new Response(bytes ?? null, { status: bytes ? 200 : 404, headers: { "content-type": "image/jpeg" } });
  }
  return federation.fetch(request, { contextData: { scheme: schemeOf(request.headers) } });
}

async function serve(incoming, outgoing) {
  const chunks = [];
  for await (const chunk of incoming) chunks.push(chunk);
  const headers = new Headers();
  for (let i = 0; i < incoming.rawHeaders.length; i += 2) headers.append(incoming.rawHeaders[i], incoming.rawHeaders[i + 1]);
  const body = ["GET", "HEAD"].includes(incoming.method) ? undefined : Buffer.concat(chunks);
  let response;
  try {
    response = await answer(new Request(new URL(incoming.url, origin), { method: incoming.method, headers, body }));
  } catch (error) {
    console.error(error);
    response = json({ error: String(error?.stack ?? error) }, 500);
  }
  outgoing.writeHead(response.status, Object.fromEntries(response.headers));
  outgoing.end(Buffer.from(await response.arrayBuffer()));
}

keys = await makeKeys();
const server = createServer(serve);
server.listen(Number(process.env.PORT ?? 0), "127.0.0.1", () => {
  origin = `http://${HOST}:${server.address().port}`;
  federation = build();
  console.log(`listening ${origin}`);
});
process.stdin.resume().on("end", () => process.exit(0));
