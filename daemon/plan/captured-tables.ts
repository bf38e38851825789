/** Which columns of which watched tables the definitions need. */
import { Column, is } from "drizzle-orm";
import { getTableConfig, type PgColumn, type PgTable } from "drizzle-orm/pg-core";
import { quoteIdentifier } from "../database/identifier.ts";
import { ownerPath, tableName } from "./owner-path.ts";
import { OWNER_SOURCE, type ParentTable, type WatchedTable } from "./watched-table.ts";
import { ConfigError } from "../config/errors.ts";
import type { CheckedConfig } from "./check-config.ts";
import { findsRows, wideType } from "./column-type.ts";
import type { OwnerLookup } from "./plan.ts";

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
  /** What its rows use of their parents, by the name that it has in them. */
  readonly ofParents: Map<string, UsedOfParent>;
  /** Columns of the owner table that name its rows, which are nobody's. */
  readonly namedBy?: Set<string>;
}

interface UsedOfParent {
  readonly source: string;
  readonly column: PgColumn;
  readonly counts: boolean;
}

/** Of a name in PostgreSQL, in bytes. */
const LONGEST_NAME = 63;

export class CapturedTables {
  readonly #tables = new Map<string, Captured>();
  readonly #owner: CheckedConfig["owner"];

  constructor(config: CheckedConfig) {
    const { table, key, timeZone, currency } = config.owner;
    this.#owner = config.owner;
    this.#add({ source: OWNER_SOURCE, table, key, link: key, parents: [] });
    for (const column of [key, timeZone, currency]) if (is(column, Column)) this.reference(table, column);
    for (const name of Object.keys(config.sources)) this.#addSource(name, config);
  }

  /** @returns the name of the source that watches this table */
  sourceOf(table: PgTable): string {
    const captured = this.#tables.get(tableName(table));
    if (captured === undefined) throw new ConfigError(`table ${tableName(table)} is not one of the sources`);
    if (captured.source === OWNER_SOURCE)
      throw new ConfigError(`${tableName(table)} is the owner table: metrics are about the sources' rows`);
    this.#refuseNobodys(captured);
    return captured.source;
  }

  /** The table whose rows a lookup reads: a source's, or the owner table, with the name that it is watched under. */
  lookedUp(table: PgTable): { readonly source: string; readonly key: PgColumn } {
    const captured = this.#tables.get(tableName(table));
    if (captured === undefined)
      throw new ConfigError(`lookup(): table ${tableName(table)} is neither a source nor the owner table`);
    this.#refuseNobodys(captured);
    return captured;
  }

