import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import type { Grain } from "../../../daemon/capture/batch.ts";
import { applyPatch, mergePatches } from "../../../daemon/topics/owner/merge.ts";
import { utcMidnight } from "../../../daemon/metrics/civil-date.ts";
import { Document } from "../../../daemon/metrics/document.ts";
import { OwnerState } from "../../../daemon/metrics/owner-state.ts";
import { indexPlan } from "../../../daemon/metrics/plan-index.ts";
import type { JsonObject } from "../../../protocol/json.ts";
import { cases } from "../../support/cases.ts";
import { BY_DAY, BY_STATUS, DUE, SAMPLE_PLAN, WHILE } from "../../support/sample-plan.ts";

const INDEX = indexPlan(SAMPLE_PLAN);
const TODAY = 9_600;
const BASE = { owner: "1", key: undefined, day: undefined, from: undefined, until: undefined };

const sale = (day: number, amount: bigint): Grain => ({ ...BASE, projection: BY_DAY, day, values: [1n, amount] });
const status = (key: string, count = 1n, amount = 0n): Grain => ({
  ...BASE,
  projection: BY_STATUS,
  key,
  values: [count, amount],
});
const stay = (key: string, from: number, until: number): Grain => ({
  ...BASE,
  projection: WHILE,
  key,
  from: utcMidnight(from),
  until: utcMidnight(until),
  values: [1n],
});
const due = (day: number): Grain => ({ ...BASE, projection: DUE, day, values: [1n] });

function loaded(grains: readonly Grain[]): { readonly state: OwnerState; readonly document: Document } {
  const state = new OwnerState(INDEX, utcMidnight(TODAY));
  for (const grain of grains) state.fold(grain, utcMidnight);
  return { state, document: new Document(INDEX, state, "BRL") };
}

/** As a plain JSON value: prototypes are told by a test of their own. */
function plain(document: JsonObject | undefined): unknown {
  return document === undefined ? undefined : JSON.parse(JSON.stringify(document));
}

const grains = fc.oneof(
  fc
    .tuple(fc.integer({ min: TODAY - 20, max: TODAY + 3 }), fc.bigInt({ min: -300n, max: 900n }))
    .map(([d, a]) => sale(d, a)),
  fc
    .tuple(
      fc.constantFrom("a", "b", "", "__proto__", "x.y"),
      fc.constantFrom(-1n, 1n, 2n),
      fc.bigInt({ min: -5n, max: 5n }),
    )
    .map(([k, c, a]) => status(k, c, a)),
  fc
    .tuple(fc.constantFrom("a", "b"), fc.integer({ min: TODAY - 2, max: TODAY + 2 }), fc.integer({ min: 0, max: 3 }))
    .map(([k, from, nights]) => stay(k, from, from + nights)),
  fc.integer({ min: TODAY - 1, max: TODAY + 3 }).map(due),
);
const step = fc.record({ grains: fc.array(grains, { maxLength: 4 }), days: fc.integer({ min: 0, max: 2 }) });

