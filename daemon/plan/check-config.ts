/** The configuration's outer form: known keys, tables where tables belong, names that can be names. Definitions are compile's business. */
import { Column, is } from "drizzle-orm";
import { type PgColumn, PgTable } from "drizzle-orm/pg-core";
import { MOST_KEY_COLUMNS } from "./owner-key.ts";
import type { RowKey } from "./row-key.ts";
import { OWNER_SOURCE } from "./watched-table.ts";
import { ConfigError } from "../config/errors.ts";
import { nearest } from "../config/nearest.ts";
import { wideType } from "./column-type.ts";
import type { MetricTree } from "../define/define-config.ts";
import { isThrough, ownerThrough } from "../define/define-owner.ts";
import { type FieldDefinition, field } from "../define/event-definition.ts";
import { MAX_KIND_LENGTH } from "../../protocol/limits.ts";
import { isKindName } from "../../protocol/topic.ts";

/** A configuration whose tables and columns are Drizzle's. Its metrics are still to be looked at. */
export interface CheckedConfig {
  readonly owner: KeyedRows & {
    readonly timeZone: OwnerColumn;
    readonly currency?: OwnerColumn;
  };
  /** Beside the table and its key, by kinds of topics: what names the row's topic, or a row of another source, {@link Through}. */
  readonly sources: Readonly<Record<string, KeyedRows & Readonly<Record<string, unknown>>>>;
  readonly metrics: MetricTree;
  readonly events?: Readonly<Record<string, unknown>>;
  readonly topics?: Readonly<Record<string, CheckedTopic>>;
  readonly channels?: Readonly<Record<string, unknown>>;
  readonly name?: string;
  readonly bulkRows?: number;
  readonly twoPhase?: boolean;
}

/** A column of the owner's row, one of a row that it names, or what is so for all owners. */
export type OwnerColumn = PgColumn | Lookup | string;

interface Lookup {
  readonly [field]: Extract<FieldDefinition, { readonly kind: "lookup" }>;
}

export function isLookup(value: unknown): value is Lookup {
  return typeof value === "object" && value !== null && field in value && (value as Lookup)[field].kind === "lookup";
}

/** A kind of topics beside `owner`. Without a table there is one topic, of everything, and its zone and currency are constants. */
export type CheckedTopic = (KeyedRows | object) & {
  readonly timeZone: OwnerColumn;
  readonly currency?: OwnerColumn;
  readonly metrics: MetricTree;
  readonly events?: Readonly<Record<string, unknown>>;
};

/** The rows of a source, or those of which each is a topic. */
interface KeyedRows {
  readonly table: PgTable;
  readonly key: PgColumn | RowKey;
}

/** 45: PostgreSQL cuts names at 63 bytes, and change tables and triggers put words around this one. */
const SOURCE_NAME = /^[A-Za-z_][A-Za-z0-9_]{0,44}$/;

/** As ISO 4217 spells it. */
const CURRENCY_CODE = /^[A-Z]{3}$/;

/** `owner` is declared by itself; the others are what every source has. */
const RESERVED_KINDS: readonly string[] = ["owner", "table", "key"];

const CONFIGURATION_NAME = /^[A-Za-z0-9_.-]{1,63}$/;

/** @throws ConfigError in one line */
export function checkConfig(value: unknown): asserts value is CheckedConfig {
  const config = record(value, "the configuration");
  refuseUnknown(
    config,
    ["owner", "sources", "metrics", "events", "topics", "channels", "bulkRows", "twoPhase", "name"],
    "",
  );
  const owner = record(config["owner"], "owner");
  refuseUnknown(owner, ["table", "key", "timeZone", "currency"], "owner.");
  checkOwnTable(owner, "owner");
  checkZone(owner, "owner");
  checkCurrency(owner, "owner");
  const topics = config["topics"] === undefined ? undefined : Object.entries(record(config["topics"], "topics"));
  const kinds = topics?.flatMap(([name, topic]) => (checkTopic(name, topic) ? [name] : [])) ?? [];
  const hasWhole = kinds.length < (topics ?? []).length;
  const sources = record(config["sources"], "sources");
  if (Object.keys(sources).length === 0) throw new ConfigError("sources: name at least one table to watch");
  const lookedUp = [owner, ...(topics ?? []).map(([, topic]) => topic as Readonly<Record<string, unknown>>)].flatMap(
    lookedUpIn,
  );
  for (const [name, source] of Object.entries(sources)) checkSource(name, source, { kinds, lookedUp, hasWhole });
  checkShown(config, "");
  if (config["channels"] !== undefined) record(config["channels"], "channels");
  checkBulkRows(config["bulkRows"]);
  if (!["boolean", "undefined"].includes(typeof config["twoPhase"]))
    throw new ConfigError("twoPhase must be true or false");
  if (config["name"] !== undefined && !(typeof config["name"] === "string" && CONFIGURATION_NAME.test(config["name"])))
    throw new ConfigError("name must be letters, digits, _, . and -, at most 63");
}

