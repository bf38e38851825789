import type { Plan } from "../../daemon/plan/plan.ts";

/** A plan whose owners know so few of ranked rows, that they are read again often: as an owner of thousands of rows is, with few. */
export function keepingFew(plan: Plan, kept = 2): Plan {
  return {
    ...plan,
    projections: plan.projections.map((one) =>
      one.ranked === undefined ? one : { ...one, ranked: { ...one.ranked, kept } },
    ),
    accumulators: plan.accumulators.map((one) =>
      one.ranking === undefined ? one : { ...one, ranking: { ...one.ranking, kept } },
    ),
  };
}
