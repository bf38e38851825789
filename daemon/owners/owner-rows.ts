import type { Prepared, TextSession } from "../database/session.ts";
import type { OwnerTable } from "../plan/plan.ts";
import { ofOwners, spelled } from "../plan/owner-key.ts";
import { ownerRelation, ownerValue } from "../plan/owner-lookup.ts";
import { columnsOf } from "../plan/row-link.ts";

/** The columns of an owner's own row that its numbers depend on. */
export interface OwnerRow {
  readonly owner: string;
  /** Undefined if NULL. */
  readonly zone: string | undefined;
  /** Undefined if NULL, or if the configuration names no currency. */
  readonly currency: string | undefined;
}

/** The statement that reads owners' rows; $1 their keys. */
export function ownerRowsStatement(kind: string, table: OwnerTable): Prepared {
  const key = columnsOf("o", table.key);
  const currency = table.currency === undefined ? "null::text" : ownerValue(table.currency);
  return {
    name: `deltad_rows_${kind}`,
    text: `select ${spelled(key)}, ${ownerValue(table.timeZone)}, ${currency}
  from ${ownerRelation(table)} o
 where ${ofOwners(key, table.key)}`,
  };
}

/** Reads the rows of those owners that have one. */
export async function readOwnerRows(
  session: TextSession,
  statement: Prepared,
  owners: readonly string[],
): Promise<OwnerRow[]> {
  const rows = await session.rows(statement, [owners]);
  return rows.map(([owner, zone, currency]) => ({
    owner: owner ?? "",
    zone: zone ?? undefined,
    currency: currency ?? undefined,
  }));
}
