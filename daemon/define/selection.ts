/** Which rows a metric is about, as its methods narrow them down. */
import type { SQL } from "drizzle-orm";
import type { PgTable } from "drizzle-orm/pg-core";
import type { Selection, SelectionTime } from "./definition.ts";
import { dated, type PeriodOf } from "./period.ts";
import type { Condition } from "./typed-table.ts";
import { type BoundOf, boundOf, type DateOf } from "./when.ts";

export function allOf(table: PgTable): Selection {
  return { table, conditions: [], time: { kind: "always" } };
}

export function narrowed(rows: Selection, condition: Condition | undefined): Selection {
  return condition === undefined ? rows : { ...rows, conditions: [...rows.conditions, condition as SQL] };
}

export function during(rows: Selection, period: PeriodOf<string>, each: boolean): Selection {
  return timed(rows, { kind: "during", period: dated(period, "during()"), each });
}

export function between(rows: Selection, from: BoundOf<string>, until: BoundOf<string>): Selection {
  return timed(rows, { kind: "while", from: boundOf(from, "while()"), until: boundOf(until, "while()") });
}

export function after(rows: Selection, due: DateOf<string>): Selection {
  return timed(rows, { kind: "while", from: boundOf(due, "overdue()"), until: undefined });
}

function timed(rows: Selection, time: SelectionTime): Selection {
  if (rows.time.kind !== "always")
    throw new TypeError("a metric has one during(), while(), overdue() or by(period), not two");
  return { ...rows, time };
}
