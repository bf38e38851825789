/**
 * The first of ranked rows, held to the law that sums obey, on random rows, changes and instants, by an evaluator that sorts all rows:
 * whatever is shown is right, whether changes or the clock come first, and whether a load or the changes since; and if too few rows are
 * known, that is said.
 */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import type { Grain } from "../../../daemon/capture/batch.ts";
import type { DayStart } from "../../../daemon/metrics/contribution.ts";
import { Document } from "../../../daemon/metrics/document.ts";
import { FirstRows } from "../../../daemon/metrics/first-rows.ts";
import { OwnerState } from "../../../daemon/metrics/owner-state.ts";
import { indexPlan } from "../../../daemon/metrics/plan-index.ts";
import type { Accumulator, Plan, Projection, Ranked } from "../../../daemon/plan/plan.ts";
import { cases } from "../../support/cases.ts";
import { LASTING, SAMPLE_PLAN } from "../../support/sample-plan.ts";

const KEPT = 2;
const RANKED: Ranked = {
  group: `r."status"`,
  order: `r."amount"`,
  tie: `r."id"::text`,
  shown: `r."name"`,
  isDescending: false,
  numericTies: true,
  kept: KEPT,
};
const EVER = 0;
const BY_DAY = 1;
const WHILE = 2;
const GREATEST = 3;
const TEXTS = 4;

const projection = (ranked: Ranked, time: Projection["time"]): Projection => ({
  source: "sales",
  key: "…",
  ranked,
  time,
  measures: [{ where: undefined, value: { op: "count" } }],
});
const PROJECTIONS = [
  projection(RANKED, { kind: "none" }),
  projection(RANKED, { kind: "day", column: "paid_at", type: "timestamptz", spanDays: 3 }),
  projection(RANKED, LASTING),
  projection({ ...RANKED, isDescending: true }, { kind: "none" }),
  projection({ ...RANKED, numericTies: false }, { kind: "none" }),
];

const { ranking: LEAST, greatest: GREATEST_FIRST } = {
  ranking: { isDescending: false, numericTies: true, kept: KEPT },
  greatest: { isDescending: true, numericTies: true, kept: KEPT },
};
const of = (at: number, more: Partial<Accumulator>): Accumulator => ({
  projection: at,
  measure: 0,
  window: undefined,
  keyedBy: "none",
  ranking: LEAST,
  ...more,
});
const ACCUMULATORS = [
  of(EVER, {}),
  of(EVER, { keyedBy: "key" }),
  of(BY_DAY, { window: { unit: "day", start: 0, end: 3 } }),
  of(BY_DAY, { window: { unit: "week", start: 0, end: 1 }, keyedBy: "key" }),
  of(BY_DAY, { window: { unit: "day", start: 0, end: 2 }, keyedBy: "day" }),
  of(WHILE, { keyedBy: "key" }),
  of(GREATEST, { keyedBy: "key", ranking: GREATEST_FIRST }),
  of(TEXTS, { ranking: { ...LEAST, numericTies: false } }),
];
const PLAN: Plan = {
  ...SAMPLE_PLAN,
  projections: PROJECTIONS,
  accumulators: ACCUMULATORS,
  overlaps: [],
  leaves: ACCUMULATORS.map(({ keyedBy }, accumulator) => ({
    path: [`of${accumulator}`],
    value:
      keyedBy === "none"
        ? { kind: "extreme", accumulator, form: { as: "text" } }
        : { kind: "group", accumulator, counts: accumulator, scale: undefined, form: { as: "text" } },
  })),
};
const INDEX = indexPlan(PLAN);

const DAY = 86_400_000_000;
/** A Monday. */
const FIRST_DAY = 9_501;
const dayStart: DayStart = (at) => (at + 10_957) * DAY;

/** A row as a projection sees it. */
interface Row {
  readonly projection: number;
  readonly group: string;
  readonly order: bigint;
  readonly id: string;
  readonly name: string | null;
  readonly day: number | undefined;
  readonly from: number | undefined;
  readonly until: number | undefined;
}

function grain(row: Row, count: bigint): Grain {
  const { projection: at, group, order, id, name, day, from, until } = row;
  const key = JSON.stringify([group, String(order), id, name]);
  return { projection: at, owner: "1", key, day, from, until, values: [count] };
}