  /** What owners have of a row that they name in the column `by`. */
  ownerLookup({ column, by }: { readonly column: PgColumn; readonly by: PgColumn }): OwnerLookup {
    const table = tableName(column.table);
    const found = this.#tables.get(table);
    if (found?.namedBy === undefined)
      throw new ConfigError(
        `lookup(): ${table} must be one of the sources, with its table and key and without an owner: its rows are nobody's`,
      );
    refuseUnfound(by, found);
    if (wideType(column) !== "text")
      throw new ConfigError(`lookup(): ${column.name} is ${wideType(column)}, not text; take a column of text`);
    this.use(column.table, column);
    found.namedBy.add(this.use(this.#owner.table, by));
    const { schema, name } = getTableConfig(found.table);
    const { source, key } = found;
    return { source, schema: schema ?? "public", table: name, key: key.name, by: by.name, column: column.name };
  }

  /** The column that names the owner: the row's own, or that of the last row in between. */
  ownerOf(table: PgTable): PgColumn | undefined {
    const captured = this.#tables.get(tableName(table));
    const last = captured?.parents.at(-1);
    return last === undefined ? captured?.link : this.#source(last)?.link;
  }

  /** `r."name"`; see {@link use}. */
  reference(table: PgTable, column: PgColumn): string {
    return `r.${quoteIdentifier(this.use(table, column))}`;
  }

  /**
   * From now on the column is captured. It is one of `table`, or of a table through which its rows find their owner.
   * @param only what an event tells of a parent is captured for that alone: a change of it concerns nobody
   * @returns its name in a row `r` of the table
   */
  use(table: PgTable, column: PgColumn, only?: "told"): string {
    const own = tableName(table);
    if (tableName(column.table) !== own) return this.#useOfParent(table, column, only !== "told");
    if (RESERVED.has(column.name))
      throw new ConfigError(`${own}.${column.name}: deltad's change tables use this name themselves`);
    this.#tables.get(own)?.columns.add(column.name);
    return column.name;
  }

  /** The owner table first; columns in the order of the table. */
  watched(): readonly WatchedTable[] {
    const tables = [...this.#tables.values()];
    return tables.map((captured) => {
      const { source, table, key, link, parents, columns, namedBy } = captured;
      const { schema, name, columns: all } = getTableConfig(table);
      const between = parents.flatMap((parent) => parentTable(captured, this.#source(parent)));
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
        ...(namedBy && { namedIn: this.#namedIn(namedBy) }),
      };
    });
  }

  #addSource(name: string, config: CheckedConfig): void {
    const { table, key } = config.sources[name] as CheckedConfig["sources"][string];
    const { link, parents, isNobodys } = ownerPath(name, config);
    this.#add({ source: name, table, key, link, parents, ...(isNobodys && { namedBy: new Set() }) });
    for (const column of [key, link]) this.reference(table, column);
  }

  #refuseNobodys({ source, namedBy }: Captured): void {
    if (namedBy !== undefined)
      throw new ConfigError(`rows of ${source} are nobody's: owners have a time zone or a currency of them, no more`);
  }

  #namedIn(by: ReadonlySet<string>): Required<WatchedTable>["namedIn"] {
    const { table, key } = this.#owner;
    const { schema, name } = getTableConfig(table);
    return { schema: schema ?? "public", table: name, key: key.name, by: [...by] };
  }

  #source(called: string): Captured | undefined {
    return [...this.#tables.values()].find(({ source }) => source === called);
  }

  #useOfParent(table: PgTable, column: PgColumn, counts: boolean): string {
    const [own, other] = [tableName(table), tableName(column.table)];
    const { parents = [], ofParents } = this.#tables.get(own) ?? {};
    const parent = this.#tables.get(other);
    if (parent === undefined || ofParents === undefined || !parents.includes(parent.source)) {
      const through = parents.flatMap((name) => tableName(this.#source(name)?.table ?? table));
      const usable =
        through.length === 0 ? "" : `, and none of ${through.join(" and ")}, through which its rows find their owner`;
      throw new ConfigError(`${other}.${column.name} is a column of another table than ${own}${usable}`);
    }
    this.use(column.table, column);
    const name = `${parent.source}.${column.name}`;
    if (Buffer.byteLength(name) > LONGEST_NAME || getTableConfig(table).columns.some((taken) => taken.name === name))
      throw new ConfigError(
        `${own}: its rows can't have a column ${name}; give the source ${parent.source} another name, a short one`,
      );
    ofParents.set(name, { source: parent.source, column, counts: counts || ofParents.get(name)?.counts === true });
    return name;
  }

  #add(added: Omit<Captured, "columns" | "ofParents">): void {
    const captured = { ...added, columns: new Set<string>(), ofParents: new Map<string, UsedOfParent>() };
    const name = tableName(captured.table);
    const other = this.#tables.get(name);
    if (other !== undefined)
      throw new ConfigError(
        `${name} is watched twice, as ${other.source} and as ${captured.source}: a table is one source, with one key and one owner; take one of the two out`,
      );
    this.#tables.set(name, captured);
  }
}

/** @throws ConfigError where the column's values can't be keys of the table's rows */
export function refuseUnfound(by: PgColumn, { source, key }: Pick<Captured, "source" | "key">): void {
  if (!findsRows(by, key))
    throw new ConfigError(
      `lookup(): ${by.name} is ${by.getSQLType()} and ${key.name}, the key of ${source}, ${key.getSQLType()}: rows are found by numbers, uuid, text or varchar, both of one kind`,
    );
}

function parentTable(child: Captured, parent: Captured | undefined): ParentTable[] {
  if (parent === undefined) return [];
  const { source, table, key, link } = parent;
  const { schema, name } = getTableConfig(table);
  const next = { name: link.name, type: wideType(link) };
  const columns = [...child.ofParents].flatMap(([as, { source: of, column, counts }]) =>
    of === source ? [{ name: column.name, type: wideType(column), as, counts }] : [],
  );
  return [{ source, schema: schema ?? "public", table: name, key: key.name, keyType: wideType(key), next, columns }];
}
