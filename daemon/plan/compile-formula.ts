/** A formula's definition → the plan's formula over quantities, with the digits that its exact result has. */
import { ConfigError } from "../config/errors.ts";
import type { FormulaDefinition, TermDefinition } from "../define/definition.ts";
import { checkedScale } from "./column-type.ts";
import type { Formula } from "./plan.ts";

export interface CompiledFormula {
  readonly formula: Formula;
  /** Digits after the point. */
  readonly scale: number;
}

/** A term without arithmetic. */
export type PlainTerm = Exclude<TermDefinition, FormulaDefinition | number>;

/** A ratio has no last digit. */
const RATIO_SCALE = 2;

/** @param compileAmount what a term without arithmetic comes to */
export function compileFormula(
  { op, left, right, scale }: FormulaDefinition,
  compileAmount: (amount: PlainTerm) => CompiledFormula,
): CompiledFormula {
  const a = compileTerm(left, compileAmount);
  const b = compileTerm(right, compileAmount);
  const exact = { "+": Math.max(a.scale, b.scale), "-": Math.max(a.scale, b.scale), "*": a.scale + b.scale };
  return {
    formula: { op, left: a.formula, right: b.formula },
    scale: checkedScale(scale ?? (op === "/" ? RATIO_SCALE : exact[op])),
  };
}

function compileTerm(term: TermDefinition, compileAmount: (amount: PlainTerm) => CompiledFormula): CompiledFormula {
  if (typeof term === "number") return constant(term);
  return term.kind === "formula" ? compileFormula(term, compileAmount) : compileAmount(term);
}

/** As it is written: 0.1 is a tenth. */
function constant(value: number): CompiledFormula {
  const match = /^(-?\d+)(?:\.(\d+))?$/.exec(String(value));
  if (match === null)
    throw new ConfigError(`${value} can't be part of a formula: write a decimal number without exponent`);
  const [, whole = "", fraction = ""] = match;
  return { formula: { op: "constant", digits: whole + fraction, scale: fraction.length }, scale: fraction.length };
}
