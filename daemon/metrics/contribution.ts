import type { Grain } from "../capture/batch.ts";
import type { Key } from "./keyed-sums.ts";
import { utcMidnight } from "./civil-date.ts";
import { compactKey } from "./small-map.ts";
import { type Calendar, periodStart, periodText, sameDay } from "./period.ts";
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
  const { unit, from, until } = localEdges(grain, to);
  const start = (at: number): number => (Number.isFinite(at) ? dayStart(at, unit) : at);
  return {
    key,
    from: from === undefined ? (grain.from ?? ALWAYS.from) : start(from),
    until: until === undefined ? untilOf(grain.until) : start(until),
  };
}

function untilOf(until: number | undefined): number {
  return until === undefined || until >= FOREVER ? ALWAYS.until : until;
}

/** The days or hours at whose start a grain's contribution begins and ends; undefined where an instant, or nothing, says so. */
export interface LocalEdges {
  readonly unit: LocalUnit;
  readonly from: number | undefined;
  readonly until: number | undefined;
}

export function localEdges({ day, from, until }: Grain, { window, days }: Accumulator): LocalEdges {
  if (window !== undefined && day !== undefined)
    return { unit: window.unit === "hour" ? "hour" : "day", ...edgeDays(window, day) };
  return { unit: "day", from: days?.from ? from : undefined, until: days?.until ? until : undefined };
}

/** The days, or hours, at whose start a window over a grain's day or hour begins and ends; infinite where it has no such edge. */
function edgeDays(window: Window, day: number): { readonly from: number; readonly until: number } {
  const { start, end, toDate } = window;
  const begin = toDate ? sameDay : periodStart;
  return {
    from: Number.isFinite(start) ? begin(day, start, window) : start,
    until: Number.isFinite(end) ? periodStart(day, end, window) : end,
  };
}

function keyOf(grain: Grain, { keyedBy, andPeriod, window }: Accumulator): Key | undefined {
  if (keyedBy === "none") return "";
  if (keyedBy === "key") {
    const key = andPeriod === undefined ? grain.key : pairOf(grain, { unit: andPeriod, ...window });
    return key === undefined ? undefined : compactKey(key);
  }
  return grain.day === undefined ? undefined : periodStart(grain.day, 0, window ?? { unit: keyedBy });
}

/** As PostgreSQL writes JSON. */
function pairOf({ key, day }: Grain, calendar: Calendar): string | undefined {
  if (key === undefined || day === undefined) return undefined;
  return `[${JSON.stringify(key)}, "${periodText(periodStart(day, 0, calendar), calendar.unit)}"]`;
}
