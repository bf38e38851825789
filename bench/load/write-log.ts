import type { TransactionTimes } from "../support/pgbench.ts";

/** One write of the load: owners are counted from 0. */
export interface Write extends TransactionTimes {
  readonly owner: number;
}

/** A frame after which a client's document includes so many of its owner's writes. */
export interface Arrival {
  readonly owner: number;
  readonly included: number;
  readonly atNs: bigint;
}

export interface Latencies {
  /** Milliseconds from the commit's answer at the writer to the first frame that includes the write; not below 0. */
  readonly fromCommitMs: number[];
  /** From sending the statement: an upper bound that includes the write itself. */
  readonly fromSendingMs: number[];
  /** From the instant of the schedule: what waits behind a slow write counts too. */
  readonly fromScheduleMs: number[];
  readonly unseen: number;
}

/**
 * An owner's n-th commit, in the order of their answers, is included by its first frame that counts n writes or more.
 * @param sinceNs writes that were due before are only counted
 */
export function latencies(writes: readonly Write[], arrivals: readonly Arrival[], sinceNs: bigint): Latencies {
  const arrivalsByOwner = groupByOwner(arrivals);
  const result: Latencies & { unseen: number } = { fromCommitMs: [], fromSendingMs: [], fromScheduleMs: [], unseen: 0 };
  for (const [owner, ofOwner] of groupByOwner(writes)) {
    const frames = arrivalsByOwner.get(owner) ?? [];
    let next = 0;
    for (const [index, write] of ofOwner.toSorted((a, b) => Number(a.committedNs - b.committedNs)).entries()) {
      while (next < frames.length && (frames[next]?.included ?? 0) <= index) next += 1;
      const frame = frames[next];
      if (!frame) {
        result.unseen += 1;
        continue;
      }
      if (write.dueNs < sinceNs) continue;
      result.fromCommitMs.push(Math.max(0, milliseconds(frame.atNs - write.committedNs)));
      result.fromSendingMs.push(milliseconds(frame.atNs - write.sentNs));
      result.fromScheduleMs.push(milliseconds(frame.atNs - write.dueNs));
    }
  }
  return result;
}

function groupByOwner<T extends { readonly owner: number }>(items: readonly T[]): Map<number, T[]> {
  const groups = new Map<number, T[]>();
  for (const item of items) {
    const group = groups.get(item.owner);
    if (group) group.push(item);
    else groups.set(item.owner, [item]);
  }
  return groups;
}

function milliseconds(ns: bigint): number {
  return Number(ns) / 1e6;
}
