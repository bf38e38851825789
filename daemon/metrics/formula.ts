/** Formulas over an owner's integers, as exact fractions: nothing is rounded before the end. */
import type { Formula, LeafValue, Term } from "../plan/plan.ts";
import { decimalText, quotientText } from "./format.ts";

/** The denominator is above 0. */
interface Fraction {
  readonly numerator: bigint;
  readonly denominator: bigint;
}

/** What a term comes to; undefined where there is no such row. */
type Of = (quantity: Term) => bigint | undefined;

/** As a decimal string of `scale` digits, half away from zero. Undefined where the formula divides by 0, or lacks a term. */
export function formulaText(formula: Formula, scale: number, of: Of): string | undefined {
  const value = fractionOf(formula, of);
  return value && quotientText(value.numerator, value.denominator, scale);
}

/** A group's entry: a count, a sum, or a sum per one of `count`, which is above 0. */
export function entryOf(
  { scale, averageScale }: Pick<Extract<LeafValue, { kind: "group" }>, "scale" | "averageScale">,
  sum: bigint,
  count: bigint,
): number | string {
  if (scale === undefined) return Number(sum);
  return averageScale === undefined ? decimalText(sum, scale) : quotientText(sum, count * tenTo(scale), averageScale);
}

function fractionOf(formula: Formula, of: Of): Fraction | undefined {
  switch (formula.op) {
    case "quantity": {
      const numerator = of(formula.quantity);
      return numerator === undefined ? undefined : { numerator, denominator: tenTo(formula.scale) };
    }
    case "constant":
      return { numerator: BigInt(formula.digits), denominator: tenTo(formula.scale) };
    default: {
      const left = fractionOf(formula.left, of);
      const right = fractionOf(formula.right, of);
      return left && right && COMBINED[formula.op](left, right);
    }
  }
}

const COMBINED: Readonly<
  Record<Exclude<Formula["op"], "quantity" | "constant">, (a: Fraction, b: Fraction) => Fraction | undefined>
> = {
  "+": (a, b) => ({
    numerator: a.numerator * b.denominator + b.numerator * a.denominator,
    denominator: a.denominator * b.denominator,
  }),
  "-": (a, b) => ({
    numerator: a.numerator * b.denominator - b.numerator * a.denominator,
    denominator: a.denominator * b.denominator,
  }),
  "*": (a, b) => ({ numerator: a.numerator * b.numerator, denominator: a.denominator * b.denominator }),
  "/": (a, b) => {
    if (b.numerator === 0n) return undefined;
    const sign = b.numerator < 0n ? -1n : 1n;
    return { numerator: sign * a.numerator * b.denominator, denominator: sign * a.denominator * b.numerator };
  },
};

function tenTo(scale: number): bigint {
  return 10n ** BigInt(scale);
}
