import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { add, type Integer } from "../../../daemon/metrics/integer.ts";
import type { Key } from "../../../daemon/metrics/keyed-sums.ts";
import { Schedule } from "../../../daemon/metrics/schedule.ts";
import { cases } from "../../support/cases.ts";

/** What is numbered 0 has no keys, 1 has texts, 2 has days, 3 has texts of which whole numbers are kept as such. */
const what = fc.oneof(
  fc.constant([0, ""] as const),
  fc.tuple(fc.constant(1 as const), fc.constantFrom("a", "b", "10", "9")),
  fc.tuple(fc.constant(2 as const), fc.integer({ min: 9, max: 11 })),
  fc.tuple(fc.constant(3 as const), fc.constantFrom<Key>("a", "", 10, 9, "09")),
);
/** Small ones, and those that make an integer with what changes that is no number, or are none themselves. */
const DELTAS = [-2, -1, 1, 2, 2 ** 33 - 1, -(2 ** 33) - 1, 2 ** 40, -(2 ** 40), 2n ** 70n, -(2n ** 70n)];
const change = fc.record({
  after: fc.integer({ min: 1, max: 40 }),
  what,
  delta: fc.constantFrom<Integer[]>(...DELTAS),
});
/** Changes that come, then how far the clock goes on. */
const step = fc.record({ changes: fc.array(change, { maxLength: 120, size: "max" }), goesOn: fc.nat({ max: 8 }) });

/** Numbers come before texts. */
function compareKeys(a: Key, b: Key): number {
  const [kinds, isLess] = [(typeof a).localeCompare(typeof b), a < b];
  return kinds || (isLess ? -1 : 1);
}

type Row = readonly [instant: number, of: number, key: Key, delta: Integer];

/** The changes that don't cancel each other, in order. */
function net(rows: readonly Row[]): Row[] {
  const sums = new Map<string, Row>();
  for (const [instant, of, key, delta] of rows) {
    const name = JSON.stringify([instant, of, key]);
    sums.set(name, [instant, of, key, add(sums.get(name)?.[3] ?? 0, delta)]);
  }
  return [...sums.values()]
    .filter(([, , , delta]) => delta !== 0)
    .toSorted((a, b) => a[0] - b[0] || a[1] - b[1] || compareKeys(a[2], b[2]));
}

describe("schedule", () => {
  it("hands out each instant's changes when it comes, in order, and nothing of what cancels itself, however many there are", () => {
    let most = 0;
    fc.assert(
      fc.property(fc.array(step, { maxLength: 8, size: "max" }), (steps) => {
        const schedule = new Schedule();
        let rows: Row[] = [];
        let t = 0;
        for (const { changes, goesOn } of steps) {
          for (const {
            after,
            what: [of, key],
            delta,
          } of changes) {
            schedule.add(t + after, of, key, delta);
            rows.push([t + after, of, key, delta]);
          }
          rows = net(rows);
          assert.equal(schedule.size, rows.length);
          assert.equal(schedule.next, rows[0]?.[0] ?? Number.POSITIVE_INFINITY);
          most = Math.max(most, rows.length);
          t += goesOn;
          const taken: Row[] = [];
          schedule.takeDue(t, (of, key, delta, instant) => taken.push([instant, of, key, delta]));
          assert.deepEqual(
            taken,
            rows.filter(([instant]) => instant <= t),
          );
          rows = rows.filter(([instant]) => instant > t);
          assert.equal(schedule.next, rows[0]?.[0] ?? Number.POSITIVE_INFINITY);
        }
      }),
      // To make so long a case shorter takes minutes.
      { ...cases(300), endOnFailure: true },
    );
    assert.ok(most > 140, `no schedule had more than ${most} changes: it never had two stretches`);
  });

  it("is empty once each change has been taken back, in whichever order", () => {
    fc.assert(
      fc.property(fc.array(change, { maxLength: 400, size: "max" }), fc.infiniteStream(fc.nat()), (changes, order) => {
        const schedule = new Schedule();
        for (const {
          after,
          what: [of, key],
          delta,
        } of changes)
          schedule.add(after, of, key, delta);
        const back = changes.map((one) => ({ one, place: Number(order.next().value) }));
        for (const { one } of back.toSorted((a, b) => a.place - b.place))
          schedule.add(one.after, one.what[0], one.what[1], -one.delta);
        assert.equal(schedule.size, 0);
        assert.equal(schedule.next, Number.POSITIVE_INFINITY);
      }),
      { ...cases(200), endOnFailure: true },
    );
  });
});
