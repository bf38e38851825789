import { unreachable } from "../config/unreachable.ts";
import type { Accumulator, Leaf, Plan, Quantity } from "../plan/plan.ts";

/** An accumulator as a projection's grains reach it. */
export interface Feed {
  readonly accumulator: number;
  readonly definition: Accumulator;
}

/** A plan turned around: from one thing to all that a change to it concerns. Made once, shared by all owners. */
export interface PlanIndex {
  readonly plan: Plan;
  /** By projection: the accumulators that it feeds. */
  readonly feeds: readonly (readonly Feed[])[];
  /** By accumulator: the overlaps it is one side of, with the other side. */
  readonly overlaps: readonly (readonly { readonly overlap: number; readonly other: number }[])[];
  /** By accumulator: the leaves whose value follows from it. */
  readonly leaves: readonly (readonly number[])[];
  /** By accumulator: whether some leaf shows its keys, so that changed keys are kept. */
  readonly showsKeys: readonly boolean[];
  /** By accumulator: whether some leaf asks for its earliest day. */
  readonly ordered: readonly boolean[];
}

export function indexPlan(plan: Plan): PlanIndex {
  const { accumulators, overlaps, leaves } = plan;
  const reads = leaves.map((leaf) => new Set(accumulatorsOf(leaf, plan)));
  return {
    plan,
    feeds: plan.projections.map((_, projection) =>
      accumulators.flatMap((definition, accumulator) =>
        definition.projection === projection ? [{ accumulator, definition }] : [],
      ),
    ),
    overlaps: accumulators.map((_, accumulator) =>
      overlaps.flatMap(({ left, right }, overlap) => {
        if (accumulator === left) return [{ overlap, other: right }];
        return accumulator === right ? [{ overlap, other: left }] : [];
      }),
    ),
    leaves: accumulators.map((_, accumulator) =>
      leaves.flatMap((__, leaf) => (reads[leaf]?.has(accumulator) ? [leaf] : [])),
    ),
    showsKeys: accumulators.map((_, accumulator) =>
      leaves.some(({ value }, leaf) => value.kind === "group" && reads[leaf]?.has(accumulator)),
    ),
    ordered: accumulators.map((_, accumulator) =>
      leaves.some(({ value }) => value.kind === "earliest" && value.accumulator === accumulator),
    ),
  };
}

function accumulatorsOf({ value }: Leaf, plan: Plan): readonly number[] {
  switch (value.kind) {
    case "currency":
      return [];
    case "count":
      return quantityOf(value.quantity, plan);
    case "sum":
    case "earliest":
      return [value.accumulator];
    case "group":
      return [value.accumulator, value.counts];
    case "growth":
      return [...quantityOf(value.current, plan), ...quantityOf(value.previous, plan)];
    case "percentage":
      return [...quantityOf(value.part, plan), ...quantityOf(value.whole, plan)];
    default:
      return unreachable(value);
  }
}

function quantityOf(quantity: Quantity, plan: Plan): readonly number[] {
  if (quantity.of !== "overlap") return [quantity.index];
  const overlap = plan.overlaps[quantity.index];
  return overlap === undefined ? [] : [overlap.left, overlap.right];
}
