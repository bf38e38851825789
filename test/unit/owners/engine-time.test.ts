import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Grain } from "../../../daemon/capture/batch.ts";
import { utcDay } from "../../../daemon/metrics/civil-date.ts";
import type { Published } from "../../../daemon/owners/published.ts";
import type { JsonObject } from "../../../protocol/json.ts";
import { EngineBench } from "../../support/engine-bench.ts";
import { due, sale, status, stay } from "../../support/sample-grains.ts";
import { dayStartByRules } from "../../support/zone-rules.ts";

const MICROS_PER_HOUR = 3_600_000_000;

function patches(published: readonly Published[]): Extract<Published, { kind: "patch" }>[] {
  return published.filter((update) => update.kind === "patch");
}

function revenue(bench: EngineBench, owner = "1"): unknown {
  return bench.shown(owner, "revenue", "today");
}

describe("engine and time", () => {
  it("L5 Values change exactly at the owner's local boundary, with no write", async () => {
    // Clocks go back in Havana and the Azores at 01:00, to a second midnight; New York and UTC at other hours or never.
    const nights = [
      ["America/Havana", "2026-10-31"],
      ["Atlantic/Azores", "2026-10-24"],
      ["America/New_York", "2026-10-31"],
      ["Asia/Kathmandu", "2026-10-31"],
      ["Pacific/Kiritimati", "2026-10-31"],
      ["UTC", "2026-10-31"],
    ] as const;
    for (const [zone, date] of nights) {
      const day = utcDay(Date.parse(date) * 1000);
      const midnight = dayStartByRules(zone, day + 1);
      const bench = new EngineBench({ start: midnight - 5 * MICROS_PER_HOUR });
      await bench.open({ 1: [sale(day, 12_300n), sale(day + 1, 4_500n)] }, zone);
      bench.take();
      bench.time.advance((midnight - bench.databaseClock) / 1000 - 1);
      await bench.settled();
      assert.deepEqual([bench.take(), revenue(bench)], [[], "123.00"], zone);
      bench.time.advance(1);
      await bench.settled();
      const [patch, ...more] = patches(bench.take());
      assert.deepEqual(more, []);
      assert.deepEqual([patch?.asOf, revenue(bench)], [midnight, "45.00"], zone);
    }
  });

  it("a boundary that passes while deltas come is crossed before they are folded", async () => {
    const day = utcDay(Date.UTC(2026, 4, 8) * 1000);
    const bench = new EngineBench({ start: Date.UTC(2026, 4, 8, 23, 59, 59) * 1000 });
    await bench.open({ 1: [sale(day, 100n)] });
    // The database's clock runs ahead of this machine's: the batch is the first to know of midnight.
    await bench.engine.apply(bench.batch({ clock: bench.databaseClock + 2_000_000, grains: [sale(day + 1, 7n)] }));
    assert.equal(revenue(bench), "0.07");
  });

  it("a database clock that jumps ahead crosses boundaries at once", async () => {
    const day = utcDay(Date.UTC(2026, 4, 8) * 1000);
    const bench = new EngineBench();
    await bench.open({ 1: [sale(day, 100n), due(day)] });
    await bench.engine.apply(bench.batch({ clock: Date.UTC(2026, 4, 9) * 1000 }));
    bench.time.advance(0);
    await bench.settled();
    assert.equal(revenue(bench), "0.00");
    assert.equal(JSON.stringify(bench.screens.get("1")?.["payouts"]), "{}");
  });

  it("a boundary beyond 2^31 ms is waited for, not fired at once", async () => {
    const start = Date.UTC(2026, 4, 8) * 1000;
    const end = start + 40 * 24 * MICROS_PER_HOUR;
    const bench = new EngineBench({ start });
    await bench.open({ 1: [stay("a", start, end)] });
    bench.take();
    const msUntilEnd = (end - bench.databaseClock) / 1000;
    assert.ok(msUntilEnd > 2 ** 31);
    bench.time.advance(msUntilEnd - 1);
    await bench.settled();
    assert.deepEqual(bench.take(), []);
    // Node fires a timer for 2^31 ms or more at once.
    assert.equal(bench.longestDelayMs, 2 ** 31 - 1);
    assert.equal(bench.time.pending, 1);
    bench.time.advance(1);
    await bench.settled();
    assert.equal(patches(bench.take()).length, 1);
    assert.equal(bench.time.pending, 0);
  });

  it("thousands of owners who cross midnight together are crossed in slices, and batches go on between them", async () => {
    const day = utcDay(Date.UTC(2026, 4, 8) * 1000);
    // Each look at the clock takes 0.05 ms: a slice is 100 owners long.
    let sliceMs = 0;
    const bench = new EngineBench({
      start: Date.UTC(2026, 4, 8, 23, 59, 50) * 1000,
      sliceMs: () => {
        sliceMs += 0.05;
        return sliceMs;
      },
    });
    const owners: Record<string, Grain[]> = {};
    for (let owner = 0; owner < 3_000; owner += 1) owners[owner] = [sale(day, 100n, `${owner}`)];
    bench.begin("e");
    for (const owner of Object.keys(owners)) bench.engine.watch(owner);
    while (bench.screens.size < 3_000) {
      await bench.read();
      await bench.settled();
      for (const load of bench.loader.loads.splice(0)) {
        await load.finish(Object.fromEntries(load.request.owners.map((owner) => [owner, owners[owner] ?? []])));
      }
    }
    bench.take();
    bench.time.advance(10_000);
    const crossed = new Set<string>();
    const see = (): void => bench.take().forEach(({ owner }) => crossed.add(owner));
    see();
    assert.ok(crossed.size <= 200, `${crossed.size} owners in one turn`);
    await bench.read({ grains: [status("paid", 1n, "2999")] });
    let turns = 0;
    for (see(); crossed.size < 3_000 && turns < 1_000; turns += 1) {
      await new Promise<void>((resolve) => setImmediate(resolve));
      see();
    }
    assert.equal(crossed.size, 3_000, `${turns} turns`);
    assert.ok(turns > 10);
    for (let owner = 0; owner < 3_000; owner += 1) assert.equal(revenue(bench, `${owner}`), "0.00");
    assert.equal(bench.shown("2999", "sales", "total"), 1);
  });

  it("a large batch is folded in slices, each owner whole", async () => {
    let sliceMs = 0;
    const bench = new EngineBench({ sliceMs: () => (sliceMs += 1) });
    await bench.open({ 1: [], 2: [] });
    bench.take();
    const grains = Array.from({ length: 60 }, (_, at) => status("paid", 1n, at % 2 === 0 ? "1" : "2"));
    let turns = 0;
    const turn = (): void => {
      turns += 1;
      turning = setImmediate(turn);
    };
    let turning = setImmediate(turn);
    await bench.read({ grains });
    clearImmediate(turning);
    assert.ok(turns > 5);
    assert.deepEqual(
      patches(bench.take()).map(({ owner, patch }) => [owner, (patch["sales"] as JsonObject)["total"]]),
      [
        ["1", 30],
        ["2", 30],
      ],
    );
  });

  it("a small step back of the database's clock is waited out, a large one ends the epoch", async () => {
    const bench = new EngineBench();
    await bench.open({ 1: [] });
    await bench.engine.apply(bench.batch({ grains: [status("paid")] }));
    await bench.engine.apply(bench.batch({ clock: bench.databaseClock - 4_000_000, grains: [status("paid")] }));
    const [first, second] = patches(bench.take());
    assert.equal(first?.asOf, second?.asOf);
    await assert.rejects(
      bench.engine.apply(bench.batch({ clock: bench.databaseClock - 60_000_000 })),
      /clock went back/,
    );
    bench.begin("f");
    const hourBack = bench.databaseClock - MICROS_PER_HOUR;
    await bench.read({ clock: hourBack });
    assert.equal(bench.loader.last.request.t, hourBack);
  });
});
