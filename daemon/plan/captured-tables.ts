/** Which columns of which watched tables the definitions need. */
import { Column, is } from "drizzle-orm";
import { getTableConfig, type PgColumn, type PgTable } from "drizzle-orm/pg-core";
import {
  capturedColumn,
  type CapturedColumns,
  capturedOf,
  namesOf,
  refuseReserved,
  tablePlace,
} from "./captured-columns.ts";
import { quoteIdentifier } from "../database/identifier.ts";
import { tableName } from "../define/drizzle-value.ts";
import { ownerPath } from "./owner-path.ts";
import { ownerKey, type RowKey, rowKey } from "./row-key.ts";
import { EVERY_ROW, linkName, type ParentTable, type WatchedTable } from "./watched-table.ts";
import { ConfigError } from "../config/errors.ts";
import type { KindConfig, KindSource } from "./kind-config.ts";
import { findsRows, wideType } from "./column-type.ts";
import type { OwnerLookup } from "./plan.ts";

interface Captured {
  readonly source: string;
  readonly table: PgTable;
  readonly key: RowKey;
  /** What names the owner, or a row of the first of the sources in between; none: nothing need. */
  readonly link: readonly PgColumn[];
  readonly parents: readonly string[];
  /** What its rows use of their parents, by the name that it has in them. */
  readonly ofParents: Map<string, UsedOfParent>;
  /** Columns of the owner table that name its rows, which are nobody's; and those that owners have of them. */
  readonly namedBy?: Set<string>;
  readonly shown?: Set<string>;
}

interface UsedOfParent {
  readonly source: string;
  readonly column: PgColumn;
  readonly counts: boolean;
}

/** Of a name in PostgreSQL, in bytes. */
const LONGEST_NAME = 63;

/** The watched tables as one kind of topics sees them. */
export class CapturedTables {
  readonly kind: KindConfig;
  readonly #columns: CapturedColumns;
  readonly #tables = new Map<string, Captured>();
  /** Columns of its own table that this kind asks for: what it shows follows from them without any change of a source's row. */
  readonly #dimensions = new Set<string>();
  /** Tables that this kind's definitions are about. */
  readonly #told = new Set<string>();

  constructor(kind: KindConfig, columns: CapturedColumns) {
    this.kind = kind;
    this.#columns = columns;
    const { own, timeZone, currency, sources } = kind;
    if (own !== undefined) {
      const { source, table, key } = own;
      this.#add({ source, table, key, link: key, parents: [] });
      for (const column of [...key, timeZone, currency]) if (is(column, Column)) this.reference(table, column);
    }
    for (const name of Object.keys(sources)) this.#addSource(name);
  }

