import assert from "node:assert/strict";
import { it } from "node:test";
import type { Flush, Progress } from "../../../daemon/hub/topic-content.ts";
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

const flushOf = (from: Progress, to: Progress, texts: readonly string[]): Flush => ({
  from,
  to,
  frames: texts.map((text) => ({ ...textFrame(text), position: { cursor: `after ${text}` } })),
});

it("A flush that comes in parts is taken as one that comes whole", () => {
  const { topic, subscription, moveTo, taken } = scriptedTopic();
  const [one, two] = [progress(1), progress(2)];
  topic.progress = one;
  subscription.catchUp();
  topic.progress = two;
  const flush = flushOf(one, two, ["a", "b", "c"]);
  assert.equal(subscription.follow(flush, 0, 2), 2);
  subscription.catchUp();
  assert.equal(subscription.follow(flush, 2, 3), 3);
  moveTo(progress(3));
  assert.deepEqual(taken(), [snapshot(1), "a", "b", "c", "flush 3"]);
});

it("A subscriber that is blocked in the middle of a flush gets the rest, and what came meanwhile, once it has drained", () => {
  const { topic, subscriber, subscription, moveTo, asked, taken } = scriptedTopic();
  const [one, two] = [progress(1), progress(2, { events: 3 })];
  topic.progress = one;
  subscription.catchUp();
  topic.progress = two;
  taken();
  subscriber.blockAfter = 2;
  const flush = flushOf(one, two, ["a", "b", "c", "d"]);
  assert.equal(subscription.follow(flush, 0, 3), undefined);
  assert.equal(subscription.follow(flush, 3, 4), undefined);
  moveTo(progress(3, { events: 4 }));
  subscription.catchUp();
  assert.deepEqual(taken(), ["a", "b"]);
  subscriber.blockAfter = 1;
  subscriber.blocked = false;
  subscription.catchUp();
  assert.deepEqual(taken(), ["c"]);
  subscriber.blockAfter = Number.POSITIVE_INFINITY;
  subscriber.blocked = false;
  subscription.catchUp();
  moveTo(progress(4, { events: 5 }));
  assert.deepEqual(taken(), ["d", "flush 3", "flush 4"]);
  assert.deepEqual(asked, []);
});

it("What came in the middle of a flush and is too much to be held is asked for after it", () => {
  const { topic, subscriber, subscription, moveTo, asked, taken } = scriptedTopic();
  const [one, two] = [progress(1), progress(2, { events: 3 })];
  topic.progress = one;
  subscription.catchUp();
  topic.progress = two;
  taken();
  subscriber.blockAfter = 1;
  subscription.follow(flushOf(one, two, ["a", "b"]));
  moveTo(progress(3, { events: 1_004 }), { frames: 1_001 });
  subscriber.blockAfter = Number.POSITIVE_INFINITY;
  subscriber.blocked = false;
  subscription.catchUp();
  assert.deepEqual(taken(), ["a", "b"]);
  assert.deepEqual(
    asked.map(({ since }) => since),
    [two.position.snapshot],
  );
});

it("A request in the middle of a flush is answered by a snapshot, and by what of the flush had not come", async () => {
  const { topic, subscription, asked, taken } = scriptedTopic();
  const [one, two] = [progress(1), progress(2, { events: 3 })];
  topic.progress = one;
  subscription.catchUp();
  topic.progress = two;
  const flush = flushOf(one, two, ["a", "b", "c"]);
  subscription.follow(flush, 0, 1);
  subscription.request("again");
  assert.equal(subscription.follow(flush, 1, 3), undefined);
  await asked[0]?.answer([["b", "c"]]);
  assert.deepEqual(taken(), [
    snapshot(1),
    "a",
    JSON.stringify({ id: "again", recovered: true, version: 2, cursor: "after a" }),
    "b",
    "c",
  ]);
});
