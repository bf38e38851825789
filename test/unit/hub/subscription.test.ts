import assert from "node:assert/strict";
import { it } from "node:test";
import { type ChannelView, Subscription } from "../../../daemon/hub/subscription.ts";

const frame = (text: string): Uint8Array => Buffer.from(text);

/** A channel of which the test says the state, and a subscriber that writes down what it gets. */
function setUp() {
  const sent: string[] = [];
  const channel = {
    version: undefined as ChannelView["version"],
    staleFrame: undefined as ChannelView["staleFrame"],
    snapshotFrame: () => frame(`{"snapshot":${channel.version?.version}}`),
    liveFrame: () => frame("live"),
    now: () => 0,
    leave: () => void sent.push("left"),
  };
  const subscriber = { blocked: false, send: (bytes: Uint8Array) => void sent.push(Buffer.from(bytes).toString()) };
  const subscription = new Subscription(channel, subscriber);
  const patchTo = (version: number, epoch = "e") =>
    subscription.deliver({ epoch, previous: version - 1, version, frame: frame(`patch ${version}`) });
  const taken = (): string[] => sent.splice(0);
  return { channel, subscriber, subscription, patchTo, taken };
}

it("A version that it was already told is not told again", () => {
  const { channel, subscription, patchTo, taken } = setUp();
  channel.version = { epoch: "e", version: 7 };
  subscription.catchUp();
  patchTo(6);
  patchTo(7);
  channel.version = { epoch: "e", version: 8 };
  patchTo(8);
  subscription.catchUp();
  assert.deepEqual(taken(), ['{"snapshot":7}', "patch 8"]);
});

it("A patch that doesn't fit what it was told gives the whole document", () => {
  const { channel, subscription, patchTo, taken } = setUp();
  channel.version = { epoch: "e", version: 3 };
  subscription.catchUp();
  channel.version = { epoch: "e", version: 5 };
  patchTo(5);
  channel.version = { epoch: "f", version: 1 };
  patchTo(1, "f");
  assert.deepEqual(taken(), ['{"snapshot":3}', '{"snapshot":5}', '{"snapshot":1}']);
});

it("While it is blocked it gets nothing; then one snapshot and the status, both as they are by then", () => {
  const { channel, subscriber, subscription, patchTo, taken } = setUp();
  channel.version = { epoch: "e", version: 1 };
  subscription.catchUp();
  taken();
  subscriber.blocked = true;
  for (const version of [2, 3, 4]) {
    channel.version = { epoch: "e", version };
    patchTo(version);
  }
  channel.staleFrame = frame("stale");
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
  channel.staleFrame = frame("stale");
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
  channel.version = { epoch: "e", version: 1 };
  subscription.catchUp();
  assert.deepEqual(taken(), ['{"type":"ack","timestamp":0,"id":"a"}', '{"id":"b","snapshot":1}']);
});

it("A request that is open when it is closed is answered, and nothing comes after", () => {
  const { channel, subscription, patchTo, taken } = setUp();
  subscription.request("a");
  subscription.close();
  subscription.close();
  channel.version = { epoch: "e", version: 1 };
  subscription.catchUp();
  patchTo(2);
  assert.deepEqual(taken(), ['{"type":"ack","timestamp":0,"id":"a"}', "left"]);
});
