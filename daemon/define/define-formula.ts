/**
 * Arithmetic of numbers of the same document, in the language of deltad.config.ts. It is exact: terms are whole numbers and decimals, a
 * ratio stays a fraction inside of another formula, and only what is shown is rounded, half away from zero.
 */
import { ConfigError } from "../config/errors.ts";
import {
  type Amount,
  definition,
  type ExtremeDefinition,
  type FormulaDefinition,
  type Metric,
  type TermDefinition,
} from "./definition.ts";

/** A decimal string, by arithmetic; absent where it divides by 0. */
export type Formula<Value> = Metric<Value> & { readonly [definition]: FormulaDefinition };

/** What a formula is made of: a count, a sum, an average, `min` or `max` of numbers, a set of keys, an overlap, another formula or a number. */
export type Term<Value> = Amount<Value> | Extreme<Value> | Formula<Value> | number;

/** What `min` and `max` give. */
type Extreme<Value> = Metric<Value> & { readonly [definition]: ExtremeDefinition };

/** How a formula's result is written. */
export interface FormulaOptions {
  /** Digits after the point. Default: as many as the exact result has, and two for a {@link ratio}. */
  readonly scale?: number;
  /** What pages write with the number: `"currency"` for the owner's currency, or a text such as `"m²"`. */
  readonly unit?: string;
}

/** A formula is absent where a term is. */
type Absent<A, B> = Extract<A | B, undefined>;

/** `a + b`, as a decimal string. */
export function total<A, B>(a: Term<A>, b: Term<B>, options?: FormulaOptions): Formula<string | Absent<A, B>> {
  return formula("+", [a, b], "total()", options);
}

/** `a - b`, as a decimal string. */
export function difference<A, B>(a: Term<A>, b: Term<B>, options?: FormulaOptions): Formula<string | Absent<A, B>> {
  return formula("-", [a, b], "difference()", options);
}

/** `a * b`, as a decimal string. */
export function product<A, B>(a: Term<A>, b: Term<B>, options?: FormulaOptions): Formula<string | Absent<A, B>> {
  return formula("*", [a, b], "product()", options);
}

/** `a / b`, as a decimal string; absent where b is 0. */
export function ratio(a: Term<unknown>, b: Term<unknown>, options?: FormulaOptions): Formula<string | undefined> {
  return formula("/", [a, b], "ratio()", options);
}

/** @throws ConfigError where a term is none */
function formula(
  op: FormulaDefinition["op"],
  [left, right]: readonly [Term<unknown>, Term<unknown>],
  called: string,
  { scale, unit }: FormulaOptions = {},
): Formula<never> {
  return {
    [definition]: { kind: "formula", op, left: termOf(left, called), right: termOf(right, called), scale, unit },
  };
}

const KINDS: readonly unknown[] = ["rows", "extreme", "keys", "overlap", "formula"] satisfies TermKind[];
type TermKind = Exclude<TermDefinition, number>["kind"];

function termOf(term: unknown, called: string): TermDefinition {
  if (typeof term === "number") return term;
  const isMetric = typeof term === "object" && term !== null && definition in term;
  const made = isMetric ? (term[definition] as { readonly kind: string }) : undefined;
  if (made !== undefined && KINDS.includes(made.kind)) return made as TermDefinition;
  const given = made === undefined ? "something else: is a name misspelt?" : `a metric of kind ${made.kind}`;
  throw new ConfigError(
    `${called} takes counts, sums, averages, min(), max(), keys(), overlap(), other formulas and numbers, and is given ${given}`,
  );
}
