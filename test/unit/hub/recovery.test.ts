import assert from "node:assert/strict";
import { it } from "node:test";
import { setImmediate } from "node:timers/promises";
import type { Place } from "../../../daemon/stream/cursor.ts";
import type { OwnerEvent } from "../../../daemon/owners/owner-event.ts";
import { type Stand, Subscription } from "../../../daemon/hub/subscription.ts";
import type { Frame } from "../../../daemon/hub/frame.ts";
import { textFrame, textOf } from "../../support/text-frame.ts";

const LIFE = "incarnation";
const event = (id: string): OwnerEvent => ({ id, name: "e", data: {} });

interface Asked {
  readonly since: Place;
  readonly answer: (events: readonly OwnerEvent[] | undefined) => Promise<void>;
}

/** A channel whose history answers when the test says so. A cursor is the text of its snapshot; `forged` is none. */
function setUp() {
  const sent: string[] = [];
  const asked: Asked[] = [];
  const stand = (version: number, { epoch = "e", events = 0 } = {}): Stand => ({
    epoch,
    incarnation: LIFE,
    version,
    events,
    snapshot: `${version}:${version}:`,
    asOf: 0,
  });
  const channel = {
    topic: "owner:1",
    stand: stand(1) as Stand | undefined,
    staleFrame: undefined as Frame | undefined,
    snapshotFrame: (lacking?: Place) =>
      textFrame(
        JSON.stringify({ version: channel.stand?.version, cursor: lacking?.snapshot ?? channel.stand?.snapshot }),
      ),
    liveFrame: () => textFrame("live"),
    now: () => 0,
    leave: () => undefined,
    placeAt: ({ incarnation, snapshot, asOf }: Stand): Place => ({ owner: "1", incarnation, snapshot, asOf, seen: [] }),
    placeOf: (snapshot: string): Place | undefined =>
      snapshot === "forged" ? undefined : { owner: "1", incarnation: LIFE, snapshot, asOf: 0, seen: [] },
    missed: (since: Place) =>
      new Promise<readonly OwnerEvent[] | undefined>((resolve) => {
        const answer = async (events: readonly OwnerEvent[] | undefined): Promise<void> => {
          resolve(events);
          await setImmediate();
        };
        asked.push({ since, answer });
      }),
    eventFrames: (events: readonly OwnerEvent[]) => events.map(({ id }) => textFrame(`event ${id}`)),
  };
  const subscriber = {
    blocked: false,
    blockAfter: Number.POSITIVE_INFINITY,
    send: (frame: Frame) => {
      sent.push(textOf(frame));
      if (sent.length >= subscriber.blockAfter) subscriber.blocked = true;
    },
  };
  const subscription = new Subscription(channel, subscriber);
  const moveTo = (to: Stand): void => {
    const from = channel.stand;
    channel.stand = to;
    const follows = from?.epoch === to.epoch;
    if (follows) subscription.deliver({ from, to, frames: [textFrame(`flush ${to.version}`)] });
    else subscription.catchUp();
  };
  return { channel, subscriber, subscription, stand, moveTo, asked, taken: (): string[] => sent.splice(0) };
}

const document = (version: number, cursor: string, more: object): string =>
  JSON.stringify({ ...more, version, cursor });

