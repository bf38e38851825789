/** How a source says whose its rows are, where no column of theirs names the owner itself. */
import type { PgColumn, PgTable } from "drizzle-orm/pg-core";
import { columnOf, tableOf } from "./drizzle-value.ts";
import type { ColumnOf, TableOf } from "./typed-table.ts";

/** Where what was declared is found in a {@link Through}. */
export const ownerThrough: unique symbol = Symbol("ownerThrough");

export interface ThroughDefinition {
  /** The columns of the source's own table that name a row of the other, in the order of that one's key. */
  readonly link: readonly PgColumn[];
  readonly parent: PgTable;
}

/** The result of {@link through}. */
export interface Through {
  readonly [ownerThrough]: ThroughDefinition;
}

/**
 * The row's owner is that of another row, as a payment's is its customer's: `owner: through(payments.customerId, customers)`. At most two
 * tables lie between a row and its owner.
 * @param link the column that holds the other row's key; of a key of several columns a list, in their order, as
 * `through([payments.tenantId, payments.customerNo], customers)`
 * @param parent the other row's table: a source as well, which says in turn whose its rows are
 */
export function through(
  link: ColumnOf<string> | readonly [ColumnOf<string>, ...ColumnOf<string>[]],
  parent: TableOf<string>,
): Through {
  const columns = Array.isArray(link) ? (link as readonly unknown[]) : [link];
  return {
    [ownerThrough]: {
      link: columns.map((column) => columnOf(column, "through()")),
      parent: tableOf(parent, "through()"),
    },
  };
}

/** A column as {@link parent} gives it: of whatever table's rows. */
export interface ParentColumn<Column extends ColumnOf<string>> extends ColumnOf<never> {
  readonly _: {
    readonly tableName: never;
    readonly columnType: Column["_"]["columnType"];
    readonly notNull: Column["_"]["notNull"];
  };
}

/**
 * A column of a row through which rows find their owner, where one of theirs is expected: `count(payments).by(parent(customers.city))`,
 * `during(day(parent(orders.placedAt)))`. Conditions and expressions take such columns as they are.
 */
export function parent<Column extends ColumnOf<string>>(column: Column): ParentColumn<Column> {
  return columnOf(column, "parent()") as unknown as ParentColumn<Column>;
}

export function isThrough(value: unknown): value is Through {
  return typeof value === "object" && value !== null && ownerThrough in value;
}
