import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { BatchEvent, Grain } from "../../../daemon/capture/batch.ts";
import type { Published } from "../../../daemon/owners/published.ts";
import type { JsonObject } from "../../../protocol/json.ts";
import { OwnersRig } from "../../support/owners-rig.ts";
import { guest, OCCUPIED_PLAN, room } from "../../support/occupied-plan.ts";
import { reset, status } from "../../support/sample-grains.ts";
import { SAMPLE_PLAN } from "../../support/sample-plan.ts";
import { dayStartByRules } from "../../support/zone-rules.ts";
import { utcDay } from "../../../daemon/metrics/civil-date.ts";

const MINUTE = 60_000_000;
const HOUR = 60 * MINUTE;
const START = Date.UTC(2026, 4, 8, 12) * 1000;

type Events = Extract<Published, { kind: "events" }>;

function event(id: string, owner = "1"): BatchEvent {
  return { owner, name: "made", id, xid: 5n, data: { id } };
}

function eventsOf(published: readonly Published[]): Events[] {
  return published.filter((update) => update.kind === "events");
}

/** Publications as a word each: events with the field that tells them apart. */
function shape(published: readonly Published[]): string[] {
  return published.flatMap((update) =>
    update.kind === "events" ? update.events.map(({ name, data }) => `${name} ${wordOf(data)}`) : [update.kind],
  );
}

function wordOf({ id, source, newOccupant }: JsonObject): string {
  const word = id ?? source ?? newOccupant;
  return typeof word === "string" ? word : "nobody";
}

const ROOM = room("a", { room: "a", bed: "one" });
const stay = (key: string, label: string, from: number, until: number, name = "a") =>
  guest({ room: name, key, label, from, until });

