import assert from "node:assert/strict";
import { it } from "node:test";
import { setImmediate } from "node:timers/promises";
import { progress, scriptedTopic } from "../../support/scripted-topic.ts";
import { textFrame } from "../../support/text-frame.ts";

/** At progress 1. */
function setUp() {
  const scripted = scriptedTopic();
  scripted.topic.progress = progress(1);
  return scripted;
}

const document = (version: number, cursor: string, more: object): string =>
  JSON.stringify({ ...more, version, cursor });

it("A resume is answered by the document it joined at, then what was missed, then what came meanwhile", async () => {
  const { subscription, moveTo, asked, taken } = setUp();
  subscription.request("s", "0:0:");
  moveTo(progress(2));
  moveTo(progress(3));
  assert.deepEqual(taken(), []);
  await asked[0]?.answer([["event a", "event b"]]);
  moveTo(progress(4));
  assert.deepEqual(taken(), [
    // With this cursor it lacks the events, should it be cut off before them.
    document(1, "0:0:", { id: "s", recovered: true }),
    "event a",
    "event b",
    "flush 2",
    "flush 3",
    "flush 4",
  ]);
});

it("What came while a long replay was read is too much to be held: it catches up afterwards", async () => {
  const { subscription, moveTo, asked, taken } = setUp();
  subscription.request("s", "0:0:");
  moveTo(progress(2, { events: 900 }), { frames: 900 });
  moveTo(progress(3, { events: 1_800 }), { frames: 900 });
  moveTo(progress(4, { events: 1_801 }));
  await asked[0]?.answer([["event a"], ["event b"]]);
  assert.deepEqual(taken(), [document(1, "0:0:", { id: "s", recovered: true }), "event a", "event b"]);
  assert.deepEqual([asked.length, asked[1]?.since], [2, "1:1:"]);
  moveTo(progress(5, { events: 1_802 }));
  await asked[1]?.answer([["event c"]]);
  assert.deepEqual(taken(), [document(4, "1:1:", { recovered: true }), "event c", "flush 5"]);
});

it("Where nobody can say what was missed the document of now comes, and what follows it", async () => {
  const { subscription, moveTo, asked, taken } = setUp();
  subscription.request("s", "0:0:");
  moveTo(progress(2));
  await asked[0]?.answer(undefined);
  moveTo(progress(3));
  assert.deepEqual(taken(), [document(2, "2:2:", { id: "s", recovered: false }), "flush 3"]);
});

it("Where nobody can say the rest of what was missed, a document says so after what could be said", async () => {
  const { subscription, moveTo, asked, taken } = setUp();
  subscription.request("s", "0:0:");
  moveTo(progress(2, { events: 1 }));
  await asked[0]?.answer([["event a"], undefined]);
  moveTo(progress(3, { events: 2 }));
  assert.deepEqual(taken(), [
    document(1, "0:0:", { id: "s", recovered: true }),
    "event a",
    document(2, "2:2:", { recovered: false }),
    "flush 3",
  ]);
});

it("What can't be read any more in the middle, since the database is away, is read on when it is back", async () => {
  const { topic, subscription, asked, taken } = setUp();
  subscription.request("s", "0:0:");
  topic.staleFrame = textFrame("stale");
  await asked[0]?.answer([["event a"], undefined, ["event b"]]);
  assert.deepEqual(taken().slice(-1), ["stale"]);
  topic.staleFrame = undefined;
  subscription.catchUp();
  await setImmediate();
  assert.deepEqual(taken(), ["live", "event b"]);
});

it("A forged cursor is answered at once, and nothing is read for it", () => {
  const { subscription, asked, taken } = setUp();
  subscription.request("s", "forged");
  assert.deepEqual(taken(), [document(1, "1:1:", { id: "s", recovered: false })]);
  assert.equal(asked.length, 0);
});

it("A blocked subscriber that drains gets the events of between, from where it was left", async () => {
  const { subscriber, subscription, moveTo, asked, taken } = setUp();
  subscription.catchUp();
  subscriber.blocked = true;
  moveTo(progress(2, { events: 2 }));
  subscriber.blocked = false;
  taken();
  subscription.catchUp();
  assert.equal(asked[0]?.since, "1:1:");
  await asked[0]?.answer([["event a", "event b"]]);
  assert.deepEqual(taken(), [document(2, "1:1:", { recovered: true }), "event a", "event b"]);
});

