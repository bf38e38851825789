/** A plan that shows the greatest sale, of which a load brings one, and its grains. */
import type { Grain } from "../../daemon/capture/batch.ts";
import type { Plan } from "../../daemon/plan/plan.ts";
import { SAMPLE_PLAN } from "./sample-plan.ts";

const RANKING = { isDescending: true, numericTies: false, kept: 1 };

export const FIRST_SALES: Plan = {
  ...SAMPLE_PLAN,
  projections: [
    {
      source: "sales",
      key: "…",
      ranked: { ...RANKING, group: undefined, order: `r."amount"`, tie: undefined, shown: `r."amount"::text` },
      time: { kind: "none" },
      measures: [{ where: undefined, value: { op: "count" } }],
    },
  ],
  accumulators: [{ projection: 0, measure: 0, window: undefined, keyedBy: "none", ranking: RANKING }],
  overlaps: [],
  leaves: [
    { path: ["sales", "greatest"], value: { kind: "extreme", accumulator: 0, form: { as: "decimal", scale: 0 } } },
  ],
  // Without one nobody is told of any.
  events: [
    { name: "sale_gone", source: "sales", key: "id", columns: ["id"], columnsBefore: [], when: "false", data: [] },
  ],
};

/** @param last 1n where a load brought no more */
export function firstSale(amount: string, count: bigint, ...last: bigint[]): Grain {
  const key = JSON.stringify([null, amount, null, amount]);
  return {
    projection: 0,
    owner: "1",
    key,
    day: undefined,
    from: undefined,
    until: undefined,
    values: [count, ...last],
  };
}