/** As a load brings them: the first of each group and time, and of the last that it is that. */
function loaded(rows: readonly Row[]): Grain[] {
  const parts = new Map<string, Row[]>();
  for (const one of rows) {
    const part = [one.projection, one.group, one.day, one.from, one.until].join();
    parts.set(part, [...(parts.get(part) ?? []), one]);
  }
  return [...parts.values()].flatMap((part) => {
    const first = part.toSorted((a, b) => before(a, b, PROJECTIONS[a.projection]?.ranked ?? RANKED)).slice(0, KEPT);
    return first.map((row, at) => {
      const { values, ...rest } = grain(row, 1n);
      return { ...rest, values: at === KEPT - 1 ? [...values, 1n] : values };
    });
  });
}

function before(a: Row, b: Row, { isDescending, numericTies }: Ranked): number {
  const id = numericTies ? Number(a.id) - Number(b.id) : a.id < b.id ? -1 : 1;
  const ascending = a.order === b.order ? id : a.order < b.order ? -1 : 1;
  return isDescending ? -ascending : ascending;
}

/** By accumulator and key: what the first of all rows that count at T shows. */
function naive(rows: readonly Row[], t: number): Map<string, string>[] {
  return ACCUMULATORS.map((accumulator) => {
    const shown = new Map<string, Row>();
    for (const row of rows) {
      if (row.projection !== accumulator.projection || !counts(accumulator, row, t)) continue;
      const key = { none: "", key: row.group, day: String(row.day) }[accumulator.keyedBy as "none" | "key" | "day"];
      const first = shown.get(key);
      const ranked = PROJECTIONS[row.projection]?.ranked ?? RANKED;
      if (first === undefined || before(row, first, ranked) < 0) shown.set(key, row);
    }
    return new Map([...shown].flatMap(([key, { name }]) => (name === null ? [] : [[key, name]])));
  });
}

function counts({ window }: Accumulator, { day, from, until }: Row, t: number): boolean {
  if (window === undefined || day === undefined) return from === undefined || (from <= t && t < (until ?? 0));
  const first = window.unit === "week" ? day - ((day - FIRST_DAY) % 7) : day;
  return dayStart(first) <= t && t < dayStart(first + window.end * (window.unit === "week" ? 7 : 1));
}

function shownIn(state: OwnerState): Map<string, string>[] {
  return ACCUMULATORS.map(
    (_, at) =>
      new Map(
        [...state.keys(at)].flatMap((key) => {
          const shown = state.shown(at, key) ?? undefined;
          return shown === undefined ? [] : [[String(key), String(shown)]];
        }),
      ),
  );
}

/** Of the projection that lasts between two instants. */
function spanning(at: number, order: bigint, from: number, until: number): Row {
  return { projection: WHILE, group: "a", order, id: String(at), name: `n${at}`, day: undefined, from, until };
}

const day = fc.integer({ min: FIRST_DAY, max: FIRST_DAY + 12 });
const instant = fc.tuple(day, fc.constantFrom(-1, 0, 1, DAY / 3)).map(([at, beside]) => dayStart(at) + beside);
const row = fc
  .record({
    projection: fc.constantFrom(EVER, BY_DAY, WHILE, GREATEST, TEXTS),
    group: fc.constantFrom("a", "__proto__"),
    order: fc.oneof(fc.bigInt({ min: -3n, max: 3n }), fc.constantFrom(2n ** 70n, 2n ** 70n + 1n, -(2n ** 60n))),
    id: fc.integer({ min: -1, max: 12 }).map(String),
    name: fc.constantFrom("x", "y", null),
    day,
    from: instant,
    until: fc.oneof(instant, fc.constant(dayStart(FIRST_DAY + 14))),
  })
  .map(
    (one): Row => ({
      ...one,
      day: one.projection === BY_DAY ? one.day : undefined,
      from: one.projection === WHILE ? one.from : undefined,
      until: one.projection === WHILE ? one.until : undefined,
    }),
  );
/** Of different keys, so that no two rows of a table are the same. */
const rows = (most: number) =>
  fc.uniqueArray(row, { maxLength: most, selector: ({ projection: at, id }) => `${at} ${id}` });

const scenarios = fc.record({
  before: rows(30),
  gone: fc.infiniteStream(fc.boolean()),
  more: rows(12),
  instants: fc.tuple(instant, instant).map((pair) => pair.toSorted((a, b) => a - b) as [number, number]),
});