describe("document", () => {
  it("an owner without rows has empty sums, counts of 0, all groups, and no leaf that lacks a base", () => {
    assert.deepEqual(plain(loaded([]).document.whole()), {
      currency: "BRL",
      revenue: { today: "0.00", month: "0.00" },
      sales: { byDay: {}, total: 0, byStatus: {}, amounts: {}, averages: {}, byMonth: {} },
      occupied: { rooms: 0, both: 0 },
      payouts: {},
    });
  });

  it("a formula follows each of its numbers", () => {
    const { state, document } = loaded([sale(TODAY, 12_345n)]);
    document.whole();
    state.fold(stay("a", TODAY, TODAY + 2), utcMidnight);
    assert.deepEqual(plain(document.patch()), { sales: { perOccupied: "123.5" }, occupied: { rooms: 1 } });
    state.fold(sale(TODAY, 5n), utcMidnight);
    state.fold(stay("b", TODAY, TODAY + 1), utcMidnight);
    assert.deepEqual(plain(document.patch()?.["sales"] as JsonObject), {
      byDay: { "2026-04-14": 2 },
      perOccupied: "61.8",
    });
    state.advance(utcMidnight(TODAY + 2));
    assert.deepEqual(plain(document.patch()), {
      revenue: { today: "0.00" },
      sales: { perOccupied: null },
      occupied: { rooms: 0 },
    });
  });

  it("holds each kind of value in its own form", () => {
    const { document } = loaded([
      sale(TODAY, 12_345n),
      sale(TODAY - 8, 10_000n),
      status("paid", 2n, -5n),
      stay("paid", TODAY - 1, TODAY + 1),
      stay("free", TODAY + 1, TODAY + 2),
      due(TODAY + 4),
      due(TODAY + 2),
    ]);
    assert.deepEqual(plain(document.whole()), {
      currency: "BRL",
      revenue: { today: "123.45", month: "223.45", growth: 23.5 },
      sales: {
        byDay: { "2026-04-14": 1, "2026-04-06": 1 },
        total: 2,
        byStatus: { paid: 2 },
        amounts: { paid: "-0.05" },
        averages: { paid: "-0.025" },
        perOccupied: "223.5",
        byMonth: {},
      },
      occupied: { rooms: 1, both: 1, share: 100 },
      payouts: { next: "2026-04-16" },
    });
  });

  it("a document and its patches, applied one by one or merged, are the document of the state", () => {
    fc.assert(
      fc.property(
        fc.array(grains, { maxLength: 8 }),
        fc.array(step, { minLength: 1, maxLength: 6 }),
        (start, steps) => {
          const { state, document } = loaded(start);
          const onScreen = document.whole();
          const fromMerged = JSON.parse(JSON.stringify(onScreen)) as JsonObject;
          let merged: JsonObject = Object.create(null) as JsonObject;
          let day = TODAY;
          for (const { grains: changes, days } of steps) {
            day += days;
            state.advance(utcMidnight(day));
            for (const grain of changes) state.fold(grain, utcMidnight);
            const patch = document.patch();
            if (patch === undefined) continue;
            assert.notDeepEqual(plain(patch), {});
            applyPatch(onScreen, structuredClone(patch));
            merged = mergePatches(merged, patch);
          }
          const whole = plain(new Document(INDEX, state, "BRL").whole());
          assert.deepEqual(plain(onScreen), whole);
          assert.deepEqual(plain(applyPatch(fromMerged, merged)), whole);
        },
      ),
      cases(1_000),
    );
  });

  it("a patch holds only what differs from what was sent", () => {
    const { state, document } = loaded([status("paid", 2n), status("open", 1n)]);
    document.whole();
    state.fold(status("paid"), utcMidnight);
    state.fold(status("open", -1n), utcMidnight);
    state.fold(status("gone", 1n), utcMidnight);
    state.fold(status("gone", -1n), utcMidnight);
    assert.deepEqual(plain(document.patch()), {
      sales: { byStatus: { paid: 3, open: null }, amounts: { open: null }, averages: { open: null } },
    });
    assert.equal(document.patch(), undefined);
    state.fold(status("paid"), utcMidnight);
    state.fold(status("paid", -1n), utcMidnight);
    assert.equal(document.patch(), undefined);
  });

  it("any text is an ordinary key, and no object has a prototype", () => {
    const { document } = loaded([status("__proto__"), status(""), status("a.b"), status("constructor")]);
    const whole = document.whole();
    const groups = (whole["sales"] as JsonObject)["byStatus"] as JsonObject;
    assert.deepEqual(Object.keys(groups).toSorted(), ["", "__proto__", "a.b", "constructor"]);
    assert.equal(groups["__proto__"], 1);
    assert.equal(Object.getPrototypeOf(groups), null);
    assert.equal(Object.getPrototypeOf(whole), null);
    assert.equal(({} as Record<string, unknown>)["a.b"], undefined);
  });

  it("a patch costs by what changed, however many keys there are", () => {
    const many = Array.from({ length: 200_000 }, (_, at) => status(`key ${at}`));
    const { state, document } = loaded(many);
    document.whole();
    const attempts: number[] = [];
    // The machine may be busy with other tests: one quiet moment is enough.
    while (attempts.length < 10 && !attempts.some((ms) => ms < 50)) {
      const began = performance.now();
      for (let round = 0; round < 100; round += 1) {
        state.fold(status("key 7"), utcMidnight);
        document.patch();
      }
      attempts.push(performance.now() - began);
    }
    // Looking through the keys once takes more than 1 ms, a hundred times more than 100.
    assert.ok(Math.min(...attempts) < 50, `${attempts.join(", ")} ms`);
  });
});