describe("owners and events", () => {
  it("events of a batch are published in the turn of its patch, just before it, and say the batch's snapshot", async () => {
    const rig = new OwnersRig({ plan: OCCUPIED_PLAN });
    await rig.open({ 1: [], 2: [] });
    rig.take();
    await rig.read({
      snapshot: "20:20:",
      grains: [status("paid")],
      events: [event("x"), event("y"), event("z", "2"), event("w", "3")],
    });
    const published = rig.take();
    assert.deepEqual(shape(published), ["made x", "made y", "patch", "made z"]);
    const snapshots = published.map((update) => ("snapshot" in update ? update.snapshot : undefined));
    assert.deepEqual(snapshots, ["20:20:", "20:20:", "20:20:"]);
  });

  it("an event has the same id from every daemon, another for another name, row, transaction or life of the data", async () => {
    const idsOf = async (incarnation: string, events: BatchEvent[]): Promise<string[]> => {
      const rig = new OwnersRig({ plan: OCCUPIED_PLAN });
      rig.owners.begin("e", incarnation);
      await rig.watch({ 1: [] });
      rig.take();
      await rig.read({ events });
      return eventsOf(rig.take()).flatMap(({ events: told }) => told.map(({ id }) => id));
    };
    const [first] = await idsOf("i", [event("t.1.1")]);
    assert.match(first ?? "", /^[\w-]{22}$/);
    assert.deepEqual(await idsOf("i", [event("t.1.1")]), [first]);
    const others = await Promise.all([
      idsOf("i", [event("t.1.2"), event("t.2.1"), { ...event("t.1.1"), name: "lost" }]),
      idsOf("j", [event("t.1.1")]),
    ]);
    assert.equal(new Set([first, ...others.flat()]).size, 5);
  });

  it("an owner that loads at a cut takes events of later batches only, in its document or after it", async () => {
    const rig = new OwnersRig({ plan: OCCUPIED_PLAN });
    rig.begin("e");
    rig.owners.watch("1");
    rig.time.advance(100);
    await rig.read({ snapshot: "10:10:", events: [event("before")] });
    await rig.read({ snapshot: "11:11:", grains: [status("paid")], events: [event("meanwhile")] });
    assert.deepEqual(rig.take(), []);
    await rig.loader.last.finish({ 1: [] });
    await rig.read({ snapshot: "12:12:", events: [event("after")] });
    const published = rig.take();
    // Events before the document can't be followed; a client that comes back finds them in its snapshot.
    assert.deepEqual(shape(published), ["document", "made after"]);
    assert.deepEqual(
      published.map((update) => ("snapshot" in update ? update.snapshot : "")),
      ["11:11:", "12:12:"],
    );
  });

  it("an owner that is read again keeps its events for the document, and the batch's own too", async () => {
    const rig = new OwnersRig({ plan: OCCUPIED_PLAN });
    await rig.open({ 1: [] });
    rig.take();
    await rig.read({ snapshot: "20:20:", resets: [reset("sales", "1")], events: [event("beside")] });
    await rig.read({ snapshot: "21:21:", events: [event("while read")] });
    assert.deepEqual(rig.take(), []);
    await rig.loader.last.finish({ 1: [] });
    const published = rig.take();
    assert.deepEqual(shape(published), ["made beside", "bulk_changed sales", "made while read", "document"]);
    assert.deepEqual(
      published.map((update) => ("snapshot" in update ? update.snapshot : "")),
      ["21:21:", "21:21:"],
    );
  });

  it("events don't wait for a document that may not come", async () => {
    const rig = new OwnersRig({ plan: OCCUPIED_PLAN });
    await rig.open({ 1: [] });
    await rig.read({ resets: [reset("sales", "1")], events: [event("x")] });
    rig.take();
    await rig.loader.last.fail(new Error("away"));
    assert.deepEqual(shape(rig.take()), ["made x", "bulk_changed sales", "stale"]);
  });

  it("a thousand and more events don't wait for a load", async () => {
    const rig = new OwnersRig({ plan: OCCUPIED_PLAN });
    await rig.open({ 1: [] });
    rig.take();
    await rig.read({ resets: [reset("sales", "1")] });
    await rig.read({ events: Array.from({ length: 1_500 }, (_, at) => event(`${at}`)) });
    assert.equal(shape(rig.take()).length, 1_501);
  });

  it("events of an owner whose numbers stand still in a bad zone don't say that its document holds later than it does", async () => {
    const rig = new OwnersRig({ plan: OCCUPIED_PLAN, start: START });
    await rig.open({ 1: [] });
    const [before] = rig.take();
    await rig.read({ dimensions: ["1"] });
    await rig.loader.last.finish({ 1: { kind: "unknown zone" } });
    rig.time.advance(60_000);
    await rig.read({ snapshot: "30:30:", events: [event("x")] });
    const published = rig.take();
    assert.deepEqual(shape(published), ["stale", "made x"]);
    const [told] = eventsOf(published);
    assert.equal(told?.snapshot, "30:30:");
    assert.equal(told.asOf, before?.kind === "document" ? before.asOf : undefined);
  });

  it("a bulk statement is told once to each of its owners with the number of rows, that of a whole table to all with none", async () => {
    const rig = new OwnersRig({ plan: OCCUPIED_PLAN });
    await rig.open({ 1: [], 2: [] });
    rig.take();
    const next = { ...reset("sales", "1"), rows: 7_000, xid: 901n };
    await rig.read({ resets: [reset("sales", "1"), next, reset("stays", undefined)] });
    await rig.loader.last.finish({ 1: [], 2: [] });
    const told = eventsOf(rig.take()).flatMap(({ owner, events }) =>
      events.map(({ data }) => [owner, data["source"], data["rows"]]),
    );
    assert.deepEqual(told, [
      ["1", "sales", 6_000],
      ["1", "sales", 7_000],
      ["1", "stays", null],
      ["2", "stays", null],
    ]);
  });

  it("where no event is declared nothing is told, of bulk statements neither", async () => {
    const rig = new OwnersRig({ plan: SAMPLE_PLAN });
    await rig.open({ 1: [] });
    rig.take();
    await rig.read({ resets: [reset("sales", "1")] });
    await rig.loader.last.finish({ 1: [] });
    assert.deepEqual(shape(rig.take()), ["document"]);
  });

  it("an owner whose part of a batch is still to come stands where it stood", async () => {
    let sliceMs = 0;
    const rig = new OwnersRig({ plan: OCCUPIED_PLAN, start: START, sliceMs: () => (sliceMs += 3) });
    const later = stay("1", "Ana", START + HOUR, START + 2 * HOUR);
    await rig.open({ 1: [], 2: [ROOM, later].map((grain) => ({ ...grain, owner: "2" })) });
    await rig.read({ snapshot: "20:20:" });
    rig.take();
    const reading = rig.read({ snapshot: "21:21:", grains: [status("paid", 1n, "1"), status("paid", 1n, "2")] });
    // Between the slices of the batch the guest arrives.
    rig.time.advance(HOUR / 1000);
    await reading;
    await rig.settled();
    const of2 = rig.take().filter((update) => "snapshot" in update && update.owner === "2");
    assert.deepEqual(
      of2.map((update) => [update.kind, "snapshot" in update && update.snapshot]),
      [
        ["events", "20:20:"],
        ["patch", "21:21:"],
      ],
    );
  });
});

