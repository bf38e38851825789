/**
 * The law that owners' numbers obey, on random rows, changes and instants:
 *
 *     advance(fold(S, D), T') = fold(advance(S, T'), D) = snapshot(R + D, T')
 *
 * Instants like to land on a boundary and one microsecond beside it. Days have odd lengths, and some are skipped.
 */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import type { Grain } from "../../../daemon/capture/batch.ts";
import { dayText } from "../../../daemon/metrics/civil-date.ts";
import { periodText } from "../../../daemon/metrics/period.ts";
import { type DayStart, FOREVER, type LocalUnit } from "../../../daemon/metrics/contribution.ts";
import { OwnerState } from "../../../daemon/metrics/owner-state.ts";
import { indexPlan } from "../../../daemon/metrics/plan-index.ts";
import { cases } from "../../support/cases.ts";
import { naiveSnapshot, type NaiveSums } from "../../support/naive-snapshot.ts";
import {
  BY_DAY,
  BY_HOUR,
  BY_MONTH,
  BY_STATUS,
  BY_STATUS_AND_DAY,
  DUE,
  LEASE,
  SAMPLE_PLAN,
  WHILE,
} from "../../support/sample-plan.ts";

const INDEX = indexPlan(SAMPLE_PLAN);
const HOUR = 3_600_000_000;
const FIRST_DAY = 9_500;
const LAST_DAY = FIRST_DAY + 20;
/** Before all days, and with all windows of the last day over. */
const BEGIN = FIRST_DAY - 120;
const END = LAST_DAY + 400;

/**
 * A zone whose midnights wander by up to two hours, and that skips days: a skipped day begins where the next one does. The last hours of a
 * short day are skipped, and that of a long day lasts until the next.
 */
function zone(skipped: ReadonlySet<number>, wander: number): DayStart {
  return function start(at: number, unit?: LocalUnit): number {
    if (unit === "hour") {
      const day = Math.floor(at / 24);
      return Math.min(start(day) + (at - 24 * day) * HOUR, start(day + 1));
    }
    if (skipped.has(at)) return start(at + 1);
    return (at + 10_957) * 24 * HOUR + ((at * wander) % 3) * HOUR - 3 * HOUR;
  };
}

const zones = fc
  .tuple(
    fc.uniqueArray(fc.integer({ min: FIRST_DAY, max: LAST_DAY }), { maxLength: 3 }),
    fc.integer({ min: 0, max: 5 }),
  )
  .map(([skipped, wander]) => zone(new Set(skipped), wander));

const day = fc.integer({ min: FIRST_DAY, max: LAST_DAY });
const key = fc.constantFrom("a", "b", "", "__proto__", undefined);
const amount = fc.bigInt({ min: -500n, max: 500n });
const none = { from: undefined, until: undefined };

function rowsIn(dayStart: DayStart) {
  const instant = fc
    .tuple(day, fc.constantFrom(-1, 0, 1, 7 * HOUR, 23 * HOUR))
    .map(([at, beside]) => dayStart(at) + beside);
  const until = fc.oneof({ arbitrary: instant, weight: 8 }, { arbitrary: fc.constant(FOREVER), weight: 1 });
  const base = { owner: "1", day: undefined, ...none };
  const row: fc.Arbitrary<Grain> = fc.oneof(
    fc
      .record({ day, amount })
      .map((r) => ({ ...base, projection: BY_DAY, key: undefined, day: r.day, values: [1n, r.amount] })),
    fc.record({ key, amount }).map((r) => ({ ...base, projection: BY_STATUS, key: r.key, values: [1n, r.amount] })),
    fc
      .record({ key, from: instant, until, count: fc.constantFrom(1n, 2n) })
      .map((r) => ({ ...base, projection: WHILE, key: r.key, from: r.from, until: r.until, values: [r.count] })),
    fc
      .record({ day, amount })
      .map((r) => ({ ...base, projection: BY_MONTH, key: undefined, day: r.day, values: [1n, r.amount] })),
    fc
      .record({ key, from: day, until: day })
      .map((r) => ({ ...base, projection: LEASE, key: r.key, from: r.from, until: r.until, values: [1n] })),
    fc
      .record({ day, hour: fc.integer({ min: 0, max: 23 }), amount })
      .map((r) => ({ ...base, projection: BY_HOUR, key: undefined, day: 24 * r.day + r.hour, values: [1n, r.amount] })),
    fc
      .record({ key, day })
      .map((r) => ({ ...base, projection: BY_STATUS_AND_DAY, key: r.key, day: r.day, values: [1n] })),
    fc.record({ day }).map((r) => ({ ...base, projection: DUE, key: undefined, day: r.day, values: [1n] })),
  );
  return { row, instant };
}

