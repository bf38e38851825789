import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Batch, BatchEvent } from "../../../daemon/capture/batch.ts";
import type { Published } from "../../../daemon/owners/published.ts";
import type { WithheldRange } from "../../../daemon/owners/withheld-events.ts";
import { type RowsPosition, rowsOf, type StreamPosition } from "../../../daemon/stream/stream-position.ts";
import { stepFrom } from "../../../daemon/topics/owner/pending.ts";
import { OCCUPIED_PLAN } from "../../support/occupied-plan.ts";
import { INCARNATION, OwnersRig } from "../../support/owners-rig.ts";
import { reset, status } from "../../support/sample-grains.ts";

/** Between two pages. */
const PAGE_MS = 12;

function event(id: string, owner = "1"): BatchEvent {
  return { owner, name: "made", id, xid: 5n, data: { id } };
}

function many(count: number, word: string): BatchEvent[] {
  return Array.from({ length: count }, (_, at) => event(`${word}${at}`));
}

interface Reading {
  readonly owner: string;
  readonly range: WithheldRange;
  readonly incarnation: string;
  answer(found: Partial<Pick<Batch, "events" | "resets"> & { rows: readonly RowsPosition[] }>): Promise<void>;
  fail(): Promise<void>;
}

/** Owners 1 and 2 with documents, at the batch 10:10:, and what is read of withheld events. */
async function setUp() {
  const readings: Reading[] = [];
  const rig = new OwnersRig({
    plan: OCCUPIED_PLAN,
    withheld: (owner, range, incarnation) =>
      new Promise((resolve, reject) => {
        const answer: Reading["answer"] = (found) => {
          const { events = [], resets = [], rows = [] } = found;
          const placed = events.map((one, at) => ({ event: one, rows: rows[at] ?? { snapshot: "" } }));
          resolve({ resets, events: placed, count: events.length });
          return rig.settled();
        };
        const fail = (): Promise<void> => {
          reject(new Error("away"));
          return rig.settled();
        };
        readings.push({ owner, range, incarnation, answer, fail });
      }),
  });
  await rig.open({ 1: [], 2: [] });
  await rig.read({ snapshot: "10:10:" });
  rig.take();
  const nextPage = async (): Promise<void> => {
    rig.time.advance(PAGE_MS);
    await rig.settled();
  };
  return { rig, readings, nextPage };
}

/** `made <first id>…<how many>` for events, the kind of anything else; `…` behind whatever says that events are owed. */
function shape(published: readonly Published[]): string[] {
  return published.map((update) => {
    const owes = "owes" in update && update.owes ? "…" : "";
    if (update.kind !== "events") return `${update.owner} ${update.kind}${owes}`;
    const [first] = update.events;
    const word = first?.data["id"] ?? first?.data["source"] ?? "";
    return `${update.owner} ${typeof word === "string" ? word : ""}x${update.events.length}${owes}`;
  });
}

/** Where somebody is who gets these. */
function reached(start: StreamPosition, published: readonly Published[]): StreamPosition {
  let at = start;
  for (const update of published) if ("snapshot" in update) at = stepFrom(at, INCARNATION, update);
  return at;
}