describe("owners and occupants", () => {
  it("a guest's arrival and departure are told at their instant, with no write", async () => {
    const rig = new OwnersRig({ plan: OCCUPIED_PLAN, start: START });
    await rig.open({ 1: [ROOM, stay("7", "Ana", START + HOUR, START + 2 * HOUR)] });
    rig.take();
    rig.time.advance((START + HOUR - rig.databaseClock) / 1000 - 1);
    await rig.settled();
    assert.deepEqual(rig.take(), []);
    rig.time.advance(1);
    await rig.settled();
    const [arrival] = eventsOf(rig.take());
    assert.equal(arrival?.asOf, START + HOUR);
    assert.deepEqual(arrival.events[0]?.data, {
      room: "a",
      bed: "one",
      isNowOccupied: true,
      previousOccupant: null,
      newOccupant: "Ana",
    });
    rig.time.advance(HOUR / 1000);
    await rig.settled();
    const [departure] = eventsOf(rig.take());
    assert.deepEqual(departure?.events[0]?.data, {
      room: "a",
      bed: "one",
      isNowOccupied: false,
      previousOccupant: "Ana",
      newOccupant: null,
    });
  });

  it("guests back to back are one change, whose id is the instant's, whichever daemon saw it and however late", async () => {
    const swap = async (late: number): Promise<Events | undefined> => {
      const rig = new OwnersRig({ plan: OCCUPIED_PLAN, start: START });
      await rig.open({
        1: [ROOM, stay("7", "Ana", START, START + HOUR), stay("8", "Bo", START + HOUR, START + 2 * HOUR)],
      });
      rig.take();
      await rig.read({ clock: START + HOUR + late });
      rig.time.advance(0);
      await rig.settled();
      const [told, ...more] = eventsOf(rig.take());
      assert.deepEqual(more, []);
      return told;
    };
    const punctual = await swap(0);
    const late = await swap(30 * MINUTE);
    assert.deepEqual(punctual?.events, late?.events);
    assert.deepEqual(
      punctual?.events.map(({ data }) => [data["previousOccupant"], data["newOccupant"]]),
      [["Ana", "Bo"]],
    );
  });

  it("who comes back at another instant is another event", async () => {
    const rig = new OwnersRig({ plan: OCCUPIED_PLAN, start: START });
    const anas = [0, 2].map((hours) => stay("7", "Ana", START + hours * HOUR, START + (hours + 1) * HOUR));
    await rig.open({ 1: [ROOM, ...anas] });
    rig.take();
    for (let hour = 0; hour < 4; hour += 1) {
      rig.time.advance(HOUR / 1000);
      await rig.settled();
    }
    const ids = eventsOf(rig.take()).flatMap(({ events }) => events.map(({ id }) => id));
    assert.equal(ids.length, 3);
    assert.equal(new Set(ids).size, 3);
  });

  it("by the clock across midnight and the nights on which clocks change", async () => {
    for (const [zone, date] of [
      ["America/Havana", "2026-10-31"],
      ["America/New_York", "2026-03-07"],
      ["Atlantic/Azores", "2026-10-24"],
      ["UTC", "2026-12-31"],
    ] as const) {
      const midnight = dayStartByRules(zone, utcDay(Date.parse(date) * 1000) + 1);
      const rig = new OwnersRig({ plan: OCCUPIED_PLAN, start: midnight - 2 * HOUR });
      const stays = [stay("1", "Ana", midnight - HOUR, midnight), stay("2", "Bo", midnight, midnight + 3 * HOUR)];
      await rig.open({ 1: [ROOM, ...stays] }, zone);
      rig.take();
      const told: unknown[] = [];
      for (let hour = 0; hour < 6; hour += 1) {
        rig.time.advance(HOUR / 1000);
        await rig.settled();
        for (const { asOf, events } of eventsOf(rig.take()))
          told.push([(asOf - midnight) / HOUR, events[0]?.data["newOccupant"]]);
      }
      assert.deepEqual(
        told,
        [
          [-1, "Ana"],
          [0, "Bo"],
          [3, null],
        ],
        zone,
      );
    }
  });

  it("a write that changes who is there is told with the patch of the same batch, and by its transaction", async () => {
    const rig = new OwnersRig({ plan: OCCUPIED_PLAN, start: START });
    const ana = { room: "a", key: "7", label: "Ana", from: START - HOUR, until: START + HOUR };
    await rig.open({ 1: [ROOM, guest(ana)] });
    rig.take();
    const ids: string[] = [];
    for (const [weight, xid] of [
      [-1n, 50n],
      [1n, 51n],
      [-1n, 52n],
      [1n, 53n],
    ] as const) {
      await rig.read({ grains: [guest(ana, { weight, xid }), status("paid")] });
      const published = rig.take();
      assert.deepEqual(shape(published), [`occupant_changed ${weight === 1n ? "Ana" : "nobody"}`, "patch"]);
      ids.push(...eventsOf(published).flatMap(({ events }) => events.map(({ id }) => id)));
    }
    assert.equal(new Set(ids).size, 4, "leaving twice is two events");
    await rig.read({
      grains: [guest(ana, { weight: -1n, xid: 54n }), guest({ ...ana, label: "Anna" }, { xid: 54n })],
    });
    assert.deepEqual(rig.take(), [], "another name is no other guest");
  });

  it("what changed while an owner was read again is told with its document", async () => {
    const rig = new OwnersRig({ plan: OCCUPIED_PLAN, start: START });
    await rig.open({ 1: [ROOM, stay("7", "Ana", START - HOUR, START + HOUR)] });
    rig.take();
    await rig.read({ resets: [reset("stays", "1")] });
    rig.time.advance((2 * HOUR) / 1000);
    await rig.settled();
    await rig.loader.last.finish({ 1: [ROOM, stay("8", "Bo", START, START + 3 * HOUR)] });
    assert.deepEqual(shape(rig.take()), ["bulk_changed stays", "occupant_changed Bo", "document"]);
  });

  it("a thousand arrivals on one minute never hold the event loop for 20 ms, of as many owners or of one", async () => {
    for (const owners of [1_000, 1]) {
      const attempts: number[] = [];
      // Garbage is collected at any time: one quiet attempt is enough.
      while (attempts.length < 10 && !attempts.some((ms) => ms < 20))
        attempts.push(await longestTurnOfArrivals(owners));
      assert.ok(Math.min(...attempts) < 20, `${attempts.join(", ")} ms for ${owners} owners`);
    }
  });
});

