import { unreachable } from "../config/unreachable.ts";
import type { Formula, Leaf, Plan, Term } from "./plan.ts";

type Overlapping = Pick<Plan, "overlaps">;

/** The accumulators that a leaf's value follows from. */
export function accumulatorsOf({ value }: Leaf, plan: Overlapping): readonly number[] {
  switch (value.kind) {
    case "currency":
      return [];
    case "count":
      return quantityOf(value.quantity, plan);
    case "sum":
    case "extreme":
    case "earliest":
      return [value.accumulator];
    case "group":
      return [value.accumulator, value.counts];
    case "formula":
      return accumulatorsIn(value.formula, plan);
    case "growth":
      return [...quantityOf(value.current, plan), ...quantityOf(value.previous, plan)];
    case "percentage":
      return [...quantityOf(value.part, plan), ...quantityOf(value.whole, plan)];
    default:
      return unreachable(value);
  }
}

function accumulatorsIn(formula: Formula, plan: Overlapping): readonly number[] {
  if (formula.op === "quantity") return quantityOf(formula.quantity, plan);
  if (formula.op === "constant") return [];
  return [...accumulatorsIn(formula.left, plan), ...accumulatorsIn(formula.right, plan)];
}

function quantityOf(quantity: Term, plan: Overlapping): readonly number[] {
  if (quantity.of !== "overlap") return [quantity.index];
  const overlap = plan.overlaps[quantity.index];
  return overlap === undefined ? [] : [overlap.left, overlap.right];
}