/** Rows before, deleted rows among them by index, rows inserted, and two instants in order. */
const scenarios = zones.chain((dayStart) => {
  const { row, instant } = rowsIn(dayStart);
  return fc.record({
    dayStart: fc.constant(dayStart),
    before: fc.array(row, { maxLength: 12 }),
    deleted: fc.infiniteStream(fc.boolean()),
    inserted: fc.array(row, { maxLength: 12 }),
    instants: fc.tuple(instant, instant).map((pair) => pair.toSorted((a, b) => a - b) as [number, number]),
  });
});

function negated(grain: Grain): Grain {
  return { ...grain, values: grain.values.map((value) => -value) };
}

function fold(state: OwnerState, grains: readonly Grain[], dayStart: DayStart): OwnerState {
  for (const grain of grains) state.fold(grain, dayStart);
  return state;
}

/** The contents of a state, in the naive evaluator's form. */
function sumsOf(state: OwnerState): NaiveSums {
  return SAMPLE_PLAN.accumulators.map(({ keyedBy }, at) => {
    const text = (k: string | number) =>
      typeof k === "string" || keyedBy === "none" || keyedBy === "key" ? String(k) : periodText(k, keyedBy);
    return new Map(
      [...state.keys(at)].map((k) => [text(k), state.sum(at, k)] as const).filter(([, sum]) => sum !== 0n),
    );
  });
}

function above(sums: ReadonlyMap<string, bigint> | undefined): string[] {
  return [...(sums ?? [])].flatMap(([k, sum]) => (sum > 0n ? [k] : [])).toSorted();
}

