import assert from "node:assert/strict";
import { it } from "node:test";
import type { Place } from "../../../daemon/stream/cursor.ts";
import type { OwnerEvent } from "../../../daemon/owners/owner-event.ts";
import { type ChannelView, type Stand, Subscription } from "../../../daemon/hub/subscription.ts";
import type { Frame } from "../../../daemon/hub/frame.ts";
import { textFrame, textOf } from "../../support/text-frame.ts";

const LIFE = "incarnation";
const stand = (version: number, epoch = "e"): Stand => ({
  epoch,
  incarnation: LIFE,
  version,
  events: 0,
  snapshot: "1:1:",
  asOf: 0,
});

/** A channel of which the test says the state, and a subscriber that writes down what it gets. */
function setUp() {
  const sent: string[] = [];
  const channel = {
    topic: "owner:1",
    stand: undefined as ChannelView["stand"],
    staleFrame: undefined as ChannelView["staleFrame"],
    snapshotFrame: () => textFrame(`{"snapshot":${channel.stand?.version}}`),
    liveFrame: () => textFrame("live"),
    now: () => 0,
    placeAt: ({ incarnation, snapshot, asOf }: Stand): Place => ({ owner: "1", incarnation, snapshot, asOf, seen: [] }),
    placeOf: (): Place | undefined => undefined,
    missed: async (): Promise<readonly OwnerEvent[] | undefined> => undefined,
    eventFrames: (events: readonly OwnerEvent[]) => events.map(({ id }) => textFrame(`event ${id}`)),
    leave: () => void sent.push("left"),
  };
  const subscriber = { blocked: false, send: (frame: Frame) => void sent.push(textOf(frame)) };
  const subscription = new Subscription(channel, subscriber);
  /** The channel goes on to the next stand, and this subscription hears of it or not. */
  const moveTo = (version: number, { epoch = "e", told = true } = {}): void => {
    const from = channel.stand;
    channel.stand = stand(version, epoch);
    const isNext = from?.epoch === epoch;
    if (told)
      subscription.deliver({
        from: isNext ? from : undefined,
        to: channel.stand,
        frames: [textFrame(`patch ${version}`)],
      });
  };
  const taken = (): string[] => sent.splice(0);
  return { channel, subscriber, subscription, moveTo, taken };
}

it("What it was already told is not told again", () => {
  const { channel, subscription, moveTo, taken } = setUp();
  channel.stand = stand(6);
  moveTo(7, { told: false });
  subscription.catchUp();
  // The flush that brought the channel here was still on its way.
  subscription.deliver({ from: stand(6), to: channel.stand, frames: [textFrame("patch 7")] });
  moveTo(8);
  subscription.catchUp();
  assert.deepEqual(taken(), ['{"snapshot":7}', "patch 8"]);
});

it("A flush that doesn't follow what it was told gives the whole document", () => {
  const { channel, subscription, moveTo, taken } = setUp();
  channel.stand = stand(3);
  subscription.catchUp();
  moveTo(4, { told: false });
  moveTo(5);
  assert.deepEqual(taken(), ['{"snapshot":3}', '{"snapshot":5}']);
});

it("While it is blocked it gets nothing; then one snapshot and the status, both as they are by then", () => {
  const { channel, subscriber, subscription, moveTo, taken } = setUp();
  channel.stand = stand(1);
  subscription.catchUp();
  taken();
  subscriber.blocked = true;
  for (const version of [2, 3, 4]) moveTo(version);
  channel.staleFrame = textFrame("stale");
  subscription.catchUp();
  assert.deepEqual(taken(), []);
  subscriber.blocked = false;
  subscription.catchUp();
  subscription.catchUp();
  assert.deepEqual(taken(), ['{"snapshot":4}', "stale"]);
});

it("A status that came and went while it was blocked is not told", () => {
  const { channel, subscriber, subscription, taken } = setUp();
  subscriber.blocked = true;
  channel.staleFrame = textFrame("stale");
  subscription.catchUp();
  channel.staleFrame = undefined;
  subscriber.blocked = false;
  subscription.catchUp();
  assert.deepEqual(taken(), []);
});

it("Of requests that wait, each is answered once: the newest by the snapshot, those before by ack", () => {
  const { channel, subscription, taken } = setUp();
  subscription.request("a");
  subscription.request("b");
  channel.stand = stand(1);
  subscription.catchUp();
  assert.deepEqual(taken(), ['{"type":"ack","timestamp":0,"id":"a","topic":"owner:1"}', '{"id":"b","snapshot":1}']);
});

it("A request that is open when it is closed is answered, and nothing comes after", () => {
  const { channel, subscription, moveTo, taken } = setUp();
  subscription.request("a");
  subscription.close();
  subscription.close();
  channel.stand = stand(1);
  subscription.catchUp();
  moveTo(2);
  assert.deepEqual(taken(), ['{"type":"ack","timestamp":0,"id":"a","topic":"owner:1"}', "left"]);
});
