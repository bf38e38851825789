/**
 * The integers that a plan's accumulators hold, from the rows themselves: each row is asked whether it counts at T. Nothing
 * incremental, and no code shared with what is incremental.
 */
import type { Grain } from "../../daemon/capture/batch.ts";
import type { DayStart } from "../../daemon/metrics/contribution.ts";
import type { Accumulator, Plan, Window } from "../../daemon/plan/plan.ts";

/** A row as a projection sees it; `grain.owner` is not looked at. */
export type NaiveRow = Grain;

/** By accumulator, the sums that are not 0, by key as text: `''` where there is none. */
export type NaiveSums = readonly ReadonlyMap<string, bigint>[];

export function naiveSnapshot(plan: Plan, rows: readonly NaiveRow[], t: number, dayStart: DayStart): NaiveSums {
  return plan.accumulators.map((accumulator) => {
    const sums = new Map<string, bigint>();
    const { tallies } = accumulator;
    if (tallies !== undefined) {
      const [pairs = new Map<string, bigint>()] = naiveSnapshot(
        { ...plan, accumulators: plan.accumulators.slice(tallies, tallies + 1) },
        rows,
        t,
        dayStart,
      );
      for (const [pair, sum] of pairs) {
        const [, group = ""] = JSON.parse(pair) as string[];
        if (sum > 0n) sums.set(group, (sums.get(group) ?? 0n) + 1n);
      }
      return sums;
    }
    for (const row of rows) {
      if (row.projection !== accumulator.projection || !counts(accumulator, row, t, dayStart)) continue;
      const key = naiveKey(accumulator, row);
      if (key !== undefined) sums.set(key, (sums.get(key) ?? 0n) + (row.values[accumulator.measure] ?? 0n));
    }
    for (const [key, sum] of sums) if (sum === 0n) sums.delete(key);
    return sums;
  });
}

function counts({ window, days }: Accumulator, row: NaiveRow, t: number, dayStart: DayStart): boolean {
  if (window === undefined || row.day === undefined) {
    if (row.from === undefined || row.until === undefined) return true;
    const from = days?.from ? dayStart(row.from) : row.from;
    return from <= t && t < (days?.until ? dayStart(row.until) : row.until);
  }
  const { day } = row;
  if (window.toDate) return countsToDate(window, day, today(t, dayStart));
  if (window.unit === "hour")
    return dayStart(day + window.start, "hour") <= t && t < dayStart(day + window.end, "hour");
  const edge = (by: number) => (Number.isFinite(by) ? dayStart(periodBegin(day, by, window)) : by);
  return edge(window.start) <= t && t < edge(window.end);
}

/** The first day of the period `by` after the day's, by JavaScript's own dates. */
function periodBegin(day: number, by: number, { unit, firstDay = 0 }: Window): number {
  const [year, month] = [Number(isoDate(day).slice(0, 4)), Number(isoDate(day).slice(5, 7))];
  if (unit === "day") return day + by;
  if (unit === "month") return addMonths(day, by);
  if (unit === "quarter") return addMonths(day, 1 - month + 3 * (Math.ceil(month / 3) - 1 + by));
  if (unit === "year") return dayOf(`${year + by}-01-01`);
  // JavaScript's weeks begin on Sunday.
  const weekday = (at: number) => (new Date(`${isoDate(at)}T00:00:00Z`).getUTCDay() + 6) % 7;
  let first = day;
  while (weekday(first) !== firstDay) first -= 1;
  return first + 7 * by;
}

/** The last day that has begun. */
function today(t: number, dayStart: DayStart): number {
  let day = Math.floor(t / 86_400_000_000) - 10_957 + 8;
  while (dayStart(day) > t) day -= 1;
  return day;
}

/** By the parts of two dates. */
function countsToDate(window: Window, day: number, now: number): boolean {
  let ago = 0;
  while (ago < window.end && periodBegin(day, ago + 1, window) <= now) ago += 1;
  if (now < periodBegin(day, 0, window) || ago >= window.end) return false;
  if (ago !== window.start) return ago > window.start;
  const since = (at: number): [months: number, days: number] => {
    const begin = periodBegin(at, 0, window);
    if (window.unit === "week" || window.unit === "day") return [0, at - begin];
    return [Number(isoDate(at).slice(5, 7)) - Number(isoDate(begin).slice(5, 7)), Number(isoDate(at).slice(8))];
  };
  const [[monthsThen, daysThen], [months, days]] = [since(day), since(now)];
  if (monthsThen !== months) return monthsThen < months;
  const isLastOfMonth = window.unit !== "week" && isoDate(now + 1).endsWith("-01");
  return isLastOfMonth || daysThen <= days;
}

function naiveKey(accumulator: Accumulator, row: NaiveRow): string | undefined {
  const { keyedBy, andPeriod, window } = accumulator;
  if (keyedBy === "none") return "";
  if (keyedBy === "key") {
    if (andPeriod === undefined || row.key === undefined) return row.key;
    const period = naiveKey({ ...accumulator, keyedBy: andPeriod }, row);
    return JSON.stringify([row.key, period]).replace('","', '", "');
  }
  if (row.day === undefined) return undefined;
  if (keyedBy === "hour") return new Date(Date.UTC(2000, 0, 1, row.day)).toISOString().slice(0, 13);
  const date = isoDate(row.day);
  if (keyedBy === "week") return isoDate(periodBegin(row.day, 0, window ?? { unit: "week", start: 0, end: 1 }));
  if (keyedBy === "quarter") return `${date.slice(0, 4)}-Q${Math.ceil(Number(date.slice(5, 7)) / 3)}`;
  return date.slice(0, { day: 10, month: 7, year: 4 }[keyedBy]);
}

/** The first day of the month `by` months after the day's, by JavaScript's own dates. */
export function addMonths(day: number, by: number): number {
  const date = new Date(`${isoDate(day).slice(0, 7)}-01T00:00:00Z`);
  date.setUTCMonth(date.getUTCMonth() + by);
  return (date.getTime() - Date.UTC(2000, 0, 1)) / 86_400_000;
}

function dayOf(iso: string): number {
  return (Date.parse(`${iso}T00:00:00Z`) - Date.UTC(2000, 0, 1)) / 86_400_000;
}

export function isoDate(day: number): string {
  return new Date(Date.UTC(2000, 0, 1) + day * 86_400_000).toISOString().slice(0, 10);
}
