/** Weeks, months, quarters and years up to the same day: rows of many months, and instants at every day's edge. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { sameDayOfMonth, utcMidnight } from "../../../daemon/metrics/civil-date.ts";
import { OwnerState } from "../../../daemon/metrics/owner-state.ts";
import { indexPlan } from "../../../daemon/metrics/plan-index.ts";
import type { Accumulator, Plan } from "../../../daemon/plan/plan.ts";
import { cases } from "../../support/cases.ts";
import { isoDate, naiveSnapshot } from "../../support/naive-snapshot.ts";
import { sale } from "../../support/sample-grains.ts";
import { BY_DAY, SAMPLE_PLAN } from "../../support/sample-plan.ts";

const toDate = (start: number, end: number): Accumulator => ({
  projection: BY_DAY,
  measure: 1,
  window: { unit: "month", toDate: true, start, end },
  keyedBy: "none",
});
/** This month and the one before, and the same of three months. */
const PLAN: Plan = {
  ...SAMPLE_PLAN,
  accumulators: [toDate(0, 1), toDate(1, 2), toDate(0, 3), toDate(3, 6)],
  overlaps: [],
  leaves: [],
};
const INDEX = indexPlan(PLAN);
/** Every kind of period, to date and whole. */
const EVERY: Plan = {
  ...PLAN,
  accumulators: [
    ...PLAN.accumulators,
    ...(["week", "month", "quarter", "year"] as const).flatMap((unit) =>
      [{ toDate: true } as const, {}].map(
        (kind): Accumulator => ({
          projection: BY_DAY,
          measure: 1,
          window: { unit, ...kind, ...(unit === "week" && { firstDay: 6 }), start: 1, end: 2 },
          keyedBy: "none",
        }),
      ),
    ),
    { projection: BY_DAY, measure: 1, window: { unit: "week", toDate: true, start: 2, end: 4 }, keyedBy: "none" },
  ],
};

const day = (iso: string): number => (Date.parse(iso) - Date.UTC(2000, 0, 1)) / 86_400_000;
/** A leap year, from one January over. */
const FIRST = day("2024-01-01");
const DAYS = 400;

/** Skipped days begin where the next one does, and no day is as long as the one before. */
function zone(skipped: ReadonlySet<number>): (day: number) => number {
  return function start(at: number): number {
    return skipped.has(at) ? start(at + 1) : utcMidnight(at) + ((at * 7) % 3) * 3_600_000_000;
  };
}

const dated = fc.integer({ min: FIRST, max: FIRST + DAYS });
const zones = fc.uniqueArray(dated, { maxLength: 20 }).map((skipped) => zone(new Set(skipped)));
const grain = fc.tuple(dated, fc.bigInt({ min: -500n, max: 500n })).map(([at, cents]) => sale(at, cents));
const beside = fc.constantFrom(-1, 0, 1);

/** What the accumulators hold. */
function sums(state: OwnerState, plan = PLAN): bigint[] {
  return plan.accumulators.map((_, at) => state.sum(at));
}

describe("A period to date", () => {
  it("is what the rows themselves say, whenever they are folded and however the clock gets there", () => {
    const scenario = fc.record({
      dayStart: zones,
      rows: fc.array(grain, { maxLength: 30 }),
      later: fc.array(grain, { maxLength: 10 }),
      instants: fc.tuple(fc.tuple(dated, beside), fc.tuple(dated, beside)),
    });
    fc.assert(
      fc.property(scenario, ({ dayStart, rows, later, instants }) => {
        const [t, end] = instants.map(([at, by]) => dayStart(at) + by).toSorted((a, b) => a - b) as [number, number];
        const state = new OwnerState(indexPlan(EVERY), t);
        for (const row of rows) state.fold(row, dayStart);
        state.advance(end);
        for (const row of later) state.fold(row, dayStart);
        const expected = naiveSnapshot(EVERY, [...rows, ...later], end, dayStart);
        assert.deepEqual(
          sums(state, EVERY),
          expected.map((sum) => sum.get("") ?? 0n),
        );
      }),
      cases(1_000),
    );
  });

  it("holds no more boundaries than days, and none once the months are over", () => {
    const state = new OwnerState(INDEX, utcMidnight(FIRST));
    for (let round = 0; round < 3; round += 1) {
      for (let at = FIRST; at < FIRST + 31; at += 1) state.fold(sale(at, 1n), utcMidnight);
    }
    // Of January: 31 days of today's month and as many of the next one, less the two that February does not have, and four ends.
    const held = state.scheduled;
    assert.ok(held <= 4 * 31 + 4, `${held}`);
    state.advance(utcMidnight(FIRST + DAYS));
    assert.deepEqual([state.scheduled, state.next, ...sums(state)], [0, Number.POSITIVE_INFINITY, 0n, 0n, 0n, 0n]);
  });

  it("compares a month's last day with all of the month before, and every other with the days up to its own", () => {
    const upTo = (iso: string): number[] => {
      const t = utcMidnight(day(iso));
      return PLAN.accumulators.slice(0, 2).map((_, at) => {
        const state = new OwnerState(INDEX, t);
        for (let each = FIRST; each < FIRST + DAYS; each += 1) state.fold(sale(each, 1n), utcMidnight);
        return Number(state.sum(at));
      });
    };
    assert.deepEqual(upTo("2024-02-10"), [10, 10]);
    assert.deepEqual(upTo("2024-02-28"), [28, 28]);
    assert.deepEqual(upTo("2024-02-29"), [29, 31]);
    assert.deepEqual(upTo("2024-03-30"), [30, 29]);
    assert.deepEqual(upTo("2024-03-31"), [31, 29]);
    assert.deepEqual(upTo("2024-04-01"), [1, 1]);
    assert.deepEqual(upTo("2024-04-30"), [30, 31]);
  });

  it("begins with the day that JavaScript's dates give", () => {
    for (let at = day("1899-12-01"); at < day("2201-01-01"); at += 3) {
      for (const months of [0, 1, 3, 12]) {
        const [year, month, dayOfMonth] = isoDate(at).split("-").map(Number) as [number, number, number];
        const last = new Date(Date.UTC(year, month - 1 + months + 1, 0)).getUTCDate();
        const wanted = Date.UTC(year, month - 1 + months, Math.min(dayOfMonth, last));
        const got = sameDayOfMonth(at, months);
        if (isoDate(got) !== new Date(wanted).toISOString().slice(0, 10)) assert.fail(`${isoDate(at)} ${months}`);
      }
    }
  });
});