/** Whether each of its topics is a row of a table. */
function checkTopic(name: string, value: unknown): boolean {
  const path = `topics.${name}`;
  const topic = record(value, path);
  if (!isKindName(name) || RESERVED_KINDS.includes(name))
    throw new ConfigError(
      `${path}: a kind of topics has small letters, digits and _, at most ${MAX_KIND_LENGTH}, begins with a letter, and is not ${RESERVED_KINDS.join(", ")}`,
    );
  const isOfRows = topic["table"] !== undefined || topic["key"] !== undefined;
  const own = isOfRows ? ["table", "key"] : [];
  refuseUnknown(topic, [...own, "timeZone", "currency", "metrics", "events"], `${path}.`);
  if (isOfRows) checkOwnTable(topic, path);
  checkZone(topic, path, isOfRows);
  checkCurrency(topic, path, isOfRows);
  checkShown(topic, `${path}.`);
  return isOfRows;
}

/** The tables of which its topics have their zone or currency. */
export function lookedUpIn({ timeZone, currency }: Readonly<Record<string, unknown>>): readonly PgTable[] {
  return [timeZone, currency].flatMap((value) => (isLookup(value) ? [value[field].column.table] : []));
}

interface SourceRules {
  /** Beside `owner`, those of which a source may say which row it is about. */
  readonly kinds: readonly string[];
  /** Tables of which owners have something, and whose rows may be nobody's. */
  readonly lookedUp: readonly PgTable[];
  /** Whether everything is a topic. */
  readonly hasWhole: boolean;
}

function checkSource(name: string, value: unknown, { kinds, lookedUp, hasWhole }: SourceRules): void {
  if (name === OWNER_SOURCE) throw new ConfigError(`sources.${name}: this name is the owner table's; choose another`);
  if (!SOURCE_NAME.test(name)) {
    throw new ConfigError(
      `sources.${name}: a source's name has letters, digits and _, at most 45, and begins with no digit`,
    );
  }
  const source = record(value, `sources.${name}`);
  const linked = ["owner", ...kinds];
  refuseUnknown(source, ["table", "key", ...linked], `sources.${name}.`);
  checkTable(source, `sources.${name}`);
  checkColumns(source, "key", `sources.${name}`, "[lines.orderId, lines.lineNo]");
  const said = linked.filter((kind) => Object.hasOwn(source, kind) && source[kind] !== undefined);
  const mayBeNobodys = hasWhole || lookedUp.some((table) => table === source["table"]);
  for (const kind of said.length > 0 || mayBeNobodys ? said : ["owner"]) checkLink(source, name, kind);
}

function checkLink(source: Readonly<Record<string, unknown>>, name: string, kind: string): void {
  const link = source[kind];
  if (Array.isArray(link)) checkColumns(source, kind, `sources.${name}`, "[orders.tenant, orders.account]");
  else if (!isThrough(link))
    checkColumn(source, kind, `sources.${name}`, ", or through(that column, the table whose row it names)");
  else if (link[ownerThrough].link.some(({ table }) => table !== source["table"]) || hasTwice(link[ownerThrough].link))
    throw new ConfigError(
      `sources.${name}.${kind}: through() takes a column of sources.${name}.table first, or a list of several, then the table whose row they name`,
    );
}

function checkShown(holder: Readonly<Record<string, unknown>>, prefix: string): void {
  record(holder["metrics"], `${prefix}metrics`);
  if (holder["events"] !== undefined) record(holder["events"], `${prefix}events`);
}

/** Several columns are a list. */
function checkColumns(
  holder: Readonly<Record<string, unknown>>,
  name: string,
  path: string,
  example: string,
  most = Number.POSITIVE_INFINITY,
): void {
  const { [name]: given, table } = holder;
  if (!Array.isArray(given)) return checkColumn(holder, name, path, ", or a list of several");
  const columns: readonly unknown[] = given;
  if (columns.length === 0 || columns.some((column) => !is(column, Column) || column.table !== table))
    throw new ConfigError(`${path}.${name} must be columns of ${path}.table, as ${example}`);
  if (hasTwice(columns)) throw new ConfigError(`${path}.${name} names a column twice`);
  if (columns.length > most)
    throw new ConfigError(
      `${path}.${name} has ${columns.length} columns, at most ${most} name a topic: give ${path}.table a unique column, such as an identity column or one generated from its key, and sources a column with the same`,
    );
}

