/** Periods of local hours, days, weeks, months, quarters and years, the current one included: what `during`, `by` and `growth` take. */
import { ConfigError } from "../config/errors.ts";
import type { Period } from "./definition.ts";
import { type DateOf, type InstantOf, whenOf } from "./when.ts";

/** The last hours, days, weeks, months, quarters or years by a date or an instant of `Table`. */
export interface PeriodOf<Table extends string> {
  readonly unit: Period["unit"];
  readonly length: number;
  readonly firstDay?: number;
  readonly column: DateOf<Table>;
}

/** This hour, by the owner's local clock. An hour that comes twice when clocks go back is one, and one that is skipped holds nothing. */
export function hour<Table extends string>(column: InstantOf<Table>): PeriodOf<Table> {
  return trailingHours(1, column);
}

/** The last `length` hours of the owner's local clock, this one included. */
export function trailingHours<Table extends string>(length: number, column: InstantOf<Table>): PeriodOf<Table> {
  return { unit: "hour", length, column };
}

/** Today, by the owner's local day. */
export function day<Table extends string>(column: DateOf<Table>): PeriodOf<Table> {
  return trailingDays(1, column);
}

/** This month, by the owner's local months. */
export function month<Table extends string>(column: DateOf<Table>): PeriodOf<Table> {
  return lastMonths(1, column);
}

/** The last `length` local days, today included. */
export function trailingDays<Table extends string>(length: number, column: DateOf<Table>): PeriodOf<Table> {
  return { unit: "day", length, column };
}

/** The last `length` local months, this one included. */
export function lastMonths<Table extends string>(length: number, column: DateOf<Table>): PeriodOf<Table> {
  return { unit: "month", length, column };
}

/** This week, by the owner's local weeks, which begin on Monday where nothing else is said. */
export function week<Table extends string>(column: DateOf<Table>, options?: WeekOptions): PeriodOf<Table> {
  return lastWeeks(1, column, options);
}

/** The last `length` local weeks, this one included. */
export function lastWeeks<Table extends string>(
  length: number,
  column: DateOf<Table>,
  { firstDay = "monday" }: WeekOptions = {},
): PeriodOf<Table> {
  const first = WEEKDAYS.indexOf(firstDay);
  if (first < 0) throw new ConfigError(`a week's firstDay is one of ${WEEKDAYS.join(", ")}, not ${firstDay}`);
  return { unit: "week", length, column, firstDay: first };
}

const WEEKDAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"] as const;

/** On which day weeks begin; on Monday where nothing is said. */
export interface WeekOptions {
  readonly firstDay?: (typeof WEEKDAYS)[number];
}

/** This quarter of the year, by the owner's local date. */
export function quarter<Table extends string>(column: DateOf<Table>): PeriodOf<Table> {
  return lastQuarters(1, column);
}

/** The last `length` quarters, this one included. */
export function lastQuarters<Table extends string>(length: number, column: DateOf<Table>): PeriodOf<Table> {
  return { unit: "quarter", length, column };
}

/** This year, by the owner's local date. */
export function year<Table extends string>(column: DateOf<Table>): PeriodOf<Table> {
  return lastYears(1, column);
}

/** The last `length` years, this one included. */
export function lastYears<Table extends string>(length: number, column: DateOf<Table>): PeriodOf<Table> {
  return { unit: "year", length, column };
}

export function isPeriod(given: unknown): given is PeriodOf<string> {
  return typeof given === "object" && given !== null && "unit" in given;
}

/** @param called the function that takes the period, as people write it */
export function dated(period: PeriodOf<string>, called: string): Period {
  if (!isPeriod(period))
    throw new ConfigError(`${called} takes a period, such as day(column) or trailingDays(7, column)`);
  const { column, ...calendar } = period;
  return { ...calendar, by: whenOf(column, `the period of ${called}`) };
}
