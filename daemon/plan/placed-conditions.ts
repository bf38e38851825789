import { accumulatorsOf } from "./leaf-accumulators.ts";
import type { Plan } from "./plan.ts";

/** What SQL is there for: rows that count, what they are added up by, the groups that they are in, what of them is shown as a number or as a text. */
export type SqlUse = "condition" | "sum" | "group" | "number" | "text";

/** SQL of the configuration as the plan has it, over a row `r` of a source and what it was, `b`. */
export interface PlacedSql {
  readonly use: SqlUse;
  /** Where the configuration says it, e.g. `metrics.revenue.today`. */
  readonly place: string;
  readonly source: string;
  readonly sql: string;
}

/** Each once, at the first of its places. */
export function placedSql(plan: Plan): readonly PlacedSql[] {
  const found = new Map<string, PlacedSql>();
  const add = (place: string, source: string | undefined, sql: string | undefined, use: SqlUse = "condition"): void => {
    if (source === undefined || sql === undefined) return;
    const identity = JSON.stringify([source, sql, use]);
    if (!found.has(identity)) found.set(identity, { use, place, source, sql });
  };
  const measured = (place: string, at: { readonly projection: number; readonly measure: number } | undefined): void => {
    const projection = at && plan.projections[at.projection];
    const measure = at && projection?.measures[at.measure];
    // Expressions first: what is wrong with one is said of it, not of the condition that it has a value.
    for (const expression of projection?.keyExpressions ?? []) add(place, projection?.source, expression, "group");
    add(place, projection?.source, projection?.ranked?.expression, "number");
    const shown = projection?.ranked?.shownExpression;
    add(place, projection?.source, shown?.sql, shown?.as === "text" ? "text" : "number");
    if (measure !== undefined && "expression" in measure.value)
      add(place, projection?.source, measure.value.expression, "sum");
    add(place, projection?.source, measure?.where);
  };
  const within = plan.kind === "owner" ? [] : ["topics", plan.kind];
  for (const leaf of plan.leaves)
    for (const accumulator of accumulatorsOf(leaf, plan))
      measured([...within, "metrics", ...leaf.path].join("."), plan.accumulators[accumulator]);
  for (const { name, source, when } of plan.events) add([...within, "events", name].join("."), source, when);
  for (const { name, groups, stays } of plan.occupants)
    for (const counted of [groups, stays]) measured([...within, "events", name].join("."), counted);
  return [...found.values()];
}
