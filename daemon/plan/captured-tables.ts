/** Which columns of which watched tables the definitions need. */
import { Column, is } from "drizzle-orm";
import { getTableConfig, type PgColumn, type PgTable } from "drizzle-orm/pg-core";
import { quoteIdentifier } from "../database/identifier.ts";
import { OWNER_SOURCE, type WatchedTable } from "./watched-table.ts";
import { ConfigError } from "../config/errors.ts";
import type { CheckedConfig } from "./check-config.ts";
import { wideType } from "./column-type.ts";

/** Columns of a change table, and of the row `r`, that are not the watched table's. */
const RESERVED = new Set(["change_xid", "change_seq", "change_weight", "change_owner"]);

interface Captured {
  readonly source: string;
  readonly table: PgTable;
  readonly key: PgColumn;
  readonly owner: PgColumn;
  readonly columns: Set<string>;
}

export class CapturedTables {
  readonly #tables = new Map<string, Captured>();

  constructor(config: CheckedConfig) {
    const { table, key, timeZone, currency } = config.owner;
    this.#add({ source: OWNER_SOURCE, table, key, owner: key, columns: new Set() });
    for (const column of [key, timeZone, currency]) if (is(column, Column)) this.reference(table, column);
    for (const [name, source] of Object.entries(config.sources)) this.#addSource(name, source);
  }

  /** @returns the name of the source that watches this table */
  sourceOf(table: PgTable): string {
    const captured = this.#tables.get(nameOf(table));
    if (captured === undefined) throw new ConfigError(`table ${nameOf(table)} is not one of the sources`);
    if (captured.source === OWNER_SOURCE)
      throw new ConfigError(`${nameOf(table)} is the owner table: metrics are about the sources' rows`);
    return captured.source;
  }

  /** The table whose rows a lookup reads: a source's, or the owner table, with the name that it is watched under. */
  lookedUp(table: PgTable): { readonly source: string; readonly key: PgColumn } {
    const captured = this.#tables.get(nameOf(table));
    if (captured === undefined)
      throw new ConfigError(`lookup(): table ${nameOf(table)} is neither a source nor the owner table`);
    return captured;
  }

  /** The column that names the row's owner. */
  ownerOf(table: PgTable): PgColumn | undefined {
    return this.#tables.get(nameOf(table))?.owner;
  }

  /** `r."name"`: from now on the column is captured. It must be a column of `table`. */
  reference(table: PgTable, column: PgColumn): string {
    const own = nameOf(table);
    if (nameOf(column.table) !== own)
      throw new ConfigError(`${nameOf(column.table)}.${column.name} is a column of another table than ${own}`);
    if (RESERVED.has(column.name))
      throw new ConfigError(`${own}.${column.name}: deltad's change tables use this name themselves`);
    this.#tables.get(own)?.columns.add(column.name);
    return `r.${quoteIdentifier(column.name)}`;
  }

  /** The owner table first; columns in the order of the table. */
  watched(): readonly WatchedTable[] {
    return [...this.#tables.values()].map(({ source, table, key, owner, columns }) => {
      const { schema, name, columns: all } = getTableConfig(table);
      return {
        source,
        schema: schema ?? "public",
        table: name,
        columns: all
          .filter((column) => columns.has(column.name))
          .map((column) => ({ name: column.name, type: wideType(column) })),
        key: key.name,
        owner: owner.name,
      };
    });
  }

  #addSource(name: string, { table, key, owner }: CheckedConfig["sources"][string]): void {
    this.#add({ source: name, table, key, owner, columns: new Set() });
    for (const column of [key, owner]) this.reference(table, column);
  }

  #add(captured: Captured): void {
    const name = nameOf(captured.table);
    const other = this.#tables.get(name);
    if (other !== undefined)
      throw new ConfigError(
        `${name} is watched twice, as ${other.source} and as ${captured.source}: a table is one source, with one key and one owner; take one of the two out`,
      );
    this.#tables.set(name, captured);
  }
}

function nameOf(table: PgTable): string {
  const { schema, name } = getTableConfig(table);
  return `${schema ?? "public"}.${name}`;
}
