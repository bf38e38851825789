import type { Grain } from "../capture/batch.ts";
import type { Key } from "./accumulator-state.ts";
import { utcMidnight } from "./civil-date.ts";
import { periodStart, sameDay } from "./period.ts";
import type { Accumulator, Window } from "../plan/plan.ts";

/** What windows begin and end with. */
export type LocalUnit = "hour" | "day";

/** `key` counts while `from <= T < until` (microseconds since 1970, or infinite). Empty if `from >= until`. */
export interface Contribution {
  readonly key: Key;
  readonly from: number;
  readonly until: number;
}

/** When a local day begins, or an hour if that is the unit, in the owner's zone: D(d), in microseconds since 1970. */
export type DayStart = (at: number, unit?: LocalUnit) => number;

/** From this instant on (2200-01-01 UTC, where instants are clamped) there is no end. */
export const FOREVER = utcMidnight(73_049);

const ALWAYS = { from: Number.NEGATIVE_INFINITY, until: Number.POSITIVE_INFINITY };

/** The contribution of a grain to an accumulator; undefined if it has no group there, i.e. the group's key is NULL. */
export function contribution(grain: Grain, to: Accumulator, dayStart: DayStart): Contribution | undefined {
  const key = keyOf(grain, to);
  if (key === undefined) return undefined;
  if (to.window !== undefined && grain.day !== undefined) {
    const { from, until } = edgeDays(to.window, grain.day);
    const unit = edgeUnit(to.window);
    return { key, from: startOf(from, unit, dayStart), until: startOf(until, unit, dayStart) };
  }
  if (grain.from === undefined || grain.until === undefined) return { key, ...ALWAYS };
  return { key, from: grain.from, until: grain.until >= FOREVER ? ALWAYS.until : grain.until };
}

export function edgeUnit({ unit }: Window): LocalUnit {
  return unit === "hour" ? "hour" : "day";
}

/** The days, or hours, at whose start a window over a grain's day or hour begins and ends; infinite where it has no such edge. */
export function edgeDays(window: Window, day: number): { readonly from: number; readonly until: number } {
  const { start, end, toDate } = window;
  const begin = toDate ? sameDay : periodStart;
  return {
    from: Number.isFinite(start) ? begin(day, start, window) : start,
    until: Number.isFinite(end) ? periodStart(day, end, window) : end,
  };
}

function startOf(at: number, unit: LocalUnit, dayStart: DayStart): number {
  return Number.isFinite(at) ? dayStart(at, unit) : at;
}

function keyOf(grain: Grain, { keyedBy, window }: Accumulator): Key | undefined {
  if (keyedBy === "none") return "";
  if (keyedBy === "key") return grain.key;
  return grain.day === undefined ? undefined : periodStart(grain.day, 0, window ?? { unit: keyedBy });
}