function hasTwice(columns: readonly unknown[]): boolean {
  return new Set(columns).size < columns.length;
}

/** The table whose rows are topics. */
function checkOwnTable(holder: Readonly<Record<string, unknown>>, path: string): void {
  checkTable(holder, path);
  checkColumns(holder, "key", path, "[accounts.tenant, accounts.number]", MOST_KEY_COLUMNS);
}

function checkTable(holder: Readonly<Record<string, unknown>>, path: string): void {
  if (!is(holder["table"], PgTable)) throw new ConfigError(`${path}.table must be a Drizzle table, pgTable(…)`);
}

/** `or`: what else it may be. */
function checkColumn(holder: Readonly<Record<string, unknown>>, name: string, path: string, or = ""): void {
  const column = holder[name];
  if (!is(column, Column) || column.table !== holder["table"])
    throw new ConfigError(`${path}.${name} must be a column of ${path}.table${or}`);
}

/** @param hasColumns false: there is no table whose column could hold it */
function checkZone(holder: Readonly<Record<string, unknown>>, path: string, hasColumns = true): void {
  const zone = holder["timeZone"];
  if (typeof zone === "string") return refuseUnknownZone(zone, `${path}.timeZone`);
  if (!hasColumns) throw new ConfigError(`${path}.timeZone must be the name of a zone, as "Europe/Lisbon"`);
  checkTextColumn(holder, path, "timeZone", `the name of a zone for all ${ownersOf(path)}, as "Europe/Lisbon"`);
}

/** @throws ConfigError where nothing is called so */
export function refuseUnknownZone(zone: string, path: string): void {
  try {
    Intl.DateTimeFormat("en", { timeZone: zone });
  } catch {
    throw new ConfigError(
      `${path}: ${JSON.stringify(zone)} is no time zone; zones are called as in "Europe/Lisbon" or "UTC"`,
    );
  }
}

function checkCurrency(holder: Readonly<Record<string, unknown>>, path: string, hasColumns = true): void {
  const currency = holder["currency"];
  if (currency === undefined) return;
  if (typeof currency !== "string") {
    if (!hasColumns) throw new ConfigError(`${path}.currency must be the code of a currency, as "EUR"`);
    return checkTextColumn(holder, path, "currency", `the currency of all ${ownersOf(path)}, as "EUR"`);
  }
  if (!CURRENCY_CODE.test(currency))
    throw new ConfigError(
      `${path}.currency: ${JSON.stringify(currency)} is no currency; three capital letters name one, as "EUR"`,
    );
}

function ownersOf(path: string): string {
  return path === "owner" ? "owners" : "of them";
}

/** A column of another type prints texts that name nothing: a timestamp is no zone. */
function checkTextColumn(
  holder: Readonly<Record<string, unknown>>,
  path: string,
  name: string,
  constant: string,
): void {
  const given = holder[name];
  if (isLookup(given)) {
    if (given[field].by.table === holder["table"]) return;
    throw new ConfigError(
      `${path}.${name}: lookup() takes a column of the other table, then the one of ${path}.table that names its row`,
    );
  }
  checkColumn(holder, name, path, `, a lookup(…) by one, or ${constant}`);
  const column = holder[name] as PgColumn;
  const type = wideType(column);
  if (type === "text") return;
  throw new ConfigError(`${path}.${name}: ${column.name} is ${type}, not text; take a column of text, or ${constant}`);
}

function checkBulkRows(value: unknown): void {
  if (value === undefined || (Number.isInteger(value) && Number(value) >= 1 && Number(value) <= 1_000_000)) return;
  throw new ConfigError("bulkRows must be a whole number from 1 to 1000000");
}

function refuseUnknown(holder: Readonly<Record<string, unknown>>, known: readonly string[], prefix: string): void {
  for (const key of Object.keys(holder)) {
    if (known.includes(key)) continue;
    const meant = nearest(key, known);
    const hint = meant === undefined ? `known are ${known.join(", ")}` : `did you mean ${prefix}${meant}?`;
    throw new ConfigError(`${prefix}${key} is no part of a configuration; ${hint}`);
  }
}

function record(value: unknown, path: string): Readonly<Record<string, unknown>> {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new ConfigError(`${path} must be an object, as defineConfig({ owner, sources, metrics }) takes it`);
}
