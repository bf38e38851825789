/**
 * A Drizzle table, a column and a condition, by what these types need of them. Not Drizzle's own classes: those of its CommonJS and its ESM
 * declarations are strangers to each other, and a configuration may be either.
 */
export interface TableOf<Name extends string> {
  readonly _: { readonly name: Name; readonly brand: "Table" };
}
/** A column of the table called `Table`, whose Drizzle class is `Kind`. */
export interface ColumnOf<Table extends string, Kind extends string = string> {
  readonly name: string;
  readonly _: { readonly tableName: Table; readonly columnType: Kind; readonly notNull: boolean };
}
/** Drizzle's ``sql`…` `` over a table's columns. */
export interface Expression extends Condition {
  readonly queryChunks: readonly unknown[];
}
/** The result of Drizzle's operators: `eq`, `and`, `isNotNull` and so on. */
export interface Condition {
  getSQL(): unknown;
}