function sorted(sums: NaiveSums): [string, bigint][][] {
  return sums.map((bySum) => [...bySum].toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

describe("owner state", () => {
  it("advance(fold(S, D), T') = fold(advance(S, T'), D) = snapshot(R + D, T')", () => {
    fc.assert(
      fc.property(scenarios, ({ dayStart, before, deleted, inserted, instants: [t, later] }) => {
        const gone = before.filter(() => deleted.next().value);
        const delta = [...gone.map(negated), ...inserted];
        const base = () => fold(new OwnerState(INDEX, t), before, dayStart);
        const foldedFirst = fold(base(), delta, dayStart);
        foldedFirst.advance(later);
        const advancedFirst = base();
        advancedFirst.advance(later);
        fold(advancedFirst, delta, dayStart);

        const expected = naiveSnapshot(SAMPLE_PLAN, [...before, ...delta], later, dayStart);
        for (const state of [foldedFirst, advancedFirst]) {
          assert.deepEqual(sorted(sumsOf(state)), sorted(expected));
          const statuses = above(expected[6]);
          const rooms = above(expected[8]);
          assert.equal(state.quantity({ of: "keys", index: 6 }), BigInt(statuses.length));
          assert.equal(
            state.quantity({ of: "overlap", index: 0 }),
            BigInt(statuses.filter((k) => rooms.includes(k)).length),
          );
          const earliest = state.earliest(10);
          assert.equal(earliest === undefined ? undefined : dayText(earliest), above(expected[10])[0]);
        }
        assert.equal(foldedFirst.next, advancedFirst.next);
      }),
      cases(3_000),
    );
  });

  it("load + deltas, in either order, is the state of all rows", () => {
    fc.assert(
      fc.property(scenarios, ({ dayStart, before, inserted, instants: [t, later] }) => {
        const loadFirst = fold(fold(new OwnerState(INDEX, t), before, dayStart), inserted, dayStart);
        const deltasFirst = fold(new OwnerState(INDEX, t), inserted, dayStart);
        deltasFirst.advance(later);
        fold(deltasFirst, before, dayStart);
        loadFirst.advance(later);
        assert.deepEqual(sorted(sumsOf(deltasFirst)), sorted(sumsOf(loadFirst)));
      }),
      cases(500),
    );
  });

  it("holds nothing once every row is deleted, and nothing of what is past", () => {
    fc.assert(
      fc.property(scenarios, ({ dayStart, before, instants: [t, later] }) => {
        const state = fold(new OwnerState(INDEX, t), before, dayStart);
        state.advance(later);
        const daysLeft = before.some(({ projection }) => projection !== BY_STATUS);
        fold(state, before.map(negated), dayStart);
        assert.equal(state.scheduled, 0, daysLeft ? "some boundary is left" : "");
        assert.deepEqual(
          SAMPLE_PLAN.accumulators.flatMap((_, at) => [...state.keys(at)]),
          [],
        );
        assert.equal(state.next, Number.POSITIVE_INFINITY);

        const past = fold(
          new OwnerState(INDEX, dayStart(END)),
          before.filter(({ until }) => until !== FOREVER),
          dayStart,
        );
        assert.equal(past.scheduled, 0);
      }),
      cases(500),
    );
  });

  it("moving a row from one owner to another keeps the total over owners", () => {
    fc.assert(
      fc.property(scenarios, ({ dayStart, before, deleted, instants: [t, later] }) => {
        const [from, to] = [new OwnerState(INDEX, t), new OwnerState(INDEX, t)];
        fold(from, before, dayStart);
        for (const moved of before.filter(() => deleted.next().value)) {
          fold(from, [negated(moved)], dayStart);
          fold(to, [moved], dayStart);
        }
        from.advance(later);
        to.advance(later);
        const together = naiveSnapshot(SAMPLE_PLAN, before, later, dayStart);
        SAMPLE_PLAN.accumulators.forEach(({ tallies }, at) => {
          // A value that both have is one of each, and one of both together.
          if (tallies !== undefined) return;
          const total = [...from.keys(at)].concat([...to.keys(at)]);
          const sum = [...new Set(total)].reduce((all, k) => all + from.sum(at, k) + to.sum(at, k), 0n);
          assert.equal(
            sum,
            [...(together[at] ?? new Map<string, bigint>()).values()].reduce((a, b) => a + b, 0n),
          );
        });
      }),
      cases(300),
    );
  });

  it("never goes back in time", () => {
    const dayStart = zone(new Set(), 0);
    const state = new OwnerState(INDEX, dayStart(BEGIN));
    fold(
      state,
      [{ projection: BY_DAY, owner: "1", key: undefined, day: FIRST_DAY, ...none, values: [1n, 100n] }],
      dayStart,
    );
    state.advance(dayStart(FIRST_DAY));
    assert.equal(state.sum(0), 100n);
    state.advance(dayStart(FIRST_DAY) - 1);
    assert.equal(state.t, dayStart(FIRST_DAY));
    assert.equal(state.sum(0), 100n);
  });

  it("expects no end of what lasts until 2200 or longer", () => {
    const dayStart = zone(new Set(), 0);
    const state = new OwnerState(INDEX, dayStart(FIRST_DAY));
    const stay = {
      projection: WHILE,
      owner: "1",
      key: "a",
      day: undefined,
      from: dayStart(BEGIN),
      until: FOREVER,
      values: [1n],
    };
    fold(state, [stay], dayStart);
    assert.equal(state.quantity({ of: "keys", index: 8 }), 1n);
    assert.equal(state.next, Number.POSITIVE_INFINITY);
  });

  it("never counts a stay that ends before it begins, or when it begins", () => {
    const dayStart = zone(new Set(), 0);
    for (const until of [BEGIN + 1, BEGIN + 2]) {
      const state = new OwnerState(INDEX, dayStart(BEGIN));
      const bounds = { from: dayStart(BEGIN + 2), until: dayStart(until) };
      fold(state, [{ projection: WHILE, owner: "1", key: "a", day: undefined, ...bounds, values: [1n] }], dayStart);
      assert.equal(state.next, Number.POSITIVE_INFINITY);
      const counts = [0, 1, 2, 3].map((days) => {
        state.advance(dayStart(BEGIN + days));
        return state.quantity({ of: "keys", index: 8 });
      });
      assert.deepEqual(counts, [0n, 0n, 0n, 0n]);
    }
  });

  it("counts from the microsecond a window begins until the one before it ends", () => {
    const dayStart = zone(new Set(), 1);
    const begins = dayStart(FIRST_DAY);
    const ends = dayStart(FIRST_DAY + 1);
    const at = (t: number): bigint => {
      const state = new OwnerState(INDEX, begins - 2);
      fold(
        state,
        [{ projection: BY_DAY, owner: "1", key: undefined, day: FIRST_DAY, ...none, values: [1n, 7n] }],
        dayStart,
      );
      state.advance(t);
      return state.sum(0);
    };
    assert.deepEqual([begins - 1, begins, ends - 1, ends].map(at), [0n, 7n, 7n, 0n]);
  });
});