function fold(state: OwnerState, grains: readonly Grain[]): OwnerState {
  for (const one of grains) state.fold(one, dayStart);
  return state;
}

describe("the first of ranked rows", () => {
  it("is what sorting all rows gives, or is said not to be known, whatever comes first", () => {
    let known = 0;
    let all = 0;
    fc.assert(
      fc.property(scenarios, ({ before: held, gone, more, instants: [t, later] }) => {
        const left = held.filter(() => gone.next().value);
        const taken = new Set(held.map(({ projection: at, id }) => `${at} ${id}`));
        const added = more.filter(({ projection: at, id }) => !taken.has(`${at} ${id}`));
        const delta = [...left.map((one) => grain(one, -1n)), ...added.map((one) => grain(one, 1n))];
        const load = loaded(held);
        const deltaFirst = fold(fold(new OwnerState(INDEX, t), load), delta);
        deltaFirst.advance(later);
        const clockFirst = fold(new OwnerState(INDEX, t), load);
        clockFirst.advance(later);
        fold(clockFirst, delta);
        const loadLast = fold(fold(new OwnerState(INDEX, t), delta), load);
        loadLast.advance(later);

        const now = [...held.filter((one) => !left.includes(one)), ...added];
        const expected = naive(now, later);
        for (const state of [deltaFirst, clockFirst, loadLast]) {
          all += 1;
          if (state.isDry) continue;
          known += 1;
          assert.deepEqual(shownIn(state), expected);
        }
        const fresh = fold(new OwnerState(INDEX, later), loaded(now));
        assert.ok(!fresh.isDry, "what was just read is known");
        assert.deepEqual(shownIn(fresh), expected);
      }),
      cases(1_000),
    );
    assert.ok(known > all / 3 && known < all, `${known} of ${all} were known`);
  });

  it("is absent in a formula where there is none, and exact in it where there is", () => {
    const state = new OwnerState(INDEX, 0);
    const term = { of: "first", index: 0 } as const;
    assert.equal(state.term(term), undefined);
    const one: Row = {
      projection: EVER,
      group: "a",
      order: 2n ** 80n,
      id: "1",
      name: "x",
      day: undefined,
      from: undefined,
      until: undefined,
    };
    fold(state, [grain(one, 1n)]);
    assert.equal(state.term(term), 2n ** 80n);
  });

  it("is known no further once its rows begin to count", () => {
    const tomorrow = (order: bigint): Row => ({
      projection: BY_DAY,
      group: "a",
      order,
      id: String(order),
      name: String(order),
      day: FIRST_DAY + 1,
      from: undefined,
      until: undefined,
    });
    const [first, second, third] = [tomorrow(1n), tomorrow(2n), tomorrow(3n)];
    const later = dayStart(FIRST_DAY + 1);
    const gone = [grain(first, -1n), grain(second, -1n)];
    for (const goneAt of [0, later]) {
      const state = fold(new OwnerState(INDEX, 0), loaded([first, second, third]));
      state.advance(goneAt);
      fold(state, gone);
      state.advance(later);
      assert.ok(state.isDry, "the third may be there");
    }
  });

  it("goes on to be shown by patches as by a whole document, with every change", () => {
    fc.assert(
      fc.property(rows(20), fc.array(fc.tuple(fc.nat(), instant), { maxLength: 15 }), (some, steps) => {
        const state = new OwnerState(INDEX, dayStart(FIRST_DAY));
        const document = new Document(INDEX, state, undefined);
        document.whole();
        const here = new Set<Row>();
        for (const [at, t] of steps) {
          const one = some[at % some.length];
          if (one === undefined) continue;
          state.advance(t);
          fold(state, [grain(one, here.has(one) ? -1n : 1n)]);
          if (!here.delete(one)) here.add(one);
          document.patch();
          if (state.isDry) return;
          const whole = new Document(INDEX, fold(new OwnerState(INDEX, state.t), loaded([...here])), undefined).whole();
          assert.deepEqual(document.sent(), whole);
        }
      }),
      cases(1_000),
    );
  });

  it("leaves nothing behind once its rows have gone, or their time has", () => {
    fc.assert(
      fc.property(rows(20), instant, (some, t) => {
        const gone = fold(new OwnerState(INDEX, t), some.map((one) => grain(one, 1n)).slice(0, KEPT));
        fold(gone, some.map((one) => grain(one, -1n)).slice(0, KEPT));
        assert.deepEqual(
          [gone.scheduled, gone.isDry, shownIn(gone).map(({ size }) => size)],
          [0, false, ACCUMULATORS.map(() => 0)],
        );
        const passed = fold(
          new OwnerState(INDEX, t),
          some.filter((one) => one.projection === BY_DAY || one.projection === WHILE).map((one) => grain(one, 1n)),
        );
        passed.advance(dayStart(FIRST_DAY + 40));
        assert.deepEqual(
          [passed.scheduled, ACCUMULATORS.map((_, at) => [...passed.keys(at)].length)],
          [0, ACCUMULATORS.map(() => 0)],
        );
      }),
      cases(1_000),
    );
  });

  it("is that of all, too, where each row ends by itself, as they come, begin, end and go", () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.record({
            order: fc.integer({ min: 0, max: 9 }),
            from: fc.nat(40),
            lasts: fc.integer({ min: 1, max: 90 }),
          }),
          {
            minLength: 60,
            maxLength: 90,
          },
        ),
        fc.array(fc.tuple(fc.nat(1_000), fc.nat(4)), { minLength: 30, maxLength: 60 }),
        (some, steps) => {
          const all = some.map(({ order, from, lasts }, at) => spanning(at, BigInt(order), from, from + lasts));
          const state = new OwnerState(INDEX, 0);
          const here = new Set<Row>();
          const change = (one: Row): void => {
            if ((one.until ?? 0) <= state.t) return;
            fold(state, [grain(one, here.has(one) ? -1n : 1n)]);
            if (!here.delete(one)) here.add(one);
          };
          for (const one of all) change(one);
          for (const [at, on] of steps) {
            const one = all[at % all.length];
            if (one !== undefined) change(one);
            state.advance(state.t + on);
            assert.deepEqual(shownIn(state)[5], naive([...here], state.t)[5]);
          }
        },
      ),
      cases(200),
    );
  });

  it("is found among 200 rows, each with an end of its own, without a look at them all whenever one begins or ends", (t) => {
    const looks = t.mock.getter(FirstRows.prototype, "first");
    const many = Array.from({ length: 200 }, (_, at) => spanning(at, BigInt(at), 1 + at, 500 + at));
    const state = fold(
      new OwnerState(INDEX, 0),
      many.map((one) => grain(one, 1n)),
    );
    for (const upTo of [300, 600, 1_000]) {
      state.advance(upTo);
      assert.deepEqual(shownIn(state)[5], naive(many, upTo)[5]);
    }
    assert.ok(looks.mock.callCount() < 200 * 20, `${looks.mock.callCount()} looks`);
  });

  it("counts for a group's limit where it shows something now, not where it will", () => {
    const state = new OwnerState(INDEX, 0);
    fold(state, [
      grain(spanning(1, 1n, -5, 10), 1n),
      grain({ ...spanning(2, 1n, -5, 10), group: "of nothing", name: null }, 1n),
      grain({ ...spanning(3, 1n, 5, 10), group: "later" }, 1n),
    ]);
    const counted = [0, 5, 10].map((t) => {
      state.advance(t);
      return state.keysAbove(5);
    });
    assert.deepEqual(counted, [1, 2, 0]);
  });

  it("costs by the rows that are kept, not by those that came: the greatest of 10,000 is known by twice as many as a load brings", () => {
    const many = Array.from({ length: 10_000 }, (_, at): Row => {
      const order = BigInt((at * 7_919) % 10_000);
      return {
        projection: GREATEST,
        group: "a",
        order,
        id: String(at),
        name: String(order),
        day: undefined,
        from: undefined,
        until: undefined,
      };
    });
    const state = fold(
      new OwnerState(INDEX, 0),
      many.map((one) => grain(one, 1n)),
    );
    const sorted = many.toSorted((a, b) => Number(b.order - a.order));
    let told = 0;
    for (; !state.isDry; told += 1) {
      assert.equal(state.shown(6, "a"), sorted[told]?.name);
      fold(state, [grain(sorted[told] ?? assert.fail(), -1n)]);
    }
    assert.ok(told >= KEPT && told <= 2 * KEPT, `${told} were known`);
  });
});