it("Without events in between it only needs the document", () => {
  const { subscriber, subscription, moveTo, asked, taken } = setUp();
  subscription.catchUp();
  subscriber.blocked = true;
  moveTo(progress(2));
  subscriber.blocked = false;
  taken();
  subscription.catchUp();
  assert.deepEqual(taken(), [document(2, "2:2:", {})]);
  assert.equal(asked.length, 0);
});

it("A subscriber that is blocked in the middle of what it missed gets the rest once it has drained, and nothing meanwhile", async () => {
  const { subscriber, subscription, moveTo, asked, taken } = setUp();
  subscription.request("s", "0:0:");
  subscriber.blockAfter = 2;
  await asked[0]?.answer([["event a", "event b"], ["event c"]]);
  moveTo(progress(2));
  assert.deepEqual(taken(), [document(1, "0:0:", { id: "s", recovered: true }), "event a"]);
  assert.equal(asked[0]?.pauses, 1);
  Object.assign(subscriber, { blocked: false, blockAfter: Number.POSITIVE_INFINITY });
  subscription.catchUp();
  await setImmediate();
  assert.deepEqual(taken(), ["event b", "event c", document(2, "2:2:", {})]);
});

it("A snapshot that is asked for in a replay comes at once, and the rest of what was missed behind it", async () => {
  const { subscriber, subscription, moveTo, asked, taken } = setUp();
  subscription.request("s", "0:0:");
  subscriber.blockAfter = 2;
  await asked[0]?.answer([["event a", "event b"]]);
  moveTo(progress(2, { events: 1 }));
  Object.assign(subscriber, { blocked: false, blockAfter: Number.POSITIVE_INFINITY });
  taken();
  subscription.request("again");
  assert.equal(asked[1]?.since, "event a");
  await asked[1]?.answer([["event b", "event c"]]);
  assert.deepEqual(taken(), [document(2, "event a", { id: "again", recovered: true }), "event b", "event c"]);
});

it("A replay is stopped when its subscriber leaves", async () => {
  const { subscriber, subscription, asked } = setUp();
  subscription.request("s", "0:0:");
  subscriber.blockAfter = 1;
  await asked[0]?.answer([["event a"]]);
  assert.equal(asked[0]?.stops, 0);
  subscription.close();
  assert.equal(asked[0]?.stops, 1);
});

it("After another epoch's document the events since the last one are asked for, and those of a read before are not taken", async () => {
  const { topic, subscription, moveTo, asked, taken } = setUp();
  subscription.catchUp();
  taken();
  topic.staleFrame = textFrame("stale");
  subscription.catchUp();
  moveTo(progress(7, { epoch: "f" }));
  assert.equal(asked.length, 0, "not while the database may be away");
  topic.staleFrame = undefined;
  subscription.catchUp();
  moveTo(progress(9, { epoch: "g" }));
  await asked[0]?.answer([["event x"]]);
  await asked[1]?.answer([["event a"]]);
  assert.deepEqual(taken(), ["stale", document(9, "1:1:", { recovered: true }), "event a", "live"]);
});

it("What could not be read since the database is away is asked for again when it is back", async () => {
  const { topic, subscription, moveTo, asked, taken } = setUp();
  subscription.request("s", "0:0:");
  topic.staleFrame = textFrame("stale");
  subscription.catchUp();
  await asked[0]?.answer(undefined);
  moveTo(progress(2, { epoch: "f" }));
  topic.staleFrame = undefined;
  subscription.catchUp();
  assert.equal(asked[1]?.since, "0:0:");
  await asked[1]?.answer([["event a"]]);
  assert.deepEqual(taken().slice(-3), [document(2, "0:0:", { recovered: true }), "event a", "live"]);
});

it("A cursor that came while the database was away is read when it is back: by then it is known which are good", async () => {
  const { topic, subscription, asked } = setUp();
  topic.staleFrame = textFrame("stale");
  const { isForged } = topic;
  topic.isForged = () => true;
  subscription.request("s", "0:0:");
  topic.isForged = isForged;
  topic.staleFrame = undefined;
  subscription.catchUp();
  assert.equal(asked[0]?.since, "0:0:");
});
