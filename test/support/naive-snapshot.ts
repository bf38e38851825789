/**
 * The integers that a plan's accumulators hold, from the rows themselves: each row is asked whether it counts at T. Nothing
 * incremental, and no code shared with what is incremental.
 */
import type { Grain } from "../../daemon/capture/batch.ts";
import type { Accumulator, Plan } from "../../daemon/plan/plan.ts";

/** A row as a projection sees it; `grain.owner` is not looked at. */
export type NaiveRow = Grain;

/** By accumulator, the sums that are not 0, by key as text: `''` where there is none. */
export type NaiveSums = readonly ReadonlyMap<string, bigint>[];

export function naiveSnapshot(
  plan: Plan,
  rows: readonly NaiveRow[],
  t: number,
  dayStart: (day: number) => number,
): NaiveSums {
  return plan.accumulators.map((accumulator) => {
    const sums = new Map<string, bigint>();
    for (const row of rows) {
      if (row.projection !== accumulator.projection || !counts(accumulator, row, t, dayStart)) continue;
      const key = naiveKey(accumulator, row);
      if (key !== undefined) sums.set(key, (sums.get(key) ?? 0n) + (row.values[accumulator.measure] ?? 0n));
    }
    for (const [key, sum] of sums) if (sum === 0n) sums.delete(key);
    return sums;
  });
}

function counts({ window }: Accumulator, row: NaiveRow, t: number, dayStart: (day: number) => number): boolean {
  if (window === undefined || row.day === undefined) {
    return row.from === undefined || row.until === undefined || (row.from <= t && t < row.until);
  }
  const edge = (by: number) =>
    Number.isFinite(by) ? dayStart(window.unit === "day" ? Number(row.day) + by : addMonths(Number(row.day), by)) : by;
  return edge(window.start) <= t && t < edge(window.end);
}

function naiveKey({ keyedBy }: Accumulator, row: NaiveRow): string | undefined {
  if (keyedBy === "none") return "";
  if (keyedBy === "key") return row.key;
  return row.day === undefined ? undefined : isoDate(row.day).slice(0, keyedBy === "day" ? 10 : 7);
}

/** The first day of the month `by` months after the day's, by JavaScript's own dates. */
export function addMonths(day: number, by: number): number {
  const date = new Date(`${isoDate(day).slice(0, 7)}-01T00:00:00Z`);
  date.setUTCMonth(date.getUTCMonth() + by);
  return (date.getTime() - Date.UTC(2000, 0, 1)) / 86_400_000;
}

export function isoDate(day: number): string {
  return new Date(Date.UTC(2000, 0, 1) + day * 86_400_000).toISOString().slice(0, 10);
}
