/** The tables from which channels have their rows, and who may see them, beside those of topics with metrics. */
import type { PgColumn, PgTable } from "drizzle-orm/pg-core";
import { ConfigError } from "../config/errors.ts";
import { quoteIdentifier } from "../database/identifier.ts";
import { tableName } from "../define/drizzle-value.ts";
import { type CapturedColumns, capturedOf, namesOf, refuseReserved } from "./captured-columns.ts";
import type { KindConfig } from "./kind-config.ts";
import { rowKey } from "./row-key.ts";
import type { WatchedTable } from "./watched-table.ts";

interface Known {
  readonly source: string;
  /** Undefined: nothing tells its rows apart. */
  readonly key: readonly PgColumn[] | undefined;
}

/** A table as one kind of channels sees it. */
interface Fed {
  readonly table: PgTable;
  readonly channel: PgColumn;
}

export class ChannelTables {
  readonly #columns: CapturedColumns;
  /** What each table is watched as, by its name. */
  readonly #known = new Map<string, Known>();
  /** By kind of channels, and name of the table. */
  readonly #fed = new Map<string, Map<string, Fed>>();

  /** @param columns those captured of each table, to which channels add theirs */
  constructor(kinds: readonly KindConfig[], columns: CapturedColumns) {
    this.#columns = columns;
    for (const { own, sources } of kinds) {
      const all = Object.entries(sources).map(([source, { table, key }]) => ({ source, table, key }));
      for (const { source, table, key } of own === undefined ? all : [own, ...all])
        this.#known.set(tableName(table), { source, key: rowKey(key) });
    }
  }

  /**
   * A kind of channels finds a table's rows by their `channel`. @returns what the table is watched as: `called`, where it is no source
   * @param key that of its rows; undefined: any
   */
  feed(kind: string, table: PgTable, called: string, channel: PgColumn, key: PgColumn | undefined): string {
    const name = tableName(table);
    const known = this.#known.get(name) ?? this.#watch(name, called, key && [key]);
    const watchedBy = known.key?.map((column) => column.name) ?? [];
    if (key !== undefined && watchedBy.join() !== key.name)
      throw new ConfigError(
        `${name} is watched by its key ${watchedBy.join(", ")} (as ${known.source}), not by ${key.name}: both must be one column`,
      );
    const fed = this.#fed.get(kind) ?? new Map<string, Fed>();
    this.#fed.set(kind, fed);
    const other = fed.get(name)?.channel ?? channel;
    if (other.name !== channel.name)
      throw new ConfigError(
        `${name} names the channel by ${other.name} and by ${channel.name}: it must be by one column`,
      );
    fed.set(name, { table, channel });
    for (const column of [channel, ...(key === undefined ? [] : [key])]) this.reference(table, column);
    return known.source;
  }

  /** `r."name"`: from now on the column is captured. @throws ConfigError for a column of another table */
  reference(table: PgTable, column: PgColumn): string {
    const name = tableName(table);
    if (tableName(column.table) !== name)
      throw new ConfigError(`${tableName(column.table)}.${column.name} is no column of ${name}`);
    refuseReserved(table, column);
    const columns = this.#columns.get(name) ?? new Set();
    this.#columns.set(name, columns.add(column.name));
    return `r.${quoteIdentifier(column.name)}`;
  }

  /** To be called when all have asked for their columns. */
  watched(kind: string): readonly WatchedTable[] {
    return [...(this.#fed.get(kind) ?? [])].map(([called, { table, channel }]) => {
      const { source, key } = this.#known.get(called) as Known;
      return {
        source,
        ...capturedOf(table, this.#columns.get(called)),
        key: namesOf(key ?? [channel]),
        owner: channel.name,
        ...(key === undefined ? { isKeyless: true } : {}),
      };
    });
  }

  #watch(table: string, called: string, key: Known["key"]): Known {
    if (called.length > MOST_SOURCE_NAME)
      throw new ConfigError(`${called} is longer than ${MOST_SOURCE_NAME} letters: choose shorter names`);
    for (const { source } of this.#known.values())
      if (source === called) throw new ConfigError(`${called} is watched already: call one of the two otherwise`);
    const known = { source: called, key };
    this.#known.set(table, known);
    return known;
  }
}

/** A change table's name has 45 bytes for what is watched. */
const MOST_SOURCE_NAME = 45;
