import assert from "node:assert/strict";
import { it } from "node:test";
import { progress, scriptedTopic } from "../../support/scripted-topic.ts";
import { textFrame } from "../../support/text-frame.ts";

const snapshot = (version: number, more: object = {}): string =>
  JSON.stringify({ ...more, version, cursor: `${version}:${version}:` });

it("What it was already sent is not sent again", () => {
  const { topic, subscription, moveTo, taken } = scriptedTopic();
  const [six, seven] = [progress(6), progress(7)];
  topic.progress = six;
  moveTo(seven, { isHeard: false });
  subscription.catchUp();
  // The flush that brought the topic here was still on its way.
  subscription.follow({ from: six, to: seven, frames: [textFrame("flush 7")] });
  moveTo(progress(8));
  subscription.catchUp();
  assert.deepEqual(taken(), [snapshot(7), "flush 8"]);
});

it("A flush that doesn't follow what it was sent gives the whole document", () => {
  const { topic, subscription, moveTo, taken } = scriptedTopic();
  topic.progress = progress(3);
  subscription.catchUp();
  moveTo(progress(4), { isHeard: false });
  moveTo(progress(5));
  assert.deepEqual(taken(), [snapshot(3), snapshot(5)]);
});

it("While it is blocked it gets nothing; then one snapshot and the status, both as they are by then", () => {
  const { topic, subscriber, subscription, moveTo, taken } = scriptedTopic();
  topic.progress = progress(1);
  subscription.catchUp();
  taken();
  subscriber.blocked = true;
  for (const version of [2, 3, 4]) moveTo(progress(version));
  topic.staleFrame = textFrame("stale");
  subscription.catchUp();
  assert.deepEqual(taken(), []);
  subscriber.blocked = false;
  subscription.catchUp();
  subscription.catchUp();
  assert.deepEqual(taken(), [snapshot(4), "stale"]);
});

it("A status that came and went while it was blocked is not sent", () => {
  const { topic, subscriber, subscription, taken } = scriptedTopic();
  subscriber.blocked = true;
  topic.staleFrame = textFrame("stale");
  subscription.catchUp();
  topic.staleFrame = undefined;
  subscriber.blocked = false;
  subscription.catchUp();
  assert.deepEqual(taken(), []);
});

it("Of requests that wait, each is answered once: the newest by the snapshot, those before by ack", () => {
  const { topic, subscription, taken } = scriptedTopic();
  subscription.request("a");
  subscription.request("b");
  topic.progress = progress(1);
  subscription.catchUp();
  assert.deepEqual(taken(), ["ack a", snapshot(1, { id: "b" })]);
});

it("A request that is open when it is closed is answered, and nothing comes after", () => {
  const { topic, subscription, moveTo, taken } = scriptedTopic();
  subscription.request("a");
  subscription.close();
  subscription.close();
  topic.progress = progress(1);
  subscription.catchUp();
  moveTo(progress(2));
  assert.deepEqual(taken(), ["ack a", "left"]);
});
