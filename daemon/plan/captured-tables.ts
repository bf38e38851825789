/** Which columns of which watched tables the definitions need. */
import { Column, is } from "drizzle-orm";
import { getTableConfig, type PgColumn, type PgTable } from "drizzle-orm/pg-core";
import { quoteIdentifier } from "../database/identifier.ts";
import { ownerPath, tableName } from "./owner-path.ts";
import { OWNER_SOURCE, type ParentTable, type WatchedTable } from "./watched-table.ts";
import { ConfigError } from "../config/errors.ts";
import type { CheckedConfig } from "./check-config.ts";
import { wideType } from "./column-type.ts";

/** Columns of a change table, and of the row `r`, that are not the watched table's. */
const RESERVED = new Set(["change_xid", "change_seq", "change_weight", "change_owner"]);

interface Captured {
  readonly source: string;
  readonly table: PgTable;
  readonly key: PgColumn;
  /** Names the owner, or a row of the first of the sources in between. */
  readonly link: PgColumn;
  readonly parents: readonly string[];
  readonly columns: Set<string>;
}

export class CapturedTables {
  readonly #tables = new Map<string, Captured>();

  constructor(config: CheckedConfig) {
    const { table, key, timeZone, currency } = config.owner;
    this.#add({ source: OWNER_SOURCE, table, key, link: key, parents: [], columns: new Set() });
    for (const column of [key, timeZone, currency]) if (is(column, Column)) this.reference(table, column);
    for (const name of Object.keys(config.sources)) this.#addSource(name, config);
  }

  /** @returns the name of the source that watches this table */
  sourceOf(table: PgTable): string {
    const captured = this.#tables.get(tableName(table));
    if (captured === undefined) throw new ConfigError(`table ${tableName(table)} is not one of the sources`);
    if (captured.source === OWNER_SOURCE)
      throw new ConfigError(`${tableName(table)} is the owner table: metrics are about the sources' rows`);
    return captured.source;
  }

  /** The table whose rows a lookup reads: a source's, or the owner table, with the name that it is watched under. */
  lookedUp(table: PgTable): { readonly source: string; readonly key: PgColumn } {
    const captured = this.#tables.get(tableName(table));
    if (captured === undefined)
      throw new ConfigError(`lookup(): table ${tableName(table)} is neither a source nor the owner table`);
    return captured;
  }

  /** The column that names the row's owner; undefined where other rows lie in between. */
  ownerOf(table: PgTable): PgColumn | undefined {
    const captured = this.#tables.get(tableName(table));
    return captured?.parents.length === 0 ? captured.link : undefined;
  }

  /** `r."name"`: from now on the column is captured. It must be a column of `table`. */
  reference(table: PgTable, column: PgColumn): string {
    const own = tableName(table);
    if (tableName(column.table) !== own)
      throw new ConfigError(`${tableName(column.table)}.${column.name} is a column of another table than ${own}`);
    if (RESERVED.has(column.name))
      throw new ConfigError(`${own}.${column.name}: deltad's change tables use this name themselves`);
    this.#tables.get(own)?.columns.add(column.name);
    return `r.${quoteIdentifier(column.name)}`;
  }

  /** The owner table first; columns in the order of the table. */
  watched(): readonly WatchedTable[] {
    const tables = [...this.#tables.values()];
    return tables.map(({ source, table, key, link, parents, columns }) => {
      const { schema, name, columns: all } = getTableConfig(table);
      const between = parents.flatMap((parent) => tables.filter((other) => other.source === parent).map(parentTable));
      return {
        source,
        schema: schema ?? "public",
        table: name,
        columns: all
          .filter((column) => columns.has(column.name))
          .map((column) => ({ name: column.name, type: wideType(column) })),
        key: key.name,
        owner: link.name,
        ...(between.length === 0 ? {} : { parents: between }),
      };
    });
  }

  #addSource(name: string, config: CheckedConfig): void {
    const { table, key } = config.sources[name] as CheckedConfig["sources"][string];
    const { link, parents } = ownerPath(name, config);
    this.#add({ source: name, table, key, link, parents, columns: new Set() });
    for (const column of [key, link]) this.reference(table, column);
  }

  #add(captured: Captured): void {
    const name = tableName(captured.table);
    const other = this.#tables.get(name);
    if (other !== undefined)
      throw new ConfigError(
        `${name} is watched twice, as ${other.source} and as ${captured.source}: a table is one source, with one key and one owner; take one of the two out`,
      );
    this.#tables.set(name, captured);
  }
}

function parentTable({ source, table, key, link }: Captured): ParentTable {
  const { schema, name } = getTableConfig(table);
  const next = { name: link.name, type: wideType(link) };
  return { source, schema: schema ?? "public", table: name, key: key.name, keyType: wideType(key), next };
}
