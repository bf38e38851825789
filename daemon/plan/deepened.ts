/**
 * Of ranked rows an owner knows the first few. Where more go while a load reads them, as from the front of a busy queue, the load is for nothing,
 * and so is the next, however often. So each such load has the owner's next ones bring twice as many, until they outlast a load.
 */
import type { Plan, Ranking } from "./plan.ts";

/** 16 rows become at most 4,096: their changes cost 20 µs each, and a load of 1 s outlasts 4,000 that go. */
const MOST = 256;

/** How many times as many rows are kept after so many loads that came dry. */
export function depthAfter(dryLoads: number): number {
  return Math.min(MOST, 2 ** dryLoads);
}

/** The plan that keeps so many times as many of ranked rows. */
export function deepened(plan: Plan, depth: number): Plan {
  if (depth === 1) return plan;
  const more = <R extends Ranking>(ranking: R): R => ({ ...ranking, kept: depth * ranking.kept });
  return {
    ...plan,
    projections: plan.projections.map((one) => (one.ranked === undefined ? one : { ...one, ranked: more(one.ranked) })),
    accumulators: plan.accumulators.map((one) =>
      one.ranking === undefined ? one : { ...one, ranking: more(one.ranking) },
    ),
  };
}
