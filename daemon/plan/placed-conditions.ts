import { accumulatorsOf } from "./leaf-accumulators.ts";
import type { Plan } from "./plan.ts";

/** A condition as the plan's SQL has it, over a row `r` of a source and what it was, `b`. */
export interface PlacedCondition {
  /** Where the configuration says it, e.g. `metrics.revenue.today`. */
  readonly place: string;
  readonly source: string;
  readonly sql: string;
}

/** Each once, at the first of its places. */
export function conditionsOf(plan: Plan): readonly PlacedCondition[] {
  const found = new Map<string, PlacedCondition>();
  const add = (place: string, source: string | undefined, sql: string | undefined): void => {
    if (source === undefined || sql === undefined) return;
    const identity = JSON.stringify([source, sql]);
    if (!found.has(identity)) found.set(identity, { place, source, sql });
  };
  const measured = (place: string, at: { readonly projection: number; readonly measure: number } | undefined): void => {
    const projection = at && plan.projections[at.projection];
    add(place, projection?.source, at && projection?.measures[at.measure]?.where);
  };
  for (const leaf of plan.leaves)
    for (const accumulator of accumulatorsOf(leaf, plan))
      measured(["metrics", ...leaf.path].join("."), plan.accumulators[accumulator]);
  for (const { name, source, when } of plan.events) add(`events.${name}`, source, when);
  for (const { name, groups, stays } of plan.occupants)
    for (const counted of [groups, stays]) measured(`events.${name}`, counted);
  return [...found.values()];
}
