/** What says whose a row is: SQL of the column by which one kind of topics finds its rows, or of the key of its only topic. */
import { quoteIdentifier, quoteLiteral } from "../database/identifier.ts";
import { EVERY_ROW, WHOLE_KEY, type WatchedTable } from "./watched-table.ts";

/** @param row the alias of a row of the table, or of its changes */
export function linkOf({ owner }: WatchedTable, row: string): string {
  return owner === EVERY_ROW ? `${quoteLiteral(WHOLE_KEY)}::text` : `${row}.${quoteIdentifier(owner)}`;
}

/** The type in which it is captured. */
export function linkType({ owner, columns }: WatchedTable): string {
  return columns.find(({ name }) => name === owner)?.type ?? "text";
}

/** What a reset names, in the type of the column. The cast is for rows of this source alone, whatever the order of conditions. */
export function resetLink(table: WatchedTable, reset: string): string {
  return `case when ${reset}.source = ${quoteLiteral(table.source)} then ${reset}.owner::${linkType(table)} end`;
}
