/**
 * What says whose a row is: SQL of the columns by which one kind of topics finds its rows, or of the key of its only topic; and of rows of
 * parents, which are named by the columns of their key.
 */
import { quoteIdentifier, quoteLiteral } from "../database/identifier.ts";
import { type CapturedColumn, EVERY_ROW, linkColumns, WHOLE_KEY, type WatchedTable } from "./watched-table.ts";

/** @param row the alias of a row of the table, or of its changes */
export function linkOf({ owner }: WatchedTable, row: string): readonly string[] {
  if (owner === EVERY_ROW) return [`${quoteLiteral(WHOLE_KEY)}::text`];
  return linkColumns(owner).map((name) => `${row}.${quoteIdentifier(name)}`);
}

/** The types in which they are captured. */
export function linkTypes({ owner, columns }: WatchedTable): readonly string[] {
  if (owner === EVERY_ROW) return ["text"];
  return linkColumns(owner).map((name) => columns.find((column) => column.name === name)?.type ?? "text");
}

/** The types in which the table's rows, or the last of their parents, have the columns that name the owner. */
export function ownerTypes(table: WatchedTable): readonly string[] {
  return table.parents?.at(-1)?.next.map(({ type }) => type) ?? linkTypes(table);
}

/** What a reset names, in the types of the columns. The casts are for rows of this source alone, whatever the order of conditions. */
export function resetLink(table: WatchedTable, reset: string): readonly string[] {
  const types = linkTypes(table);
  return types.map((type, at) => {
    const value = types.length === 1 ? `${reset}.owner` : `(${reset}.owner::jsonb ->> ${at})`;
    return `case when ${reset}.source = ${quoteLiteral(table.source)} then ${value}::${type} end`;
  });
}

/** What several columns hold as one text, as triggers write it to resets where none is NULL; of one column its text. */
export function linkText(values: readonly string[]): string {
  const [only] = values;
  if (values.length === 1 && only !== undefined) return `${only}::text`;
  return `jsonb_build_array(${values.map((value) => `${value}::text`).join(", ")})::text`;
}

/** Equal keys have equal texts. */
export function keyText(values: readonly string[], key: readonly CapturedColumn[]): string {
  return linkText(values.map((value, at) => (key[at]?.type === "numeric" ? `trim_scale(${value})` : value)));
}

/** Uncast, for an index. */
export function columnsOf(row: string, columns: readonly CapturedColumn[]): readonly string[] {
  return columns.map(({ name }) => `${row}.${quoteIdentifier(name)}`);
}

/** Whether a row is the one that is named by these values of its key. */
export function isNamed(row: string, key: readonly CapturedColumn[], values: readonly string[]): string {
  return columnsOf(row, key)
    .map((column, at) => `${column} = ${values[at]}`)
    .join(" and ");
}

/** A row that leaves one of the columns open names nothing, as a foreign key has it. */
export function isKnown(values: readonly string[]): string {
  return values.map((value) => `${value} is not null`).join(" and ");
}

/** Values under the names `key0`, `key1` …, as {@link placesOf} reads them. */
export function placed(name: string, values: readonly string[]): string {
  return values.map((value, at) => `${value} as ${name}${at}`).join(", ");
}

export function placesOf(row: string, name: string, values: readonly unknown[]): readonly string[] {
  return values.map((_, at) => `${row}.${name}${at}`);
}
