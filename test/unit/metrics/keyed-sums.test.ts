import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { KeyedSums } from "../../../daemon/metrics/keyed-sums.ts";
import { cases } from "../../support/cases.ts";

const step = fc.record({
  day: fc.integer({ min: 9_500, max: 9_505 }),
  delta: fc.constantFrom(-2, -1, 1, 2),
  asks: fc.boolean(),
});

describe("keyed sums", () => {
  it("know how many keys are above 0 and the earliest of them, whenever it is asked for", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const sums = new KeyedSums();
        const naive = new Map<number, number>();
        for (const { day, delta, asks } of steps) {
          const before = naive.get(day) ?? 0;
          naive.set(day, before + delta);
          assert.equal(sums.add(day, delta), Number(before + delta > 0) - Number(before > 0));
          const above = [...naive].flatMap(([key, sum]) => (sum > 0 ? [key] : []));
          assert.equal(sums.keysAbove, above.length);
          if (asks) assert.equal(sums.earliest, above.toSorted((a, b) => a - b)[0]);
          assert.equal(sums.sum(day), before + delta);
        }
        assert.deepEqual(new Set(sums.keys()), new Set([...naive].flatMap(([key, sum]) => (sum === 0 ? [] : [key]))));
      }),
      cases(1_000),
    );
  });
});
