/**
 * Where the rows `r` of a select come from: the same columns in the same types, whether changes or the table itself, and beside them
 * `deltad_owner`, the owner's key as text, and `deltad_zone`. Rows without an owner that exists are none.
 */
import { type CapturedColumn, type OwnerKey, rowColumns, type WatchedTable } from "./watched-table.ts";
import { qualifiedName, quoteIdentifier } from "../database/identifier.ts";
import { isAmong, ofOwners, spelled } from "./owner-key.ts";
import { ownerRelation, ownerValue } from "./owner-lookup.ts";
import { type FoundOwner, foundOwner, joinedParents } from "./parent-rows.ts";
import type { OwnerTable } from "./plan.ts";
import { columnsOf, isNamed, linkOf, ownerTypes } from "./row-link.ts";

/** The row's owner, as the database prints its key. */
export const OWNER = "r.deltad_owner";
/** The time zone of the row's owner. */
export const ZONE = "r.deltad_zone";

/**
 * Changes: images weighted -1 and +1, in the statement's CTE `"delta_<source>"`. `wanted`, a parameter: text[], the owners to keep; null for
 * all of them. A subselect beside OR is hashed; `= any($4)` would compare each row with each owner.
 */
export function changedRows(
  table: WatchedTable,
  owner: OwnerTable,
  more: readonly string[] = [],
  wanted = WANTED,
): string {
  return changed(table, owner, more, wanted, () => []);
}

/** As {@link changedRows}, without the rows of which the batch can't say whose they were when they changed: their owners are read again. */
export function settledRows(
  table: WatchedTable,
  owner: OwnerTable,
  more: readonly string[] = [],
  wanted = WANTED,
): string {
  return changed(table, owner, more, wanted, ({ moved }) => (table.parents === undefined ? [] : [`not (${moved})`]));
}

/** The parameter of statements about one kind of topics; see `wantedOf` of capture/read-kind.ts for those about several. */
const WANTED = "$4";

/** `more`: columns of the change table to have beside the weight. */
function changed(
  table: WatchedTable,
  owner: OwnerTable,
  more: readonly string[],
  wanted: string,
  conditions: (found: FoundOwner) => readonly string[],
): string {
  const value = ({ name }: { readonly name: string }): string => `c.${quoteIdentifier(name)}`;
  const found = foundOwner(linkOf(table, "c"), table);
  const from = `${quoteIdentifier(`delta_${table.source}`)} c${found.joins}`;
  const key = asKey(found.owner, owner.key);
  const own = ["change_weight", ...more].map((name) => `c.${name}`);
  const asked = `(${wanted}::text[] is null or ${isAmong(key, owner.key, wanted)})`;
  const columns = [...table.columns.map((column) => ({ ...column, value: value(column) })), ...found.columns];
  return `${rows(owner, own.join(", "), columns, from, key)}
  where ${[...conditions(found), asked].join(" and ")}`;
}

/**
 * The rows of the table that are those owners', $1, each with weight 1. The conditions are about an {@link indexedColumn}, or its owner's,
 * `o`; all must hold.
 */
export function tableRows(table: WatchedTable, owner: OwnerTable, conditions: readonly string[]): string {
  const { joins, owner: named, columns: ofParents } = joinedParents(table);
  const types = ownerTypes(table);
  const key = named.map((value, at) => `${value}::${types[at]}`);
  const from = `${qualifiedName(table.schema, table.table)} t${joins}`;
  const own = table.columns.map((column) => ({ ...column, value: `t.${quoteIdentifier(column.name)}` }));
  const columns = [...own, ...ofParents].map((column) => ({ ...column, value: `${column.value}::${column.type}` }));
  return `${rows(owner, "1 as change_weight", columns, from, asKey(key, owner.key))}
  where ${[ofOwners(named, owner.key), ...conditions].join(" and ")}`;
}

function rows(
  owner: OwnerTable,
  own: string,
  columns: readonly (CapturedColumn & { readonly value: string })[],
  from: string,
  key: readonly string[],
): string {
  const named = columns.map(({ name, type, value }) => `${value}${collation(type)} as ${quoteIdentifier(name)}`);
  return `select ${own}, ${named.join(", ")},
    ${spelled(columnsOf("o", owner.key))} collate "C" as deltad_owner, ${ownerValue(owner.timeZone)} as deltad_zone
  from ${from}
  join ${ownerRelation(owner)} o on ${isNamed("o", owner.key, key)}`;
}

/** The table's own column or a parent's of that name in {@link tableRows}, for an index: uncast. */
export function indexedColumn(table: WatchedTable, name: string): string {
  const ofParent = joinedParents(table).columns.find((column) => column.name === name);
  return ofParent?.value ?? `t.${quoteIdentifier(name)}`;
}

/** @throws RangeError for a column that is not captured */
export function captured(table: WatchedTable, name: string): CapturedColumn {
  const column = rowColumns(table).find((candidate) => candidate.name === name);
  if (column === undefined) throw new RangeError(`${table.source} has no captured column ${name}`);
  return column;
}

/** Compares by the key's own operator, so that the key's index serves. */
function asKey(values: readonly string[], key: OwnerKey): readonly string[] {
  return values.map((value, at) => {
    const type = key[at]?.type ?? "text";
    return AS_CAPTURED.has(type) ? value : `${value}::${type}`;
  });
}

/** These compare with the change table's wide types as they are; a cast to a narrow integer could overflow on an orphaned row. */
const AS_CAPTURED: ReadonlySet<string> = new Set(["smallint", "integer", "bigint", "numeric", "uuid", "text"]);

/** @throws RangeError for a source that the plan does not have */
export function watchedBy(plan: { readonly tables: readonly WatchedTable[] }, source: string): WatchedTable {
  const table = plan.tables.find((candidate) => candidate.source === source);
  if (table === undefined) throw new RangeError(`the plan has no source ${source}`);
  return table;
}

/** Text compares byte by byte, the same in load and delta whatever the column's own collation. */
export function collation(type: string): string {
  return type.startsWith("text") ? ` collate "C"` : "";
}
