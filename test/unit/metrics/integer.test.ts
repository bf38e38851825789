import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { add, integerOf } from "../../../daemon/metrics/integer.ts";
import { cases } from "../../support/cases.ts";

const EDGE = 2n ** 53n;
/** Most of them around what a double holds exactly, on both sides of 0. */
const integer = fc.oneof(
  fc.bigInt({ min: -5n, max: 5n }),
  fc
    .tuple(fc.constantFrom(-2n * EDGE, -EDGE, 0n, EDGE, 2n * EDGE, EDGE * EDGE), fc.bigInt({ min: -5n, max: 5n }))
    .map(([edge, beside]) => edge + beside),
  fc.bigInt(),
);

describe("integers", () => {
  it("add up exactly, however large, and each has one form", () => {
    fc.assert(
      fc.property(integer, integer, (a, b) => {
        const sum = add(integerOf(a), integerOf(b));
        assert.equal(BigInt(sum), a + b);
        assert.strictEqual(sum, integerOf(a + b));
        assert.equal(sum > 0, a + b > 0n);
      }),
      cases(3_000),
    );
  });

  it("are numbers where a double holds them exactly, and no further", () => {
    for (const sign of [1n, -1n]) {
      assert.equal(typeof integerOf(sign * (EDGE - 1n)), "number");
      assert.equal(typeof integerOf(sign * EDGE), "bigint");
    }
  });
});
