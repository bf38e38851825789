import type { PgTable } from "drizzle-orm/pg-core";
import type { When } from "../define/definition.ts";
import type { CapturedTables } from "./captured-tables.ts";
import { refuseUnknownZone } from "./check-config.ts";
import { dateType, refuseZone } from "./column-type.ts";
import type { Dated } from "./plan.ts";

/**
 * What says when something of a table's row is; its column is captured from now on.
 * @throws ConfigError where it says no date and no instant
 */
export function datedBy(table: PgTable, { column, zone }: When, tables: CapturedTables): Dated {
  const name = tables.use(table, column);
  if (zone === undefined) return { column: name, type: dateType(column) };
  refuseZone(column);
  refuseUnknownZone(zone, "at()");
  return { column: name, type: "timestamptz", zone };
}
