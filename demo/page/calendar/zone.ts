/** Local days of a zone, and the instants with which they begin: also of days that have 23 hours, or 25, or begin at one o'clock. */

export const DAY_MS = 86_400_000;
/** No zone's offset from UTC is greater. */
const FARTHEST_MS = 15 * 3_600_000;

export interface Zone {
  /** As it was asked for, or `UTC` where the browser knows no such zone. */
  readonly name: string;
  /** The local date of an instant in milliseconds, as `YYYY-MM-DD`. */
  readonly dateOf: (at: number) => string;
  /** The first instant, in milliseconds, at which the local date is this one or a later one. */
  readonly startOf: (date: string) => number;
  /** Where an instant is, in days from the beginning of a local day: 1.5 is the middle of the next, however long the days are. */
  readonly daysFrom: (date: string, at: number) => number;
}

/** A local day so many days after another. */
export function addDays(date: string, days: number): string {
  return new Date(Date.parse(date) + days * DAY_MS).toISOString().slice(0, 10);
}

export function zoneOf(wanted: string): Zone {
  const clock = clockOf(wanted);
  const { timeZone: name } = clock.resolvedOptions();
  /** The instant at which UTC's clock shows what the zone's shows at this one. */
  const shown = (at: number): number => {
    const part = Object.fromEntries(clock.formatToParts(at).map(({ type, value }) => [type, Number(value)]));
    const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = part;
    return Date.UTC(year, month - 1, day, hour, minute, second);
  };
  const dateOf = (at: number): string => new Date(shown(at)).toISOString().slice(0, 10);
  const starts = new Map<string, number>();
  const startOf = (date: string): number => {
    const known = starts.get(date) ?? firstAt(shown, Date.parse(date));
    starts.set(date, known);
    return known;
  };
  const daysFrom = (first: string, at: number): number => {
    const date = dateOf(at);
    const start = startOf(date);
    return (Date.parse(date) - Date.parse(first)) / DAY_MS + (at - start) / (startOf(addDays(date, 1)) - start);
  };
  return { name, dateOf, startOf, daysFrom };
}

/** PostgreSQL knows zones that a browser may not. */
function clockOf(timeZone: string): Intl.DateTimeFormat {
  const parts = { year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit" } as const;
  const options = { ...parts, second: "2-digit", hourCycle: "h23" } as const;
  try {
    return new Intl.DateTimeFormat("en-US", { ...options, timeZone });
  } catch {
    return new Intl.DateTimeFormat("en-US", { ...options, timeZone: "UTC" });
  }
}

/** The first instant at which a clock shows this or more; clocks change by whole seconds. */
function firstAt(shown: (at: number) => number, wanted: number): number {
  let [before, after] = [(wanted - FARTHEST_MS) / 1_000, (wanted + FARTHEST_MS) / 1_000];
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2);
    if (shown(middle * 1_000) >= wanted) after = middle;
    else before = middle;
  }
  return after * 1_000;
}
