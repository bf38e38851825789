import { accumulatorsOf } from "../plan/leaf-accumulators.ts";
import type { Accumulator, Plan } from "../plan/plan.ts";

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
  /** By accumulator: that which counts its keys by group. */
  readonly tallies: readonly (number | undefined)[];
  /** Whether some accumulator is of ranked rows. */
  readonly hasExtremes: boolean;
  /** The leaves that are groups: where they are, and by whose keys they grow. */
  readonly groups: readonly { readonly path: readonly string[]; readonly counts: number }[];
}

export function indexPlan(plan: Plan): PlanIndex {
  const { accumulators, overlaps, leaves } = plan;
  const reads = leaves.map((leaf) => new Set(accumulatorsOf(leaf, plan)));
  return {
    plan,
    feeds: plan.projections.map((_, projection) =>
      accumulators.flatMap((definition, accumulator) =>
        definition.projection === projection && definition.tallies === undefined ? [{ accumulator, definition }] : [],
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
    tallies: accumulators.map((_, accumulator) => {
      const at = accumulators.findIndex(({ tallies }) => tallies === accumulator);
      return at < 0 ? undefined : at;
    }),
    hasExtremes: accumulators.some(({ ranking }) => ranking !== undefined),
    groups: leaves.flatMap(({ path, value }) => (value.kind === "group" ? [{ path, counts: value.counts }] : [])),
  };
}
