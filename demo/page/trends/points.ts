/** What a chart shows of an owner's trends: its periods in the order of the owner's clock, each with what was earned and booked. Pure. */
import { seriesKeys } from "../../../dashboard/cards/series-keys.ts";
import type { Period } from "../../../protocol/schema.ts";
import { localHourOf, type LocalHour, localHours } from "./local-hours.ts";
import type { Periods, TrendsDocument } from "./trends-document.ts";

export interface Point {
  /** The period, as the document names it. */
  readonly key: string;
  /** From where on the axis, and for how long: in hours by the stopwatch, or in periods. */
  readonly from: number;
  readonly length: number;
  /** The day, month or year that begins with it, where it is not the first. */
  readonly begins: string | undefined;
  /** Undefined: it is still to come. */
  readonly revenue: string | undefined;
  readonly bookings: number | undefined;
}

interface Shown extends Period {
  readonly field: keyof Periods<string>;
  /** How much of a key names the longer period around it. */
  readonly around: number;
}

export const RANGES = {
  today: { unit: "hour", length: 48, field: "byHour", around: "YYYY-MM-DD".length },
  hours: { unit: "hour", length: 48, field: "byHour", around: "YYYY-MM-DD".length },
  days: { unit: "day", length: 30, field: "byDay", around: "YYYY-MM".length },
  weeks: { unit: "week", length: 12, field: "byWeek", around: "YYYY-MM".length },
  months: { unit: "month", length: 12, field: "byMonth", around: "YYYY".length },
} as const satisfies Readonly<Record<string, Shown>>;

export type Range = keyof typeof RANGES;

/**
 * @param asOf ISO instant of the document
 * @param zone the owner's; while it is not known, every day has 24 hours, and the last period that has an entry stands for the current one
 */
export function pointsOf(
  { revenue = {}, bookings = {} }: TrendsDocument,
  range: Range,
  asOf: string,
  zone: string | undefined,
): readonly Point[] {
  const { field, around } = RANGES[range];
  const [earned = {}, booked = {}] = [revenue[field], bookings[field]];
  const keys = [...Object.keys(earned), ...Object.keys(booked)];
  let from = 0;
  let before: string | undefined;
  return periodsOf(range, keys, asOf, zone).map(({ key, hours: length, isToCome }) => {
    const begins = key.slice(0, around);
    const point = {
      key,
      from,
      length,
      begins: before === undefined || before === begins ? undefined : begins,
      revenue: isToCome ? undefined : (earned[key] ?? "0.00"),
      bookings: isToCome ? undefined : (booked[key] ?? 0),
    };
    from += length;
    before = begins;
    return point;
  });
}

/** The values of a range, oldest first, for what needs no more than their shape; none while nothing is known. */
export function shapeOf(
  entries: Readonly<Record<string, string | number>> | undefined,
  range: Range,
  asOf: string | undefined,
  zone: string | undefined,
): readonly number[] {
  if (asOf === undefined || entries === undefined) return [];
  const places = periodsOf(range, Object.keys(entries), asOf, zone);
  return places.map(({ key }) => Number(entries[key] ?? 0));
}

interface Place extends LocalHour {
  readonly isToCome: boolean;
}

function periodsOf(range: Range, keys: readonly string[], asOf: string, zone: string | undefined): readonly Place[] {
  const now = nowIn(zone, asOf);
  const { unit, length } = RANGES[range];
  // Nothing has an entry beyond the current hour, which itself may have none.
  const known = unit === "hour" && now !== undefined ? [...keys, now] : keys;
  const shown = seriesKeys(known, now ?? asOf, { unit, length });
  if (unit !== "hour") return shown.map((key) => ({ key, hours: 1, isToCome: false }));
  const current = shown.at(-1) ?? "";
  const dayOf = (key: string) => key.slice(0, 10);
  const days = range === "today" ? [dayOf(current)] : [...new Set(shown.map(dayOf))];
  const hours = days.flatMap((day) =>
    zone === undefined || now === undefined ? plainHours(day) : localHours(day, zone),
  );
  const places = hours.map((hour) => ({ ...hour, isToCome: hour.key > current }));
  return range === "today" ? places : places.filter(({ key }) => shown.includes(key));
}

/** Undefined for a zone that nobody knows here: PostgreSQL knows others. */
function nowIn(zone: string | undefined, asOf: string): string | undefined {
  if (zone === undefined) return undefined;
  try {
    return localHourOf(new Date(asOf), zone);
  } catch {
    return undefined;
  }
}

function plainHours(day: string): LocalHour[] {
  return Array.from({ length: 24 }, (_, hour) => ({ key: `${day}T${String(hour).padStart(2, "0")}`, hours: 1 }));
}
