/** The hub knows nothing of owners, documents or events: it runs another kind of topic as well. */
import assert from "node:assert/strict";
import { it } from "node:test";
import { setImmediate } from "node:timers/promises";
import type { Frame } from "../../../daemon/hub/frame.ts";
import { Hub } from "../../../daemon/hub/hub.ts";
import { Counters } from "../../support/counter-topic.ts";
import { ManualClock } from "../../support/manual-clock.ts";

const ignore = (): void => undefined;

function setUp() {
  const clock = new ManualClock();
  const { now, setTimeout, clearTimeout } = clock;
  const [counters, others] = [new Counters(), new Counters()];
  const turns: (() => void)[] = [];
  const hub = new Hub({
    kinds: new Map([
      ["counter", counters],
      ["other", others],
    ]),
    minIntervalMs: 50,
    idleMs: 60_000,
    log: { debug: ignore, info: ignore, warn: ignore, error: ignore },
    now,
    setTimeout,
    clearTimeout,
    setImmediate: (callback) => void turns.push(callback),
  });
  const subscribe = (topic: string, resume?: string) => {
    const got: Record<string, unknown>[] = [];
    const send = ({ bytes }: Frame): void => {
      const { type, data, recovered } = JSON.parse(Buffer.from(bytes).toString()) as Record<string, unknown>;
      got.push({ type, data, ...(recovered === undefined ? {} : { recovered }) });
    };
    const id = resume === undefined ? undefined : "r";
    const subscription = hub.subscribe(topic, { blocked: false, send }, id, resume);
    return { got, subscription };
  };
  const turn = (): void => {
    for (const callback of turns.splice(0)) callback();
  };
  return { hub, counters, others, clock, subscribe, turn };
}

const total = (value: number, more: object = {}) => ({ type: "snapshot", data: { total: value }, ...more });
const added = (addition: number) => ({ type: "added", data: { addition } });

it("Another kind of topic is watched, shown, followed and let go like any", () => {
  const { hub, counters, clock, subscribe } = setUp();
  const { got, subscription } = subscribe("counter:a:b");
  assert.deepEqual(counters.watched, ["a:b"]);
  hub.publish("counter", "a:b", 0);
  hub.publish("counter", "a:b", 5);
  hub.publish("counter", "a:b", 7);
  assert.deepEqual(got, [total(0)]);
  clock.advance(50);
  assert.deepEqual(got, [total(0), added(5), added(7)]);
  assert.deepEqual(subscribe("counter:a:b").got, [total(12)]);
  subscription.close();
  assert.equal(hub.size, 1);
});

it("A topic of another kind by the same key is another topic", () => {
  const { hub, counters, others, clock, subscribe } = setUp();
  const [one, other] = [subscribe("counter:1"), subscribe("other:1")];
  hub.publish("counter", "1", 0);
  assert.deepEqual([one.got, other.got], [[total(0)], []]);
  one.subscription.close();
  clock.advance(60_000);
  assert.deepEqual([counters.unwatched, others.unwatched, hub.size], [["1"], [], 1]);
});

it("A subscriber of another kind that comes back is told what it missed, out of that kind's own history", async () => {
  const { hub, clock, subscribe } = setUp();
  subscribe("counter:1");
  for (const addition of [0, 1, 2, 3]) {
    hub.publish("counter", "1", addition);
    clock.advance(50);
  }
  const { got } = subscribe("counter:1", "1");
  await setImmediate();
  assert.deepEqual(got, [total(6, { recovered: true }), added(2), added(3)]);
});

it("An update that doesn't follow makes a topic of any kind stale, and has it begun anew", () => {
  const { hub, counters, subscribe, turn } = setUp();
  const { got } = subscribe("counter:1");
  hub.publish("counter", "1", 0);
  hub.publish("counter", "1", -1);
  turn();
  assert.deepEqual(
    got.map(({ type }) => type),
    ["snapshot", "stale"],
  );
  assert.deepEqual([counters.watched, counters.unwatched], [["1", "1"], ["1"]]);
});

it("A kind of topic that the hub does not have is an error of whoever subscribes, and leaves nothing behind", () => {
  const { hub, subscribe } = setUp();
  for (const topic of ["room:1", "1", ""]) assert.throws(() => subscribe(topic), /no kind of topic/);
  assert.equal(hub.size, 0);
});
