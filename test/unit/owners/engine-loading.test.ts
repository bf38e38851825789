import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Published } from "../../../daemon/owners/published.ts";
import { EngineBench } from "../../support/engine-bench.ts";
import { due, reset, sale, status } from "../../support/sample-grains.ts";
import { utcDay } from "../../../daemon/metrics/civil-date.ts";

const TODAY = utcDay(Date.UTC(2026, 4, 8) * 1000);

function total(bench: EngineBench, owner = "1"): unknown {
  return bench.shown(owner, "sales", "total");
}

function kinds(published: readonly Published[]): string[] {
  return published.map(({ kind }) => kind);
}

describe("loading owners", () => {
  it("a watched owner is loaded at the next cut, at the instant of that cut, and its document published", async () => {
    const bench = new EngineBench();
    await bench.open({ 1: [status("paid", 2n)] });
    const { request } = bench.loader.last;
    assert.deepEqual([request.owners, request.snapshotId, request.t], [["1"], "cut 1", bench.databaseClock]);
    assert.deepEqual(kinds(bench.take()), ["document"]);
    assert.equal(total(bench), 2);
  });

  it("owners that come one after another are loaded together", async () => {
    const bench = new EngineBench();
    bench.begin("e");
    for (let owner = 0; owner < 1_000; owner += 1) {
      bench.engine.watch(`${owner}`);
      if (owner % 3 === 0) bench.time.advance(1);
      if (!bench.engine.wantsCut()) continue;
      await bench.read();
      await bench.loader.last.finish({});
    }
    bench.time.advance(10);
    await bench.read();
    assert.equal(
      bench.loader.loads.reduce((owners, { request }) => owners + request.owners.length, 0),
      1_000,
    );
    assert.ok(bench.loader.loads.length <= 10, `${bench.loader.loads.length} loads`);
  });

  it("one owner alone waits 10 ms for others, and the reader is nudged then", async () => {
    const bench = new EngineBench();
    bench.begin("e");
    bench.engine.watch("1");
    bench.time.advance(9);
    assert.deepEqual([bench.engine.wantsCut(), bench.nudges], [false, 0]);
    bench.time.advance(1);
    assert.deepEqual([bench.engine.wantsCut(), bench.nudges], [true, 1]);
  });

  it("a statement loads at most 1,000 owners, and no more loads run than there are sessions", async () => {
    const bench = new EngineBench();
    bench.begin("e");
    for (let owner = 0; owner < 2_500; owner += 1) bench.engine.watch(`${owner}`);
    await bench.read();
    assert.deepEqual(
      bench.loader.loads.map(({ request }) => request.owners.length),
      [1_000, 1_000],
    );
    assert.equal(bench.engine.wantsCut(), false);
    const nudges = bench.nudges;
    await bench.loader.last.finish({});
    assert.ok(bench.nudges > nudges);
    await bench.read();
    assert.equal(bench.loader.last.request.owners.length, 500);
  });

  it("an owner takes nothing else from the batch at whose cut it is loaded", async () => {
    const bench = new EngineBench();
    await bench.open({ 1: [status("paid", 2n)], 2: [status("paid", 5n, "2")] });
    bench.take();
    // The row of owner 1 was deleted by a bulk statement's transaction: the load, at the same snapshot, has not got it any more.
    const grains = [status("paid", -1n), status("paid", -1n, "2")];
    await bench.read({ resets: [reset("sales", "1")], grains });
    await bench.loader.last.finish({ 1: [status("paid", 1n)] });
    assert.deepEqual(bench.loader.last.request.owners, ["1"]);
    assert.deepEqual([total(bench), total(bench, "2")], [1, 4]);
  });

  it("deltas that come while an owner loads are added to the load, and nothing is published before", async () => {
    const bench = new EngineBench();
    bench.begin("e");
    bench.engine.watch("1");
    bench.time.advance(10);
    await bench.read();
    await bench.read({ grains: [status("paid", 1n), sale(TODAY, 500n)] });
    await bench.read({ grains: [status("paid", -3n), status("open", 1n)] });
    assert.deepEqual(bench.take(), []);
    await bench.loader.last.finish({ 1: [status("paid", 7n)] });
    assert.deepEqual(kinds(bench.take()), ["document"]);
    assert.equal(total(bench), 6);
    assert.equal(bench.shown("1", "revenue", "today"), "5.00");
  });

  it("L1 deltas that come while an owner with no rows yet loads are in its document", async () => {
    const bench = new EngineBench();
    bench.begin("e");
    bench.engine.watch("1");
    bench.time.advance(10);
    await bench.read();
    await bench.read({ grains: [status("paid", 1n)] });
    await bench.loader.last.finish({ 1: [] });
    assert.equal(total(bench), 1);
  });

  it("a batch that comes while the days of a load are read is in the document", async () => {
    const bench = new EngineBench();
    bench.begin("e");
    bench.engine.watch("1");
    bench.time.advance(10);
    await bench.read();
    let release = (): void => undefined;
    bench.daysHeld = new Promise((resolve) => {
      release = resolve;
    });
    await bench.loader.last.finish({ 1: [sale(TODAY, 100n)] });
    assert.equal(bench.dayReads.length, 1);
    // This one needs days of its own: those of a month far ahead.
    await bench.read({ grains: [sale(TODAY, 1n), sale(TODAY + 300, 10_000n)] });
    assert.deepEqual(bench.take(), []);
    release();
    await bench.settled();
    assert.deepEqual(kinds(bench.take()), ["document"]);
    assert.equal(bench.shown("1", "revenue", "today"), "1.01");
    assert.ok(bench.dayReads.length > 1);
  });

  it("an owner whose load completes while the days of a batch are read gets its part of that batch", async () => {
    const bench = new EngineBench();
    await bench.open({ 2: [] });
    bench.engine.watch("1");
    bench.time.advance(10);
    await bench.read();
    let release = (): void => undefined;
    bench.daysHeld = new Promise((resolve) => {
      release = resolve;
    });
    const read = bench.read({ grains: [sale(TODAY + 200, 5n, "2"), sale(TODAY + 400, 6n), due(TODAY + 400)] });
    await bench.loader.last.finish({ 1: [] });
    assert.equal(bench.shown("1", "payouts", "next"), undefined);
    release();
    await read;
    assert.equal(bench.shown("1", "payouts", "next"), "2027-06-12");
  });

  it("a reset during a load supersedes it: the later load is taken, whichever arrives first", async () => {
    const bench = new EngineBench();
    bench.begin("e");
    bench.engine.watch("1");
    bench.time.advance(10);
    await bench.read();
    await bench.read({ resets: [reset("sales", undefined)] });
    const [first, second] = bench.loader.loads;
    await second?.finish({ 1: [status("paid", 2n)] });
    await first?.finish({ 1: [status("paid", 9n)] });
    assert.deepEqual(kinds(bench.take()), ["document"]);
    assert.equal(total(bench), 2);
  });

  it("the old document stays on screen while an owner is read again after a change of its own row", async () => {
    const bench = new EngineBench();
    await bench.open({ 1: [status("paid", 2n)] });
    bench.take();
    await bench.read({ dimensions: ["1"], grains: [status("paid", 1n)] });
    assert.deepEqual(bench.take(), []);
    await bench.loader.last.finish({ 1: [status("paid", 3n)] }, "America/Havana");
    assert.deepEqual(kinds(bench.take()), ["document"]);
    assert.equal(total(bench), 3);
  });

  it("resets and changed rows of owners that nobody watches need no cut", async () => {
    const bench = new EngineBench();
    await bench.open({ 1: [] });
    const needs = (parts: Parameters<EngineBench["batch"]>[0]): boolean => bench.engine.needsCut(bench.batch(parts));
    assert.equal(needs({ dimensions: ["2"], resets: [reset("sales", "3")] }), false);
    assert.equal(needs({ dimensions: ["2", "1"] }), true);
    assert.equal(needs({ resets: [reset("sales", "1")] }), true);
    assert.equal(needs({ resets: [reset("sales", undefined)] }), true);
  });

  it("an outdated owner takes nothing from batches while all sessions are busy loading", async () => {
    const bench = new EngineBench();
    await bench.open({ 1: [status("paid", 2n)] });
    for (const owner of ["2", "3"]) {
      bench.engine.watch(owner);
      bench.time.advance(10);
      await bench.read();
    }
    bench.take();
    const batch = { resets: [reset("sales", "1")], grains: [status("paid", -1n)] };
    assert.equal(bench.engine.needsCut(bench.batch(batch)), false);
    await bench.engine.apply(bench.batch(batch));
    await bench.read({ grains: [status("paid", -1n)] });
    assert.deepEqual(bench.take(), []);
    await bench.loader.last.finish({ 3: [] });
    await bench.read();
    assert.deepEqual(bench.loader.last.request.owners, ["1"]);
    await bench.loader.last.finish({ 1: [] });
    assert.equal(total(bench), 0);
  });

  it("an owner without a row has the document {} until the row appears", async () => {
    const bench = new EngineBench();
    bench.begin("e");
    bench.engine.watch("1");
    bench.time.advance(10);
    await bench.read();
    await bench.loader.last.finish({ 1: { kind: "no row" } });
    assert.deepEqual(
      bench.take().map((update) => (update.kind === "document" ? update.document : update)),
      [{}],
    );
    await bench.read({ grains: [status("paid", 1n)] });
    assert.deepEqual(bench.take(), []);
    await bench.read({ dimensions: ["1"] });
    await bench.loader.last.finish({ 1: [status("paid", 1n)] });
    assert.equal(total(bench), 1);
  });

  it("an owner whose zone was not known when a delta was read is loaded again", async () => {
    const bench = new EngineBench();
    bench.begin("e");
    bench.engine.watch("1");
    bench.time.advance(10);
    await bench.read();
    await bench.read({ grains: [sale(undefined, 100n)] });
    await bench.loader.last.finish({ 1: [sale(TODAY, 100n)] });
    assert.deepEqual(bench.take(), []);
    await bench.read();
    await bench.loader.last.finish({ 1: [sale(TODAY, 200n)] });
    assert.equal(bench.shown("1", "revenue", "today"), "2.00");
  });

  it("an owner let go during its load is dropped, and one watched again is loaded again", async () => {
    const bench = new EngineBench();
    bench.begin("e");
    bench.engine.watch("1");
    bench.time.advance(10);
    await bench.read();
    bench.engine.unwatch("1");
    bench.engine.watch("1");
    await bench.loader.last.finish({ 1: [status("paid", 9n)] });
    assert.deepEqual(bench.take(), []);
    bench.time.advance(10);
    await bench.read({ grains: [status("paid", 1n)] });
    await bench.loader.last.finish({ 1: [status("paid", 2n)] });
    assert.equal(total(bench), 2);
  });

  it("owners that nobody watches are passed over", async () => {
    const bench = new EngineBench();
    await bench.open({ 1: [status("paid", 1n)] });
    bench.engine.unwatch("1");
    bench.take();
    await bench.read({ grains: [status("paid", 1n), status("paid", 1n, "2")] });
    bench.time.advance(86_400_000 * 40);
    assert.deepEqual(bench.take(), []);
  });
});
