import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Published } from "../../../daemon/owners/published.ts";
import { OwnersRig } from "../../support/owners-rig.ts";
import { FIRST_SALES, firstSale } from "../../support/first-sales.ts";
import { due, reset, sale, status } from "../../support/sample-grains.ts";
import { utcDay } from "../../../daemon/metrics/civil-date.ts";

const TODAY = utcDay(Date.UTC(2026, 4, 8) * 1000);

function total(rig: OwnersRig, owner = "1"): unknown {
  return rig.shown(owner, "sales", "total");
}

function kinds(published: readonly Published[]): string[] {
  return published.map(({ kind }) => kind);
}

describe("loading owners", () => {
  it("a watched owner is loaded at the next cut, at the instant of that cut, and its document published", async () => {
    const rig = new OwnersRig();
    await rig.open({ 1: [status("paid", 2n)] });
    const { request } = rig.loader.last;
    assert.deepEqual([request.owners, request.snapshotId, request.t], [["1"], "cut 1", rig.databaseClock]);
    assert.deepEqual(kinds(rig.take()), ["document"]);
    assert.equal(total(rig), 2);
  });

  it("an owner whose greatest row goes, and of which nothing more is known, is read again with its events, and its document stays meanwhile", async () => {
    const rig = new OwnersRig({ plan: FIRST_SALES });
    await rig.open({ 1: [firstSale("9", 1n, 1n)] });
    rig.take();
    await rig.read({ grains: [firstSale("12", 1n)] });
    assert.deepEqual([kinds(rig.take()), rig.shown("1", "sales", "greatest")], [["patch"], "12"]);
    const gone = { owner: "1", name: "sale_gone", id: "sales.7.1", xid: 7n, data: {} };
    await rig.read({ grains: [firstSale("12", -1n), firstSale("9", -1n)], events: [gone] });
    assert.deepEqual([kinds(rig.take()), rig.shown("1", "sales", "greatest")], [[], "12"]);
    assert.ok(rig.owners.wantsCut());
    await rig.read({ grains: [firstSale("3", 1n)] });
    await rig.loader.last.finish({ 1: [firstSale("8", 1n, 1n)] });
    assert.deepEqual([kinds(rig.take()), rig.shown("1", "sales", "greatest")], [["events", "document"], "8"]);
  });

  it("an owner whose first rows go faster than a load reads them is read again, by itself, for twice as many each time, and later each time", async () => {
    const rig = new OwnersRig({ plan: FIRST_SALES });
    await rig.open({ 1: [firstSale("9", 1n, 1n)] });
    await rig.read({ grains: [firstSale("9", -1n)] });
    const first = (...amounts: string[]) =>
      amounts.map((amount, at) => firstSale(amount, 1n, ...(at === amounts.length - 1 ? [1n] : [])));
    const goneMeanwhile = async (...amounts: string[]) => {
      const { last } = rig.loader;
      await rig.read({ grains: amounts.map((amount) => firstSale(amount, -1n)) });
      await last.finish({ 1: first(...amounts) });
    };
    await rig.read();
    await goneMeanwhile("8");
    assert.ok(rig.owners.wantsCut(), "the first time at once");
    await rig.read();
    assert.equal(rig.loader.last.request.depth, 2);
    await goneMeanwhile("7", "6");
    rig.owners.watch("2");
    rig.time.advance(79);
    await rig.read();
    assert.deepEqual(rig.loader.last.request.owners, ["2"], "not at once any more");
    await rig.loader.last.finish({});
    rig.owners.watch("3");
    rig.time.advance(21);
    await rig.read();
    const [before, last] = rig.loader.loads.slice(-2);
    assert.deepEqual([before?.request.owners, before?.request.depth], [["1"], 4]);
    assert.deepEqual([last?.request.owners, last?.request.depth], [["3"], 1]);
    await before?.finish({ 1: first("5", "4", "3", "2") });
    await rig.read({ grains: ["5", "4", "3"].map((amount) => firstSale(amount, -1n)) });
    assert.deepEqual([rig.shown("1", "sales", "greatest"), rig.owners.wantsCut()], ["2", false]);
  });

  it("owners that come one after another are loaded together", async () => {
    const rig = new OwnersRig();
    rig.begin("e");
    for (let owner = 0; owner < 1_000; owner += 1) {
      rig.owners.watch(`${owner}`);
      if (owner % 3 === 0) rig.time.advance(1);
      if (!rig.owners.wantsCut()) continue;
      await rig.read();
      await rig.loader.last.finish({});
    }
    rig.time.advance(10);
    await rig.read();
    assert.equal(
      rig.loader.loads.reduce((owners, { request }) => owners + request.owners.length, 0),
      1_000,
    );
    assert.ok(rig.loader.loads.length <= 10, `${rig.loader.loads.length} loads`);
  });

  it("one owner alone waits 10 ms for others, and the reader is nudged then", async () => {
    const rig = new OwnersRig();
    rig.begin("e");
    rig.owners.watch("1");
    rig.time.advance(9);
    assert.deepEqual([rig.owners.wantsCut(), rig.nudges], [false, 0]);
    rig.time.advance(1);
    assert.deepEqual([rig.owners.wantsCut(), rig.nudges], [true, 1]);
  });

  it("a statement loads at most 1,000 owners, and no more loads run than there are sessions", async () => {
    const rig = new OwnersRig();
    rig.begin("e");
    for (let owner = 0; owner < 2_500; owner += 1) rig.owners.watch(`${owner}`);
    await rig.read();
    assert.deepEqual(
      rig.loader.loads.map(({ request }) => request.owners.length),
      [1_000, 1_000],
    );
    assert.equal(rig.owners.wantsCut(), false);
    const nudges = rig.nudges;
    await rig.loader.last.finish({});
    assert.ok(rig.nudges > nudges);
    await rig.read();
    assert.equal(rig.loader.last.request.owners.length, 500);
  });

  it("an owner takes nothing else from the batch at whose cut it is loaded", async () => {
    const rig = new OwnersRig();
    await rig.open({ 1: [status("paid", 2n)], 2: [status("paid", 5n, "2")] });
    rig.take();
    // The row of owner 1 was deleted by a bulk statement's transaction: the load, at the same snapshot, has not got it any more.
    const grains = [status("paid", -1n), status("paid", -1n, "2")];
    await rig.read({ resets: [reset("sales", "1")], grains });
    await rig.loader.last.finish({ 1: [status("paid", 1n)] });
    assert.deepEqual(rig.loader.last.request.owners, ["1"]);
    assert.deepEqual([total(rig), total(rig, "2")], [1, 4]);
  });

  it("deltas that come while an owner loads are added to the load, and nothing is published before", async () => {
    const rig = new OwnersRig();
    rig.begin("e");
    rig.owners.watch("1");
    rig.time.advance(10);
    await rig.read();
    await rig.read({ grains: [status("paid", 1n), sale(TODAY, 500n)] });
    await rig.read({ grains: [status("paid", -3n), status("open", 1n)] });
    assert.deepEqual(rig.take(), []);
    await rig.loader.last.finish({ 1: [status("paid", 7n)] });
    assert.deepEqual(kinds(rig.take()), ["document"]);
    assert.equal(total(rig), 6);
    assert.equal(rig.shown("1", "revenue", "today"), "5.00");
  });

  it("L1 deltas that come while an owner with no rows yet loads are in its document", async () => {
    const rig = new OwnersRig();
    rig.begin("e");
    rig.owners.watch("1");
    rig.time.advance(10);
    await rig.read();
    await rig.read({ grains: [status("paid", 1n)] });
    await rig.loader.last.finish({ 1: [] });
    assert.equal(total(rig), 1);
  });

  it("a batch that comes while the days of a load are read is in the document", async () => {
    const rig = new OwnersRig();
    rig.begin("e");
    rig.owners.watch("1");
    rig.time.advance(10);
    await rig.read();
    let release = (): void => undefined;
    rig.daysHeld = new Promise((resolve) => {
      release = resolve;
    });
    await rig.loader.last.finish({ 1: [sale(TODAY, 100n)] });
    assert.equal(rig.dayReads.length, 1);
    // This one needs days of its own: those of a month far ahead.
    await rig.read({ grains: [sale(TODAY, 1n), sale(TODAY + 300, 10_000n)] });
    assert.deepEqual(rig.take(), []);
    release();
    await rig.settled();
    assert.deepEqual(kinds(rig.take()), ["document"]);
    assert.equal(rig.shown("1", "revenue", "today"), "1.01");
    assert.ok(rig.dayReads.length > 1);
  });

  it("an owner whose load completes while the days of a batch are read gets its part of that batch", async () => {
    const rig = new OwnersRig();
    await rig.open({ 2: [] });
    rig.owners.watch("1");
    rig.time.advance(10);
    await rig.read();
    let release = (): void => undefined;
    rig.daysHeld = new Promise((resolve) => {
      release = resolve;
    });
    const read = rig.read({ grains: [sale(TODAY + 200, 5n, "2"), sale(TODAY + 400, 6n), due(TODAY + 400)] });
    await rig.loader.last.finish({ 1: [] });
    assert.equal(rig.shown("1", "payouts", "next"), undefined);
    release();
    await read;
    assert.equal(rig.shown("1", "payouts", "next"), "2027-06-12");
  });

  it("a reset during a load supersedes it: the later load is taken, whichever arrives first", async () => {
    const rig = new OwnersRig();
    rig.begin("e");
    rig.owners.watch("1");
    rig.time.advance(10);
    await rig.read();
    await rig.read({ resets: [reset("sales", undefined)] });
    const [first, second] = rig.loader.loads;
    await second?.finish({ 1: [status("paid", 2n)] });
    await first?.finish({ 1: [status("paid", 9n)] });
    assert.deepEqual(kinds(rig.take()), ["document"]);
    assert.equal(total(rig), 2);
  });

  it("an owner that is reset while its load is folded waits for the later load", async () => {
    const rig = new OwnersRig();
    rig.begin("e");
    rig.owners.watch("1");
    rig.time.advance(10);
    await rig.read();
    let release = (): void => undefined;
    rig.daysHeld = new Promise((resolve) => {
      release = resolve;
    });
    const [first] = rig.loader.loads;
    await first?.finish({ 1: [sale(TODAY + 300, 100n), status("paid", 9n)] });
    await rig.read({ resets: [reset("sales", "1")] });
    release();
    await rig.settled();
    assert.deepEqual(rig.take(), []);
    await rig.loader.last.finish({ 1: [status("paid", 2n)] });
    assert.deepEqual(kinds(rig.take()), ["document"]);
    assert.equal(total(rig), 2);
  });

  it("the old document stays on screen while an owner is read again after a change of its own row", async () => {
    const rig = new OwnersRig();
    await rig.open({ 1: [status("paid", 2n)] });
    rig.take();
    await rig.read({ dimensions: ["1"], grains: [status("paid", 1n)] });
    assert.deepEqual(rig.take(), []);
    await rig.loader.last.finish({ 1: [status("paid", 3n)] }, "America/Havana");
    assert.deepEqual(kinds(rig.take()), ["document"]);
    assert.equal(total(rig), 3);
  });

  it("resets and changed rows of owners that nobody watches need no cut", async () => {
    const rig = new OwnersRig();
    await rig.open({ 1: [] });
    const needs = (parts: Parameters<OwnersRig["batch"]>[0]): boolean => rig.owners.needsCut(rig.batch(parts));
    assert.equal(needs({ dimensions: ["2"], resets: [reset("sales", "3")] }), false);
    assert.equal(needs({ dimensions: ["2", "1"] }), true);
    assert.equal(needs({ resets: [reset("sales", "1")] }), true);
    assert.equal(needs({ resets: [reset("sales", undefined)] }), true);
  });

  it("an outdated owner takes nothing from batches while all sessions are busy loading", async () => {
    const rig = new OwnersRig();
    await rig.open({ 1: [status("paid", 2n)] });
    for (const owner of ["2", "3"]) {
      rig.owners.watch(owner);
      rig.time.advance(10);
      await rig.read();
    }
    rig.take();
    const batch = { resets: [reset("sales", "1")], grains: [status("paid", -1n)] };
    assert.equal(rig.owners.needsCut(rig.batch(batch)), false);
    await rig.owners.apply(rig.batch(batch));
    await rig.read({ grains: [status("paid", -1n)] });
    assert.deepEqual(rig.take(), []);
    await rig.loader.last.finish({ 3: [] });
    await rig.read();
    assert.deepEqual(rig.loader.last.request.owners, ["1"]);
    await rig.loader.last.finish({ 1: [] });
    assert.equal(total(rig), 0);
  });

  it("an owner without a row has the document {} until the row appears", async () => {
    const rig = new OwnersRig();
    rig.begin("e");
    rig.owners.watch("1");
    rig.time.advance(10);
    await rig.read();
    await rig.loader.last.finish({ 1: { kind: "no row" } });
    assert.deepEqual(
      rig.take().map((update) => (update.kind === "document" ? update.document : update)),
      [{}],
    );
    await rig.read({ grains: [status("paid", 1n)] });
    assert.deepEqual(rig.take(), []);
    await rig.read({ dimensions: ["1"] });
    await rig.loader.last.finish({ 1: [status("paid", 1n)] });
    assert.equal(total(rig), 1);
  });

  it("an owner whose zone was not known when a delta was read is loaded again", async () => {
    const rig = new OwnersRig();
    rig.begin("e");
    rig.owners.watch("1");
    rig.time.advance(10);
    await rig.read();
    await rig.read({ grains: [sale(undefined, 100n)] });
    await rig.loader.last.finish({ 1: [sale(TODAY, 100n)] });
    assert.deepEqual(rig.take(), []);
    await rig.read();
    await rig.loader.last.finish({ 1: [sale(TODAY, 200n)] });
    assert.equal(rig.shown("1", "revenue", "today"), "2.00");
  });

  it("an owner let go during its load is dropped, and one watched again is loaded again", async () => {
    const rig = new OwnersRig();
    rig.begin("e");
    rig.owners.watch("1");
    rig.time.advance(10);
    await rig.read();
    rig.owners.unwatch("1");
    rig.owners.watch("1");
    await rig.loader.last.finish({ 1: [status("paid", 9n)] });
    assert.deepEqual(rig.take(), []);
    rig.time.advance(10);
    await rig.read({ grains: [status("paid", 1n)] });
    await rig.loader.last.finish({ 1: [status("paid", 2n)] });
    assert.equal(total(rig), 2);
  });

  it("owners that nobody watches are passed over", async () => {
    const rig = new OwnersRig();
    await rig.open({ 1: [status("paid", 1n)] });
    rig.owners.unwatch("1");
    rig.take();
    await rig.read({ grains: [status("paid", 1n), status("paid", 1n, "2")] });
    rig.time.advance(86_400_000 * 40);
    assert.deepEqual(rig.take(), []);
  });
});
