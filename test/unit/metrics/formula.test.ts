import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { entryOf, formulaText } from "../../../daemon/metrics/formula.ts";
import type { Formula } from "../../../daemon/plan/plan.ts";
import { cases } from "../../support/cases.ts";

const integer = fc.oneof(fc.bigInt({ min: -20n, max: 20n }), fc.bigInt({ min: -(10n ** 15n), max: 10n ** 15n }));
const scale = fc.integer({ min: 0, max: 4 });
const leaf: fc.Arbitrary<Formula> = fc
  .tuple(integer, scale)
  .map(([digits, digitsAfter]) => ({ op: "constant", digits: String(digits), scale: digitsAfter }));
const { formula } = fc.letrec<{ formula: Formula }>((tie) => ({
  formula: fc.oneof(
    { maxDepth: 3 },
    leaf,
    fc.record({ op: fc.constantFrom("+", "-", "*", "/"), left: tie("formula"), right: tie("formula") }),
  ),
}));

/** As a quotient in lowest terms, worked out in another order than the formula's: first what is above, then what is below. */
function quotient(of: Formula): { over: bigint; under: bigint } | undefined {
  if (of.op === "quantity") throw new Error("the test's formulas are constants");
  if (of.op === "constant") return { over: BigInt(of.digits), under: BigInt(`1${"0".repeat(of.scale)}`) };
  const [a, b] = [quotient(of.left), quotient(of.right)];
  if (a === undefined || b === undefined) return undefined;
  if (of.op === "/") return b.over === 0n ? undefined : { over: a.over * b.under, under: a.under * b.over };
  if (of.op === "*") return { over: a.over * b.over, under: a.under * b.under };
  return { over: a.over * b.under + (of.op === "+" ? 1n : -1n) * b.over * a.under, under: a.under * b.under };
}

const none = (): bigint => assert.fail("a constant asks for no quantity");

describe("formulas", () => {
  it("are the exact quotient, rounded once, half away from zero, and absent where they divide by 0", () => {
    fc.assert(
      fc.property(formula, scale, (made, digits) => {
        const text = formulaText(made, digits, none);
        const exact = quotient(made);
        if (exact === undefined) return assert.equal(text, undefined);
        assert.match(text ?? "", digits === 0 ? /^-?\d+$/ : new RegExp(`^-?\\d+\\.\\d{${digits}}$`));
        assert.doesNotMatch(text ?? "", /^-[0.]*$/, "no negative zero");
        const shown = BigInt(text?.replace(".", "") ?? "");
        const [above, below] = exact.under < 0n ? [-exact.over, -exact.under] : [exact.over, exact.under];
        // 2 |exact - shown| <= 1 unit of the last digit; where it is exactly that, shown is the one farther from 0.
        const scaled = above * 10n ** BigInt(digits);
        const off = 2n * (scaled - shown * below);
        const size = off < 0n ? -off : off;
        assert.ok(size <= below, `${text} of ${exact.over}/${exact.under}`);
        if (size === below)
          assert.equal(off > 0n, scaled < 0n, `${text} of ${exact.over}/${exact.under}: a half goes away from 0`);
      }),
      cases(2_000),
    );
  });

  it("take quantities by their scale, and 0.1 is a tenth", () => {
    const price: Formula = { op: "quantity", quantity: { of: "accumulator", index: 3 }, scale: 2 };
    const tenth: Formula = { op: "constant", digits: "01", scale: 1 };
    const of = ({ index }: { readonly index: number }): bigint => (index === 3 ? 12_345n : none());
    assert.equal(formulaText({ op: "*", left: price, right: tenth }, 3, of), "12.345");
    assert.equal(formulaText({ op: "*", left: price, right: tenth }, 2, of), "12.35");
    assert.equal(formulaText({ op: "-", left: tenth, right: price }, 2, of), "-123.35");
  });

  it("an average is the sum per row, rounded once", () => {
    const average = (sum: bigint, scale: number, count: bigint, averageScale: number) =>
      entryOf({ scale, averageScale }, sum, count);
    assert.deepEqual(
      [average(100n, 2, 3n, 2), average(-5n, 0, 2n, 0), average(1n, 2, 2n, 2), average(0n, 2, 7n, 1)],
      ["0.33", "-3", "0.01", "0.0"],
    );
  });
});