  /** Of its own table, in the order in which they were asked for. */
  get dimensions(): readonly string[] {
    return [...this.#dimensions];
  }

  /** @returns the name of the source that watches this table */
  sourceOf(table: PgTable): string {
    const name = tableName(table);
    const { name: kind, own, unlinked } = this.kind;
    const captured = this.#tables.get(name);
    const source = unlinked.get(name);
    if (source !== undefined)
      throw new ConfigError(
        `sources.${source} says of no row which ${kind} it is about: add ${kind}: there, with the column that names it`,
      );
    if (captured === undefined) throw new ConfigError(`table ${name} is not one of the sources`);
    if (captured.source === own?.source)
      throw new ConfigError(`${name} is the ${kind} table: metrics are about the sources' rows`);
    this.#refuseNobodys(captured);
    this.#tell(captured);
    return captured.source;
  }

  /** The table whose rows a lookup reads: a source's, or the owner table, with the name that it is watched under. */
  lookedUp(table: PgTable): { readonly source: string; readonly key: PgColumn } {
    const captured = this.#tables.get(tableName(table));
    if (captured === undefined)
      throw new ConfigError(
        `lookup(): table ${tableName(table)} is neither a source with ${this.kind.name}: nor the ${this.kind.name} table`,
      );
    this.#refuseNobodys(captured);
    if (captured.source === this.kind.own?.source && captured.key.length > 1)
      throw new ConfigError(
        `lookup(): the key of ${tableName(table)} has several columns, and rows are found by one: events tell nothing of the ${this.kind.name} table; keep what they tell in their own`,
      );
    this.#tell(captured);
    return { source: captured.source, key: singleKey(captured) };
  }

  /** What tells a source's rows apart. */
  keyOf(table: PgTable): readonly PgColumn[] {
    return this.#tables.get(tableName(table))?.key ?? [];
  }

  /** What owners have of a row that they name in the column `by`. */
  ownerLookup({ column, by }: { readonly column: PgColumn; readonly by: PgColumn }): OwnerLookup {
    const table = tableName(column.table);
    const found = this.#tables.get(table);
    const { own } = this.kind;
    if (found?.namedBy === undefined || own === undefined)
      throw new ConfigError(
        `lookup(): ${table} must be one of the sources, with its table and key and without an owner: its rows are nobody's`,
      );
    const key = singleKey(found);
    refuseUnfound(by, { source: found.source, key });
    if (wideType(column) !== "text")
      throw new ConfigError(`lookup(): ${column.name} is ${wideType(column)}, not text; take a column of text`);
    found.shown?.add(this.use(column.table, column));
    found.namedBy.add(this.use(own.table, by));
    return {
      source: found.source,
      ...tablePlace(found.table),
      key: key.name,
      by: by.name,
      column: column.name,
    };
  }

  /** The columns that name the owner: the row's own, or those of the last row in between. */
  ownerOf(table: PgTable): readonly PgColumn[] {
    const captured = this.#tables.get(tableName(table));
    const last = captured?.parents.at(-1);
    return (last === undefined ? captured : this.#source(last))?.link ?? [];
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
    refuseReserved(table, column);
    if (this.#tables.has(own)) this.#columnsOf(own).add(column.name);
    if (this.kind.own && own === tableName(this.kind.own.table)) this.#dimensions.add(column.name);
    return column.name;
  }

  /** Its own table first; columns in the order of the table. To be called when all kinds have asked for theirs. */
  watched(): readonly WatchedTable[] {
    const all = [...this.#tables.values()];
    const tables = this.kind.own === undefined ? all.filter(({ table }) => this.#told.has(tableName(table))) : all;
    return tables.map((captured) => {
      const { source, table, key, link, parents, namedBy } = captured;
      const between = parents.flatMap((parent) => parentTable(captured, this.#source(parent)));
      return {
        source,
        ...capturedOf(table, this.#columnsOf(tableName(table))),
        key: namesOf(key),
        owner: link.length === 0 ? EVERY_ROW : namesOf(link),
        ...(between.length === 0 ? {} : { parents: between }),
        ...(namedBy && { namedIn: this.#namedIn(captured) }),
      };
    });
  }

  #addSource(name: string): void {
    const { table, key: declared } = this.kind.sources[name] as KindSource;
    const key = rowKey(declared);
    const { link, parents, isNobodys } = ownerPath(name, this.kind);
    this.#add({ source: name, table, key, link, parents, ...(isNobodys && { namedBy: new Set(), shown: new Set() }) });
    if (link.length > 0) for (const column of [...key, ...link]) this.reference(table, column);
  }

  #tell({ table, key }: Captured): void {
    this.#told.add(tableName(table));
    for (const column of key) this.reference(table, column);
  }

  #refuseNobodys({ source, namedBy }: Captured): void {
    if (namedBy !== undefined)
      throw new ConfigError(`rows of ${source} are nobody's: owners have a time zone or a currency of them, no more`);
  }

  #namedIn({ namedBy = new Set(), shown = new Set() }: Captured): WatchedTable["namedIn"] {
    const { own } = this.kind;
    if (own === undefined) return undefined;
    return {
      ...tablePlace(own.table),
      key: ownerKey(own.key),
      by: [...namedBy],
      shown: [...shown],
    };
  }

  #source(called: string): Captured | undefined {
    return [...this.#tables.values()].find(({ source }) => source === called);
  }

  #columnsOf(table: string): Set<string> {
    const columns = this.#columns.get(table) ?? new Set();
    this.#columns.set(table, columns);
    return columns;
  }

  #useOfParent(table: PgTable, column: PgColumn, counts: boolean): string {
    const [own, other] = [tableName(table), tableName(column.table)];
    const { parents = [], ofParents } = this.#tables.get(own) ?? {};
    const parent = this.#tables.get(other);
    if (parent === undefined || ofParents === undefined || !parents.includes(parent.source)) {
      const through = parents.flatMap((name) => tableName(this.#source(name)?.table ?? table));
      const usable =
        through.length === 0
          ? ""
          : `, and none of ${through.join(" and ")}, through which its rows find their ${this.kind.name}`;
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

  #add(added: Omit<Captured, "ofParents">): void {
    this.#tables.set(tableName(added.table), { ...added, ofParents: new Map() });
  }
}

/** What is captured for all kinds: each table once. */
export function mergedTables(kinds: readonly (readonly WatchedTable[])[]): readonly WatchedTable[] {
  const merged = new Map<string, WatchedTable>();
  for (const { parents: _, namedIn: __, ...table } of kinds.flat()) {
    const { links, ...other } = merged.get(table.source) ?? table;
    const all = [...(links ?? [other.owner]), table.owner].map((link) => [linkName(link), link] as const);
    const different = [...new Map(all).values()];
    merged.set(table.source, different.length === 1 ? other : { ...other, links: different });
  }
  return [...merged.values()];
}

/** @throws ConfigError where rows can't be found by one column */
function singleKey({ source, key }: Pick<Captured, "source" | "key">): PgColumn {
  const [column, ...others] = key;
  if (others.length === 0) return column;
  throw new ConfigError(
    `the key of ${source} has several columns, and rows are found by one: name a unique column, such as an identity column or one generated from the key, as sources.${source}.key`,
  );
}

/** @throws ConfigError where the column's values can't be keys of the table's rows */
export function refuseUnfound(
  by: PgColumn,
  { source, key }: { readonly source: string; readonly key: PgColumn },
): void {
  if (!findsRows(by, key))
    throw new ConfigError(
      `lookup(): ${by.name} is ${by.getSQLType()} and ${key.name}, the key of ${source}, ${key.getSQLType()}: rows are found by numbers, uuid, text or varchar, both of one kind`,
    );
}

function parentTable(child: Captured, parent: Captured | undefined): readonly ParentTable[] {
  if (parent === undefined) return [];
  const { source, table } = parent;
  const columns = [...child.ofParents].flatMap(([as, { source: of, column, counts }]) =>
    of === source ? [{ ...capturedColumn(column), as, counts }] : [],
  );
  const [key, next] = [parent.key.map(capturedColumn), parent.link.map(capturedColumn)];
  return [{ source, ...tablePlace(table), key, next, columns }];
}
