/** A configuration's kinds of topics, each as if it were the only one: what compile() makes a plan of. */
import type { PgColumn, PgTable } from "drizzle-orm/pg-core";
import { ConfigError } from "../config/errors.ts";
import type { MetricTree } from "../define/define-config.ts";
import { tableName } from "../define/drizzle-value.ts";
import type { Through } from "../define/define-owner.ts";
import { type CheckedConfig, type CheckedTopic, lookedUpIn, type OwnerColumn } from "./check-config.ts";
import { type RowKey, rowKey } from "./row-key.ts";
import { OWNER_SOURCE } from "./watched-table.ts";

export interface KindConfig {
  /** Of its topics: `owner`. */
  readonly name: string;
  /** What is put before a place of what it shows: nothing, or `topics` and the name. */
  readonly place: readonly string[];
  /** Where its rows are declared: `owner`, or `topics.listing`. */
  readonly called: string;
  /** The rows that its topics are; undefined: there is one topic, of everything. */
  readonly own: { readonly table: PgTable; readonly key: RowKey; readonly source: string } | undefined;
  readonly timeZone: OwnerColumn;
  readonly currency: OwnerColumn | undefined;
  readonly sources: Readonly<Record<string, KindSource>>;
  /** Names of tables that are sources, but whose rows are no such topic's. */
  readonly unlinked: ReadonlyMap<string, string>;
  readonly metrics: MetricTree;
  readonly events: Readonly<Record<string, unknown>>;
}

export interface KindSource {
  readonly table: PgTable;
  readonly key: PgColumn | RowKey;
  /** What names the topic, a row of another source, or, undefined, neither: its rows are nobody's, or all are those of the one topic. */
  readonly owner: PgColumn | RowKey | Through | undefined;
}

/** `owner` first, which is the only kind of most. */
export function kindsOf(config: CheckedConfig): readonly KindConfig[] {
  const { owner, metrics, events, topics = {} } = config;
  const tables = new Map<string, string>();
  for (const [source, { table }] of Object.entries(config.sources)) {
    const other = tables.get(tableName(table));
    if (other !== undefined) throw watchedTwice(table, other, source);
    tables.set(tableName(table), source);
  }
  const first = kindOf("owner", [], { ...owner, metrics, ...(events && { events }) }, config);
  return [first, ...Object.entries(topics).map(([name, topic]) => kindOf(name, ["topics", name], topic, config))];
}

function kindOf(name: string, place: readonly string[], topic: CheckedTopic, config: CheckedConfig): KindConfig {
  const { timeZone, currency, metrics, events = {} } = topic;
  const own = "table" in topic ? { table: topic.table, key: rowKey(topic.key) } : undefined;
  const lookedUp = lookedUpIn({ timeZone, currency }).map(tableName);
  const isNeeded = (table: PgTable): boolean => own === undefined || lookedUp.includes(tableName(table));
  const sources: [string, KindSource][] = [...ownTables(config)].filter(([, { table }]) => isNeeded(table));
  const unlinked = new Map<string, string>();
  for (const [source, declared] of Object.entries(config.sources)) {
    const { table, key } = declared;
    const link = Object.hasOwn(declared, name) ? declared[name] : undefined;
    if (own !== undefined && tableName(table) === tableName(own.table)) {
      if (link !== undefined) throw watchedTwice(table, name, source);
    } else if (link !== undefined || isNeeded(table))
      sources.push([source, { table, key, owner: link as KindSource["owner"] }]);
    else unlinked.set(tableName(table), source);
  }
  return {
    name,
    place,
    called: place.length === 0 ? name : place.join("."),
    own: own && { ...own, source: sourceOfOwn(name, own.table, config) },
    timeZone,
    currency,
    sources: Object.fromEntries(sources),
    unlinked,
    metrics,
    events,
  };
}

/** The tables of the other kinds: everything is theirs, too. */
function ownTables(config: CheckedConfig): ReadonlyMap<string, KindSource> {
  const { owner, sources, topics = {} } = config;
  const tables = new Map<string, KindSource>();
  for (const [name, kind] of [["owner", owner] as const, ...Object.entries(topics)]) {
    if (!("table" in kind)) continue;
    const source = sourceOfOwn(name, kind.table, config);
    if (!Object.hasOwn(sources, source) && !tables.has(source)) tables.set(source, { ...kind, owner: undefined });
  }
  return tables;
}

/** The name that its own table is watched under: as a source, or by the first kind of which it is. */
function sourceOfOwn(name: string, table: PgTable, { owner, sources, topics = {} }: CheckedConfig): string {
  const isSame = (other: PgTable): boolean => tableName(other) === tableName(table);
  const [source] = Object.entries(sources).find(([, other]) => isSame(other.table)) ?? [];
  if (source !== undefined) return source;
  if (isSame(owner.table)) return OWNER_SOURCE;
  const [kind = name] = Object.entries(topics).find(([, other]) => "table" in other && isSame(other.table)) ?? [];
  if (Object.hasOwn(sources, kind))
    throw new ConfigError(
      `topics.${kind}: a source of another table than ${tableName(table)} has this name; choose another for one of them`,
    );
  return kind;
}

function watchedTwice(table: PgTable, one: string, other: string): ConfigError {
  return new ConfigError(
    `${tableName(table)} is watched twice, as ${one} and as ${other}: a table is one source, with one key and one owner; take one of the two out`,
  );
}