describe("events that a batch comes without", () => {
  it("keep nobody's changes waiting, come by pages of 50 between the batch's two snapshots, and are owed until the last", async () => {
    const { rig, readings, nextPage } = await setUp();
    await rig.read({
      snapshot: "20:20:",
      grains: [status("paid", 1n, "1"), status("paid", 1n, "2")],
      events: [event("b", "2")],
      withheld: ["1", "3"],
    });
    assert.deepEqual(shape(rig.take()), ["2 bx1", "2 patch", "1 patch…"]);
    assert.deepEqual(
      readings.map(({ owner, range, incarnation }) => [owner, range, incarnation]),
      [["1", { since: "10:10:", upto: "20:20:" }, INCARNATION]],
    );
    await readings[0]?.answer({ events: many(120, "a") });
    assert.deepEqual(shape(rig.take()), ["1 a0x50…"]);
    await nextPage();
    assert.deepEqual(shape(rig.take()), ["1 a50x50…"]);
    await nextPage();
    assert.deepEqual(shape(rig.take()), ["1 a100x20"]);
    await nextPage();
    await rig.read({ snapshot: "21:21:", grains: [status("paid")], events: [event("c")] });
    assert.deepEqual(shape(rig.take()), ["1 cx1", "1 patch"]);
  });

  it("come before what happens to the owner meanwhile, bulk statements too, which are read after them", async () => {
    const { rig, readings, nextPage } = await setUp();
    await rig.read({ snapshot: "20:20:", withheld: ["1"] });
    await rig.read({ snapshot: "21:21:", grains: [status("paid")], events: [event("later"), event("b", "2")] });
    await rig.read({ snapshot: "22:22:", events: [event("c", "2")] });
    assert.deepEqual(shape(rig.take()), ["2 bx1", "1 patch…", "2 cx1"]);
    await readings[0]?.answer({ events: many(51, "a") });
    await nextPage();
    assert.deepEqual(shape(rig.take()), ["1 a0x50…", "1 a50x1…"]);
    assert.deepEqual(readings[1]?.range, { since: "20:20:", upto: "21:21:" });
    await readings[1]?.answer({ events: [event("later")], resets: [reset("sales", "1")] });
    assert.deepEqual(shape(rig.take()), ["1 laterx2"]);
    assert.equal(readings.length, 2);
  });

  it("say how far they bring who gets them with rows, the last of a range to its end, and come from where the document is", async () => {
    const { rig, readings, nextPage } = await setUp();
    await rig.read({ snapshot: "20:20:", grains: [status("paid")], withheld: ["1"] });
    await rig.read({ snapshot: "21:21:", resets: [reset("sales", "1")], events: [event("later")] });
    rig.take();
    const part = (events: number): RowsPosition => ({ snapshot: "10:10:", part: { xid: 5n, events } });
    const rows = Array.from({ length: 51 }, (_, at) => part(at + 1));
    await readings[0]?.answer({ events: many(51, "a"), rows });
    await nextPage();
    // A bulk statement's event follows them.
    await readings[1]?.answer({
      events: [event("later")],
      resets: [reset("sales", "1")],
      rows: [{ snapshot: "5:5:" }],
    });
    const pages = rig.take().flatMap((update) => (update.kind === "events" ? [update] : []));
    assert.deepEqual(
      pages.map(({ snapshot, rowsAfter = [] }) => [snapshot, rowsAfter.length, rowsAfter[0], rowsAfter.at(-1)]),
      [
        ["20:20:", 50, part(1), part(50)],
        ["20:20:", 1, { snapshot: "20:20:" }, { snapshot: "20:20:" }],
        ["20:20:", 2, { snapshot: "5:5:" }, { snapshot: "21:21:" }],
      ],
    );
  });

  it("are owed until somebody has looked, also where nothing is left of them", async () => {
    const { rig, readings } = await setUp();
    await rig.read({ snapshot: "20:20:", grains: [status("paid")], withheld: ["1"] });
    rig.take();
    await readings[0]?.answer({});
    assert.deepEqual(shape(rig.take()), ["1 x0"]);
  });

  it("come after those that wait for the document of an owner that is read again", async () => {
    const { rig, readings } = await setUp();
    await rig.read({ snapshot: "20:20:", resets: [reset("sales", "1")], events: [event("held")] });
    assert.deepEqual(shape(rig.take()), []);
    await rig.read({ snapshot: "21:21:", withheld: ["1"] });
    const waited = rig.take();
    assert.deepEqual(shape(waited), ["1 heldx2…"]);
    // Who gets them, and goes on from there, lacks just what is owed.
    const start = { incarnation: INCARNATION, snapshot: "10:10:", asOf: 0 };
    assert.equal(reached(start, waited).rows?.snapshot, "20:20:");
    assert.equal(readings[0]?.range.since, "20:20:");
    await readings[0]?.answer({ events: many(2, "a"), rows: [{ snapshot: "20:20:" }, { snapshot: "21:21:" }] });
    const told = rig.take();
    assert.deepEqual(shape(told), ["1 a0x2"]);
    assert.equal(rowsOf(reached(start, [...waited, ...told])).snapshot, "21:21:");
    await rig.loader.last.finish({ 1: [] });
    assert.deepEqual(shape(rig.take()), ["1 document"]);
  });

  it("that can't be read make the owner's document one of another epoch, so that clients ask for what they missed", async () => {
    const { rig, readings } = await setUp();
    await rig.read({ snapshot: "20:20:", withheld: ["1"] });
    await readings[0]?.fail();
    rig.time.advance(100);
    await rig.read({ snapshot: "21:21:" });
    await rig.loader.last.finish({ 1: [] });
    const [document, ...more] = rig.take();
    assert.deepEqual(more, []);
    assert.ok(document?.kind === "document");
    assert.deepEqual([document.epoch, document.owes], ["e.1", false]);
    await rig.read({ snapshot: "22:22:", events: [event("next")] });
    assert.deepEqual(shape(rig.take()), ["1 nextx1"]);
  });

  it("of an owner that nobody watches any more, or of an epoch that is over, are not told", async () => {
    for (const end of ["unwatch", "lost"] as const) {
      const { rig, readings, nextPage } = await setUp();
      await rig.read({ snapshot: "20:20:", withheld: ["1"] });
      await readings[0]?.answer({ events: many(80, "a") });
      rig.take();
      if (end === "lost") rig.owners.lost();
      else rig.owners.unwatch("1");
      await nextPage();
      assert.deepEqual(
        rig.take().filter(({ kind }) => kind === "events"),
        [],
      );
    }
  });

  it("that are read when their epoch is over are not taken for those of the next", async () => {
    const { rig, readings } = await setUp();
    await rig.read({ snapshot: "20:20:", withheld: ["1"] });
    rig.owners.lost();
    rig.begin("f");
    rig.time.advance(100);
    await rig.read({ snapshot: "30:30:" });
    await rig.loader.last.finish({ 1: [], 2: [] });
    await rig.read({ snapshot: "40:40:", withheld: ["1"] });
    rig.take();
    await readings[0]?.answer({ events: many(2, "a") });
    assert.deepEqual(shape(rig.take()), []);
    assert.deepEqual(readings[1]?.range, { since: "30:30:", upto: "40:40:" });
    await readings[1]?.answer({ events: many(2, "b") });
    assert.deepEqual(shape(rig.take()), ["1 b0x2"]);
  });

  it("of an owner whose document nobody has yet are no concern of anybody's", async () => {
    const { rig, readings } = await setUp();
    rig.owners.watch("3");
    rig.time.advance(100);
    await rig.read({ snapshot: "20:20:", withheld: ["3"] });
    await rig.loader.last.finish({ 3: [] });
    assert.deepEqual(shape(rig.take()), ["3 document"]);
    assert.equal(readings.length, 0);
  });
});
