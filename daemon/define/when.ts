/** What says when something is: columns, timestamps whose zone the configuration says, and bounds that may be missing. */
import { ConfigError } from "../config/errors.ts";
import type { Bound, When } from "./definition.ts";
import { columnOf } from "./drizzle-value.ts";
import type { ColumnOf } from "./typed-table.ts";

export type InstantKind = `Pg${"Timestamp" | "TimestampString" | "CustomColumn"}`;
export type DateKind = InstantKind | `Pg${"Date" | "DateString"}`;

/** A `timestamp` without time zone, with the zone in which it is meant; see {@link at}. */
export interface At<Table extends string> {
  readonly column: ColumnOf<Table, InstantKind>;
  readonly zone: string;
}

/** A bound that may be missing; see {@link openIfNull}. */
export interface Open<Table extends string> {
  readonly openIfNull: DateOf<Table>;
}

/** An instant of the row. */
export type InstantOf<Table extends string> = ColumnOf<Table, InstantKind> | At<Table>;

/** An instant of the row, or a date of its owner's calendar. */
export type DateOf<Table extends string> = ColumnOf<Table, DateKind> | At<Table>;

/** Where the time of a row begins or ends. */
export type BoundOf<Table extends string> = DateOf<Table> | Open<Table>;

/**
 * A `timestamp` without time zone as the instant that it is in a zone: `at(orders.placedAt, "UTC")`. Where clocks go back, a time that comes
 * twice is the second one, as PostgreSQL has it.
 */
export function at<Table extends string>(column: ColumnOf<Table, InstantKind>, zone: string): At<Table> {
  return { column, zone };
}

/** A bound of `while` of which NULL means that there is none: `while(rentals.takenAt, openIfNull(rentals.returnedAt))` for what is still out. */
export function openIfNull<Table extends string>(bound: DateOf<Table>): Open<Table> {
  return { openIfNull: bound };
}

/** @param called the function that takes it, as people write it */
export function whenOf(given: DateOf<string>, called: string): When {
  if (typeof given !== "object" || given === null || !("zone" in given))
    return { column: columnOf(given, called), zone: undefined };
  if (typeof given.zone !== "string") throw new ConfigError(`at() takes a column and the name of its zone, as "UTC"`);
  return { column: columnOf(given.column, "at()"), zone: given.zone };
}

export function boundOf(given: BoundOf<string>, called: string): Bound {
  const isOpen = typeof given === "object" && given !== null && "openIfNull" in given;
  return { ...(isOpen ? whenOf(given.openIfNull, "openIfNull()") : whenOf(given, called)), isOpen };
}
