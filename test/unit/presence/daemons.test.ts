import assert from "node:assert/strict";
import { it } from "node:test";
import { LossyBus } from "../../support/lossy-bus.ts";
import { ManualClock } from "../../support/manual-clock.ts";
import { PresenceDaemon } from "../../support/presence-rig.ts";

const LONG_MS = 20_000;

/** A bus on which each daemon has a second to get to know the others. */
function acquainted() {
  const clock = new ManualClock();
  const bus = new LossyBus();
  const begin = (node: string): PresenceDaemon => {
    const daemon = new PresenceDaemon(node, bus, clock);
    clock.advance(1_000);
    return daemon;
  };
  return { clock, bus, begin };
}

it("what was said of a user at one daemon is said on by the other where they stay, also to one that comes later", () => {
  const { clock, begin } = acquainted();
  const [a, b] = [begin("a"), begin("b")];
  const [leaving, staying] = [a.join("bob"), b.join("bob")];
  clock.advance(1_000);
  leaving.present({ state: "said at a" });
  clock.advance(1_000);
  leaving.leave();
  clock.advance(LONG_MS);
  const late = begin("c").join("ana");
  clock.advance(1_000);
  for (const { shown } of [staying, late]) assert.deepEqual(shown.users?.get("bob"), { state: "said at a" });
});

it("what was said of a user who left is the same at all daemons when they come back, also where one has forgotten them and one has not", () => {
  const clock = new ManualClock();
  const bus = new LossyBus();
  const [early, late] = [0, 0.999].map((random, at) => new PresenceDaemon(`n${at}`, bus, clock, () => random));
  assert.ok(early && late);
  clock.advance(5_000);
  const [one, two] = [early.join("eva"), late.join("bob")];
  const leaving = early.join("ana");
  clock.advance(1_000);
  leaving.present({ state: "busy" });
  clock.advance(1_000);
  leaving.leave();
  clock.advance(10_600);
  assert.deepEqual([one.shown.users?.has("ana"), two.shown.users?.has("ana")], [false, true]);
  early.join("ana");
  clock.advance(LONG_MS);
  for (const { shown } of [one, two]) assert.deepEqual(shown.users?.get("ana"), {});
  // It is told to stop; one that has never heard of her takes its place.
  early.join("ana").present({ state: "busy" });
  clock.advance(1_000);
  early.drain();
  const next = new PresenceDaemon("next", bus, clock);
  const again = next.join("ana");
  clock.advance(2 * LONG_MS);
  assert.deepEqual(again.shown.users?.get("ana"), two.shown.users?.get("ana"));
});

it("what daemons say to each other comes in messages of some 100 KB at most, however many users there are, and whatever they say", () => {
  const { clock, bus, begin } = acquainted();
  const [a, b] = [begin("a"), begin("b")];
  const late = b.join("ana");
  for (let at = 0; at < 1_500; at += 1) a.join(`${at}${"\u00e4".repeat(250)}`).types();
  clock.advance(3_000);
  assert.equal(late.shown.count, 1_501);
  assert.equal(late.shown.typing.length + late.shown.more, 1_500);
  const longest = Math.max(...bus.published.map(({ byteLength }) => byteLength));
  assert.ok(longest < 110_000, `${longest} bytes`);
});

it("what 1,000 users cost on the bus while nothing happens is one digest in five seconds, however many they are", () => {
  const clock = new ManualClock();
  const bus = new LossyBus();
  const daemons = ["a", "b"].map((node) => new PresenceDaemon(node, bus, clock));
  clock.advance(1_000);
  for (let at = 0; at < 1_000; at += 1) daemons[at % 2]?.join(`u${at}`, `room:${at % 100}`);
  clock.advance(LONG_MS);
  bus.published.length = 0;
  clock.advance(LONG_MS);
  const bytes = bus.published.reduce((sum, { byteLength }) => sum + byteLength, 0);
  const perUserSecond = bytes / (LONG_MS / 1_000) / 1_000;
  assert.ok(perUserSecond < 1, `${perUserSecond} bytes a second for each user`);
});
