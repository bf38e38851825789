import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Grain } from "../../../daemon/capture/batch.ts";
import { utcDay } from "../../../daemon/metrics/civil-date.ts";
import type { Published } from "../../../daemon/owners/published.ts";
import type { JsonObject } from "../../../protocol/json.ts";
import { OwnersRig } from "../../support/owners-rig.ts";
import { due, sale, status, stay } from "../../support/sample-grains.ts";
import { dayStartByRules } from "../../support/zone-rules.ts";

const MICROS_PER_HOUR = 3_600_000_000;

function patches(published: readonly Published[]): Extract<Published, { kind: "patch" }>[] {
  return published.filter((update) => update.kind === "patch");
}

function revenue(rig: OwnersRig, owner = "1"): unknown {
  return rig.shown(owner, "revenue", "today");
}

describe("owners and time", () => {
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
      const rig = new OwnersRig({ start: midnight - 5 * MICROS_PER_HOUR });
      await rig.open({ 1: [sale(day, 12_300n), sale(day + 1, 4_500n)] }, zone);
      rig.take();
      rig.time.advance((midnight - rig.databaseClock) / 1000 - 1);
      await rig.settled();
      assert.deepEqual([rig.take(), revenue(rig)], [[], "123.00"], zone);
      rig.time.advance(1);
      await rig.settled();
      const [patch, ...more] = patches(rig.take());
      assert.deepEqual(more, []);
      assert.deepEqual([patch?.asOf, revenue(rig)], [midnight, "45.00"], zone);
    }
  });

  it("a boundary that passes while deltas come is crossed before they are folded", async () => {
    const day = utcDay(Date.UTC(2026, 4, 8) * 1000);
    const rig = new OwnersRig({ start: Date.UTC(2026, 4, 8, 23, 59, 59) * 1000 });
    await rig.open({ 1: [sale(day, 100n)] });
    // The database's clock runs ahead of this machine's: the batch is the first to know of midnight.
    await rig.owners.apply(rig.batch({ clock: rig.databaseClock + 2_000_000, grains: [sale(day + 1, 7n)] }));
    assert.equal(revenue(rig), "0.07");
  });

  it("an owner that is asked where it stands says it with the next batch, at the present; one that loads after that, a stale one never", async () => {
    const day = utcDay(Date.UTC(2026, 4, 8) * 1000);
    const rig = new OwnersRig({ start: Date.UTC(2026, 4, 8, 23, 59, 59) * 1000 });
    await rig.open({ 1: [sale(day, 100n)] });
    rig.owners.watch("2");
    const nudges = rig.nudges;
    for (const owner of ["1", "2", "3"]) rig.owners.locate(owner);
    assert.ok(rig.nudges > nudges, "the reader reads");
    rig.take();
    // Midnight has passed by the database's clock, and no timer has fired.
    const clock = Date.UTC(2026, 4, 9) * 1000 + 7;
    const positions = (): unknown[] =>
      rig
        .take()
        .flatMap((update) => (update.kind === "position" ? [[update.owner, update.snapshot, update.asOf]] : []));
    await rig.owners.apply(rig.batch({ snapshot: "s2", clock }));
    assert.deepEqual([positions(), revenue(rig)], [[["1", "s2", clock]], "0.00"]);
    rig.time.advance(100);
    await rig.read({ clock: clock + 100_000, snapshot: "s3" });
    await rig.loader.last.finish({ 2: [] });
    assert.deepEqual(positions(), []);
    await rig.read({ clock: clock + 100_000, snapshot: "s4" });
    assert.deepEqual(positions(), [["2", "s4", clock + 100_000]]);
    rig.owners.locate("1");
    rig.owners.lost();
    rig.begin("e2");
    await rig.read({ clock: clock + 200_000, snapshot: "s5" });
    assert.deepEqual(positions(), []);
  });

  it("a database clock that jumps ahead crosses boundaries at once", async () => {
    const day = utcDay(Date.UTC(2026, 4, 8) * 1000);
    const rig = new OwnersRig();
    await rig.open({ 1: [sale(day, 100n), due(day)] });
    await rig.owners.apply(rig.batch({ clock: Date.UTC(2026, 4, 9) * 1000 }));
    rig.time.advance(0);
    await rig.settled();
    assert.equal(revenue(rig), "0.00");
    assert.equal(JSON.stringify(rig.screens.get("1")?.["payouts"]), "{}");
  });

  it("a boundary beyond 2^31 ms is waited for, not fired at once", async () => {
    const start = Date.UTC(2026, 4, 8) * 1000;
    const end = start + 40 * 24 * MICROS_PER_HOUR;
    const rig = new OwnersRig({ start });
    await rig.open({ 1: [stay("a", start, end)] });
    rig.take();
    const msUntilEnd = (end - rig.databaseClock) / 1000;
    assert.ok(msUntilEnd > 2 ** 31);
    rig.time.advance(msUntilEnd - 1);
    await rig.settled();
    assert.deepEqual(rig.take(), []);
    // Node fires a timer for 2^31 ms or more at once.
    assert.equal(rig.longestDelayMs, 2 ** 31 - 1);
    assert.equal(rig.time.pending, 1);
    rig.time.advance(1);
    await rig.settled();
    assert.equal(patches(rig.take()).length, 1);
    assert.equal(rig.time.pending, 0);
  });

  it("thousands of owners who cross midnight together are crossed in slices, and batches go on between them", async () => {
    const day = utcDay(Date.UTC(2026, 4, 8) * 1000);
    // Each look at the clock takes 0.05 ms: a slice is 100 owners long.
    let sliceMs = 0;
    const rig = new OwnersRig({
      start: Date.UTC(2026, 4, 8, 23, 59, 50) * 1000,
      sliceMs: () => {
        sliceMs += 0.05;
        return sliceMs;
      },
    });
    const owners: Record<string, Grain[]> = {};
    for (let owner = 0; owner < 3_000; owner += 1) owners[owner] = [sale(day, 100n, `${owner}`)];
    rig.begin("e");
    for (const owner of Object.keys(owners)) rig.owners.watch(owner);
    while (rig.screens.size < 3_000) {
      await rig.read();
      await rig.settled();
      for (const load of rig.loader.loads.splice(0)) {
        await load.finish(Object.fromEntries(load.request.owners.map((owner) => [owner, owners[owner] ?? []])));
      }
    }
    rig.take();
    rig.time.advance(10_000);
    const crossed = new Set<string>();
    const see = (): void => rig.take().forEach(({ owner }) => crossed.add(owner));
    see();
    assert.ok(crossed.size <= 200, `${crossed.size} owners in one turn`);
    await rig.read({ grains: [status("paid", 1n, "2999")] });
    let turns = 0;
    for (see(); crossed.size < 3_000 && turns < 1_000; turns += 1) {
      await new Promise<void>((resolve) => setImmediate(resolve));
      see();
    }
    assert.equal(crossed.size, 3_000, `${turns} turns`);
    assert.ok(turns > 10);
    for (let owner = 0; owner < 3_000; owner += 1) assert.equal(revenue(rig, `${owner}`), "0.00");
    assert.equal(rig.shown("2999", "sales", "total"), 1);
  });

  it("a large batch is folded in slices, each owner whole", async () => {
    let sliceMs = 0;
    const rig = new OwnersRig({ sliceMs: () => (sliceMs += 1) });
    await rig.open({ 1: [], 2: [] });
    rig.take();
    const grains = Array.from({ length: 60 }, (_, at) => status("paid", 1n, at % 2 === 0 ? "1" : "2"));
    let turns = 0;
    const turn = (): void => {
      turns += 1;
      turning = setImmediate(turn);
    };
    let turning = setImmediate(turn);
    await rig.read({ grains });
    clearImmediate(turning);
    assert.ok(turns > 5);
    assert.deepEqual(
      patches(rig.take()).map(({ owner, patch }) => [owner, (patch["sales"] as JsonObject)["total"]]),
      [
        ["1", 30],
        ["2", 30],
      ],
    );
  });

  it("a small step back of the database's clock is waited out, a large one ends the epoch", async () => {
    const rig = new OwnersRig();
    await rig.open({ 1: [] });
    await rig.owners.apply(rig.batch({ grains: [status("paid")] }));
    await rig.owners.apply(rig.batch({ clock: rig.databaseClock - 4_000_000, grains: [status("paid")] }));
    const [first, second] = patches(rig.take());
    assert.equal(first?.asOf, second?.asOf);
    await assert.rejects(rig.owners.apply(rig.batch({ clock: rig.databaseClock - 60_000_000 })), /clock went back/);
    rig.begin("f");
    const hourBack = rig.databaseClock - MICROS_PER_HOUR;
    await rig.read({ clock: hourBack });
    assert.equal(rig.loader.last.request.t, hourBack);
  });
});