/** The processor's time that this process has taken: a turn is no longer for other programs on the machine. */
function processorMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** A thousand guests arrive at one instant; gives how long one turn of the loop took at most, in milliseconds. */
async function longestTurnOfArrivals(owners: number): Promise<number> {
  const rig = new OwnersRig({ plan: OCCUPIED_PLAN, start: START, sliceMs: () => performance.now() });
  const rows: Record<string, Grain[]> = {};
  for (let at = 0; at < 1_000; at += 1) {
    const owner = `${at % owners}`;
    const grains = [room(`${at}`, { bed: `${at}` }), stay(`${at}`, "Ana", START + HOUR, START + 2 * HOUR, `${at}`)];
    (rows[owner] ??= []).push(...grains.map((grain) => ({ ...grain, owner })));
  }
  await rig.open(rows);
  while (rig.screens.size < owners) await rig.settled();
  rig.take();
  let longestMs = 0;
  let told = 0;
  let lastMs = processorMs();
  rig.time.advance(HOUR / 1000);
  for (let turns = 0; turns < 10_000 && told < 1_000; turns += 1) {
    longestMs = Math.max(longestMs, processorMs() - lastMs);
    told += eventsOf(rig.take()).flatMap(({ events }) => events).length;
    lastMs = processorMs();
    await new Promise<void>((resolve) => setImmediate(resolve));
  }
  assert.equal(told, 1_000);
  return longestMs;
}