it("A resume is answered by the document it joined at, then what was missed, then what came meanwhile", async () => {
  const { subscription, stand, moveTo, asked, taken } = setUp();
  subscription.request("s", "0:0:");
  moveTo(stand(2));
  moveTo(stand(3));
  assert.deepEqual(taken(), []);
  await asked[0]?.answer([event("a"), event("b")]);
  moveTo(stand(4));
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

it("Where nobody can say what was missed the document of now comes, and what follows it", async () => {
  const { subscription, stand, moveTo, asked, taken } = setUp();
  subscription.request("s", "0:0:");
  moveTo(stand(2));
  await asked[0]?.answer(undefined);
  moveTo(stand(3));
  assert.deepEqual(taken(), [document(2, "2:2:", { id: "s", recovered: false }), "flush 3"]);
});

it("A forged cursor is answered at once, and nothing is read for it", () => {
  const { subscription, asked, taken } = setUp();
  subscription.request("s", "forged");
  assert.deepEqual(taken(), [document(1, "1:1:", { id: "s", recovered: false })]);
  assert.equal(asked.length, 0);
});

it("A blocked subscriber that drains gets the events of between, from where it was left", async () => {
  const { subscriber, subscription, stand, moveTo, asked, taken } = setUp();
  subscription.catchUp();
  subscriber.blocked = true;
  moveTo(stand(2, { events: 2 }));
  subscriber.blocked = false;
  taken();
  subscription.catchUp();
  assert.equal(asked[0]?.since.snapshot, "1:1:");
  await asked[0]?.answer([event("a"), event("b")]);
  assert.deepEqual(taken(), [document(2, "1:1:", { recovered: true }), "event a", "event b"]);
});

it("Without events in between it only needs the document", () => {
  const { subscriber, subscription, stand, moveTo, asked, taken } = setUp();
  subscription.catchUp();
  subscriber.blocked = true;
  moveTo(stand(2));
  subscriber.blocked = false;
  taken();
  subscription.catchUp();
  assert.deepEqual(taken(), [document(2, "2:2:", {})]);
  assert.equal(asked.length, 0);
});

it("A subscriber that is blocked in the middle of what it missed gets the rest once it has drained", async () => {
  const { subscriber, subscription, asked, taken } = setUp();
  subscription.request("s", "0:0:");
  subscriber.blockAfter = 2;
  await asked[0]?.answer([event("a"), event("b"), event("c")]);
  assert.deepEqual(taken(), [document(1, "0:0:", { id: "s", recovered: true }), "event a"]);
  Object.assign(subscriber, { blocked: false, blockAfter: Number.POSITIVE_INFINITY });
  subscription.catchUp();
  assert.deepEqual(asked[1]?.since.seen, ["a"]);
  await asked[1]?.answer([event("b"), event("c")]);
  assert.deepEqual(taken(), [document(1, "0:0:", { recovered: true }), "event b", "event c"]);
});

it("After another epoch's document the events since the last one are asked for, and those of a read before are not taken", async () => {
  const { channel, subscription, stand, moveTo, asked, taken } = setUp();
  subscription.catchUp();
  taken();
  channel.staleFrame = textFrame("stale");
  subscription.catchUp();
  moveTo(stand(7, { epoch: "f" }));
  assert.equal(asked.length, 0, "not while the database may be away");
  channel.staleFrame = undefined;
  subscription.catchUp();
  moveTo(stand(9, { epoch: "g" }));
  await asked[0]?.answer([event("x")]);
  await asked[1]?.answer([event("a")]);
  assert.deepEqual(taken(), ["stale", document(9, "1:1:", { recovered: true }), "event a", "live"]);
});

it("What could not be read since the database is away is asked for again when it is back", async () => {
  const { channel, subscription, stand, moveTo, asked, taken } = setUp();
  subscription.request("s", "0:0:");
  channel.staleFrame = textFrame("stale");
  subscription.catchUp();
  await asked[0]?.answer(undefined);
  moveTo(stand(2, { epoch: "f" }));
  channel.staleFrame = undefined;
  subscription.catchUp();
  assert.equal(asked[1]?.since.snapshot, "0:0:");
  await asked[1]?.answer([event("a")]);
  assert.deepEqual(taken().slice(-3), [document(2, "0:0:", { recovered: true }), "event a", "live"]);
});

it("A cursor that came while the database was away is read when it is back: by then it is known which are good", async () => {
  const { channel, subscription, asked } = setUp();
  channel.staleFrame = textFrame("stale");
  const placeOf = channel.placeOf;
  channel.placeOf = () => undefined;
  subscription.request("s", "0:0:");
  channel.placeOf = placeOf;
  channel.staleFrame = undefined;
  subscription.catchUp();
  assert.equal(asked[0]?.since.snapshot, "0:0:");
});
