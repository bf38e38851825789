import type { Grain } from "../capture/batch.ts";
import type { Key } from "./accumulator-state.ts";
import { utcMidnight } from "./civil-date.ts";
import { periodStart, sameDay } from "./period.ts";
import type { Accumulator, Window } from "../plan/plan.ts";

/** `key` counts while `from <= T < until` (microseconds since 1970, or infinite). Empty if `from >= until`. */
export interface Contribution {
  readonly key: Key;
  readonly from: number;
  readonly until: number;
}

/** When a local day begins in the owner's zone: D(d), in microseconds since 1970. */
export type DayStart = (day: number) => number;

/** From this instant on (2200-01-01 UTC, where instants are clamped) there is no end. */
export const FOREVER = utcMidnight(73_049);

const ALWAYS = { from: Number.NEGATIVE_INFINITY, until: Number.POSITIVE_INFINITY };

/** The contribution of a grain to an accumulator; undefined if it has no group there, i.e. the group's key is NULL. */
export function contribution(grain: Grain, to: Accumulator, dayStart: DayStart): Contribution | undefined {
  const key = keyOf(grain, to);
  if (key === undefined) return undefined;
  if (to.window !== undefined && grain.day !== undefined) {
    const { from, until } = edgeDays(to.window, grain.day);
    return { key, from: startOf(from, dayStart), until: startOf(until, dayStart) };
  }
  if (grain.from === undefined || grain.until === undefined) return { key, ...ALWAYS };
  return { key, from: grain.from, until: grain.until >= FOREVER ? ALWAYS.until : grain.until };
}

/** The days at whose start a window over a grain's day begins and ends; infinite where it has no such edge. */
export function edgeDays(window: Window, day: number): { readonly from: number; readonly until: number } {
  const { start, end, toDate } = window;
  const begin = toDate ? sameDay : periodStart;
  return {
    from: Number.isFinite(start) ? begin(day, start, window) : start,
    until: Number.isFinite(end) ? periodStart(day, end, window) : end,
  };
}

function startOf(day: number, dayStart: DayStart): number {
  return Number.isFinite(day) ? dayStart(day) : day;
}

function keyOf(grain: Grain, { keyedBy, window }: Accumulator): Key | undefined {
  if (keyedBy === "none") return "";
  if (keyedBy === "key") return grain.key;
  return grain.day === undefined ? undefined : periodStart(grain.day, 0, window ?? { unit: keyedBy });
}
