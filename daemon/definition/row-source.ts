/** Where the rows `r` of a select come from: the same columns in the same types, whether changes or the table itself. */
import type { WatchedTable } from "../capture/watched-table.ts";
import { qualifiedName, quoteIdentifier } from "../database/identifier.ts";
import type { OwnerTable, Plan } from "./plan.ts";

/** Changes: images weighted -1 and +1, in the statement's CTE `"delta_<source>"`. */
export function changedRows(table: WatchedTable): string {
  const columns = table.columns.map(
    ({ name, type }) => `c.${quoteIdentifier(name)}${collation(type)} as ${quoteIdentifier(name)}`,
  );
  return `select c.change_weight, c.${quoteIdentifier(table.owner)} as change_owner, ${columns.join(", ")}\n  from ${quoteIdentifier(`delta_${table.source}`)} c`;
}

/** The rows of the table, each with weight 1. The conditions are about its own columns, `t`, and all must hold. */
export function tableRows(table: WatchedTable, conditions: readonly string[]): string {
  const columns = table.columns.map(
    ({ name, type }) => `t.${quoteIdentifier(name)}::${type}${collation(type)} as ${quoteIdentifier(name)}`,
  );
  const owner = table.columns.find(({ name }) => name === table.owner);
  return `select 1 as change_weight, t.${quoteIdentifier(table.owner)}::${owner?.type ?? "text"} as change_owner, ${columns.join(", ")}
  from ${qualifiedName(table.schema, table.table)} t
  where ${conditions.join(" and ")}`;
}

/** The owners asked for, by an index on the column: a condition on the table's own column, uncast. */
export function ofOwners(column: string, owner: OwnerTable): string {
  return `${column} = any($1::${owner.keyType}[])`;
}

/** Joins a row to its owner `o`, by the key's own operator so that the key's index serves. */
export function ownerJoin(owner: OwnerTable): string {
  // These compare with the change table's wide types as they are; a cast to a narrow integer could overflow on an orphaned row.
  const comparable = ["smallint", "integer", "bigint", "numeric", "uuid", "text"].includes(owner.keyType);
  return `join ${qualifiedName(owner.schema, owner.table)} o on o.${quoteIdentifier(owner.key)} = r.change_owner${comparable ? "" : `::${owner.keyType}`}`;
}

/** @throws RangeError for a source that the plan does not have */
export function watchedBy(plan: Plan, source: string): WatchedTable {
  const table = plan.tables.find((candidate) => candidate.source === source);
  if (table === undefined) throw new RangeError(`the plan has no source ${source}`);
  return table;
}

/** Text compares byte by byte, the same in load and delta whatever the column's own collation. */
function collation(type: string): string {
  return type.startsWith("text") ? ` collate "C"` : "";
}
