import assert from "node:assert/strict";
import { hash } from "node:crypto";
import { it } from "node:test";
import { SIGN_MS, SILENT_MS } from "../../../daemon/bus/peers.ts";
import { DIGEST_MS, GREETING_MS } from "../../../daemon/presence/exchange.ts";
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

it("users whose names happen to be in the same part of the digests are told in messages that are no longer", () => {
  const { clock, bus, begin } = acquainted();
  const a = begin("a");
  const names = Array.from({ length: 60_000 }, (_, at) => `${at}${"x".repeat(240)}`);
  const inOnePart = names.filter((name) => hash("sha1", `room:1\0${name}`, "buffer").readUInt8(0) === 0);
  for (const name of inOnePart) a.join(name);
  clock.advance(1_000);
  bus.published.length = 0;
  const late = begin("b").join("ana");
  clock.advance(2_000);
  assert.ok(inOnePart.length > 200, String(inOnePart.length));
  assert.equal(late.shown.count, inOnePart.length + 1);
  const longest = Math.max(...bus.published.map(({ byteLength }) => byteLength));
  assert.ok(longest < 26_000, `${longest} bytes`);
});

it("who comes to a daemon that has just begun is told that others may be there, until those have told all", () => {
  const { clock, bus, begin } = acquainted();
  begin("a").join("ana");
  const b = begin("b");
  b.join("bob");
  const late = new PresenceDaemon("late", bus, clock);
  const eve = late.join("eve");
  clock.advance(GREETING_MS - 100);
  assert.deepEqual([eve.shown.names, eve.shown.isPartial], [["ana", "bob", "eve"], true]);
  clock.advance(1_000);
  assert.equal(eve.shown.isPartial, false);
  // All were told once; then what changed, and that this is all.
  const told = eve.heard.filter(({ type }) => type === "presence").map((frame) => Object.keys(frame));
  assert.equal(told.filter((keys) => keys.includes("users")).length, 1);
  for (const keys of told.slice(0, -1)) assert.ok(keys.includes("partial"), keys.join());
  assert.ok(!told.at(-1)?.includes("partial"), told.at(-1)?.join());
});

it("who is alone is told that nobody else is there, a second after it can hear itself", () => {
  const clock = new ManualClock();
  const ana = new PresenceDaemon("a", new LossyBus(), clock).join("ana");
  clock.advance(GREETING_MS - 100);
  assert.equal(ana.shown.isPartial, true);
  clock.advance(200);
  assert.equal(ana.shown.isPartial, false);
});

it("that a daemon begins is told to nobody at the others, but for who comes by it", () => {
  const { clock, begin } = acquainted();
  const [ana, bob] = [begin("a").join("ana"), begin("b").join("bob")];
  clock.advance(LONG_MS);
  for (const { heard } of [ana, bob]) heard.length = 0;
  const late = begin("late");
  clock.advance(LONG_MS);
  assert.deepEqual([ana.heard, bob.heard], [[], []]);
  late.join("eve");
  clock.advance(LONG_MS);
  for (const { heard, shown } of [ana, bob]) {
    assert.deepEqual([heard.length, shown.names], [1, ["ana", "bob", "eve"]]);
    assert.ok(!("users" in (heard[0] ?? {})));
  }
});

it("where one that comes later does not tell its users in time, there may be more, until it has", () => {
  const { clock, bus, begin } = acquainted();
  const ana = begin("a").join("ana");
  clock.advance(LONG_MS);
  const mute = new PresenceDaemon("mute", bus, clock);
  const say = mute.peers.say.bind(mute.peers);
  mute.peers.say = () => undefined;
  mute.join("eve");
  clock.advance(DIGEST_MS);
  assert.deepEqual([ana.shown.names, ana.shown.isPartial], [["ana"], false]);
  clock.advance(2 * DIGEST_MS);
  assert.deepEqual([ana.shown.names, ana.shown.isPartial], [["ana"], true]);
  mute.peers.say = say;
  clock.advance(2 * DIGEST_MS);
  assert.deepEqual([ana.shown.names, ana.shown.isPartial], [["ana", "eve"], false]);
});

it("where one that was there before does not tell its users to a daemon that begins, there may be more until it has, however long", () => {
  const { clock, bus, begin } = acquainted();
  const mute = begin("mute");
  mute.join("ana");
  const say = mute.peers.say.bind(mute.peers);
  mute.peers.say = () => undefined;
  const eve = new PresenceDaemon("late", bus, clock).join("eve");
  clock.advance(GREETING_MS + DIGEST_MS);
  assert.deepEqual([eve.shown.names, eve.shown.isPartial], [["eve"], true]);
  mute.peers.say = say;
  clock.advance(2 * DIGEST_MS);
  assert.deepEqual([eve.shown.names, eve.shown.isPartial], [["ana", "eve"], false]);
});

it("while nothing is heard only that is told, and not again who is there", () => {
  const { clock, bus, begin } = acquainted();
  const [ana] = [begin("a").join("ana"), begin("b").join("bob")];
  clock.advance(LONG_MS);
  ana.heard.length = 0;
  bus.fate = () => [];
  clock.advance(SILENT_MS);
  bus.fate = () => [0];
  clock.advance(SIGN_MS + GREETING_MS + 100);
  const told = ana.heard.map((frame) => ({ ...frame, timestamp: 0 }));
  const frame = { type: "presence", timestamp: 0, topic: "room:1", count: 2, joined: [] };
  assert.deepEqual(told, [{ ...frame, partial: true }, frame]);
  assert.deepEqual([ana.shown.names, ana.shown.isPartial], [["ana", "bob"], false]);
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
