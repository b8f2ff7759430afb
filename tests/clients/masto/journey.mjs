// An app built on masto does what people do with theirs. Prints one JSON object of what it saw; ends with 1 when a
// promise was broken. BASE_URL, TOKEN and PHOTOS (paths, separated by commas) come by the environment.
import { readFile } from "node:fs/promises";
import { createRestAPIClient, createStreamingAPIClient } from "masto";

const { BASE_URL: url, TOKEN: accessToken, PHOTOS } = process.env;
const rest = createRestAPIClient({ url, accessToken });
const saw = {};

const instance = await rest.v2.instance.fetch();
saw.version = instance.version;
saw.most = instance.configuration.statuses.maxMediaAttachments;
const me = await rest.v1.accounts.verifyCredentials();
saw.me = me.username;

const streaming = createStreamingAPIClient({
  streamingApiUrl: instance.configuration.urls.streaming,
  accessToken,
});
const events = streaming.user.subscribe();
const heard = [];
const listening = (async () => {
  for await (const event of events) {
    heard.push(event.event);
    if (event.event === "delete") return;
  }
})();
await streaming.prepare();

const descriptions = ["A lighthouse", "The pier below it"];
const media = [];
for (const [place, path] of PHOTOS.split(",").entries()) {
  const file = new Blob([await readFile(path)], { type: "image/jpeg" });
  media.push(await rest.v2.media.create({ file, description: descriptions[place] }));
}
const post = await rest.v1.statuses.create({
  status: "Two photos of the #coast",
  mediaIds: media.map((one) => one.id),
  visibility: "public",
});
saw.descriptions = post.mediaAttachments.map((one) => one.description);
saw.tags = post.tags.map((one) => one.name);

const chosen = rest.v1.statuses.$select(post.id);
saw.favourited = (await chosen.favourite()).favourited;
saw.bookmarked = (await chosen.bookmark()).bookmarked;
saw.reblogged = (await chosen.reblog()).reblogged;
const answer = await rest.v1.statuses.create({ status: "And a word about them", inReplyToId: post.id });
saw.answers = (await chosen.context.fetch()).descendants.map((one) => one.id).includes(answer.id);

for (let number = 0; number < 5; number += 1) {
  await rest.v1.statuses.create({ status: `Word ${number}` });
}
const walked = [];
for await (const page of rest.v1.accounts.$select(me.id).statuses.list({ limit: 3 })) {
  walked.push(...page.map((one) => one.id));
}
saw.walked = walked.length;
saw.walkedOnce = new Set(walked).size === walked.length;
saw.home = (await rest.v1.timelines.home.list({ limit: 40 })).some((one) => one.id === post.id);
saw.tagged = (await rest.v1.timelines.tag.$select("coast").list()).map((one) => one.id).includes(post.id);
saw.found = (await rest.v2.search.list({ q: me.username, type: "accounts" })).accounts.map((one) => one.id).includes(me.id);

const edited = await chosen.update({ status: "Two photos of the #coast, at dusk", mediaIds: media.map((one) => one.id) });
saw.edited = edited.editedAt !== null && edited.content.includes("dusk");
saw.history = (await chosen.history.list()).length;
await chosen.remove();
saw.gone = await chosen.fetch().then(() => false, (error) => error.statusCode === 404);

await Promise.race([listening, new Promise((resolve) => setTimeout(resolve, 10_000).unref())]);
events.unsubscribe();
streaming.close();
saw.heard = [...new Set(heard)].sort();
console.log(JSON.stringify(saw));
process.exit(0);
