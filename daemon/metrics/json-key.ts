import type { Grain } from "../capture/batch.ts";
import type { Rank, Shown } from "./first-rows.ts";
import { integerOf } from "./integer.ts";
import type { Key } from "./keyed-sums.ts";

/** What the key of a grain of ranked rows says; see `Ranked` of plan/plan.ts. */
export function groupAndRank({ key = "[]" }: Grain): { readonly group: string | undefined; readonly rank: Rank } {
  const [group, order, tie, shown] = JSON.parse(key) as [string | null, string, string | null, Shown];
  return { group: group ?? undefined, rank: { order: integerOf(BigInt(order)), tie: tie ?? "", shown } };
}

/** Of a key that is a pair of a value and a group. */
export function groupOf(pair: Key): string {
  const [, group] = JSON.parse(String(pair)) as [string, string];
  return group;
}
