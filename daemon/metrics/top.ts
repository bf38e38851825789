/** The entries of a group with the greatest values: what `top` shows. */
import type { LeafValue } from "../plan/plan.ts";

type Group = Extract<LeafValue, { kind: "group" }>;

/** An entry of a group; `count` is above 0. */
export interface Entry {
  /** As a document says it. */
  readonly key: string;
  readonly sum: bigint;
  readonly count: bigint;
}

/** Whether one entry comes before another: the greater value, exactly and whatever its digits; of equal ones the lesser key. */
export function comesBefore(a: Entry, b: Entry, { averageScale }: Pick<Group, "averageScale">): boolean {
  const difference = averageScale === undefined ? a.sum - b.sum : a.sum * b.count - b.sum * a.count;
  return difference === 0n ? a.key < b.key : difference > 0n;
}

/** The first entries, in one pass over all. */
export function firstOf<E extends Entry>(entries: Iterable<E>, most: number, group: Group): E[] {
  const first: E[] = [];
  for (const entry of entries) {
    const last = first.at(-1);
    if (first.length === most && last !== undefined && !comesBefore(entry, last, group)) continue;
    let at = first.length;
    for (let before = first[at - 1]; before !== undefined && comesBefore(entry, before, group); before = first[at - 1])
      at -= 1;
    first.splice(at, 0, entry);
    if (first.length > most) first.pop();
  }
  return first;
}
