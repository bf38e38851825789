/** The configuration's outer form: known keys, tables where tables belong, names that can be names. Definitions are compile's business. */
import { Column, is } from "drizzle-orm";
import { type PgColumn, PgTable } from "drizzle-orm/pg-core";
import { OWNER_SOURCE } from "./watched-table.ts";
import { ConfigError } from "../config/errors.ts";
import { nearest } from "../config/nearest.ts";
import { wideType } from "./column-type.ts";
import type { MetricTree } from "../define/define.ts";
import { isThrough, ownerThrough, type Through } from "../define/define-owner.ts";
import { type FieldDefinition, field } from "../define/event-definition.ts";

/** A configuration whose tables and columns are Drizzle's. Its metrics are still to be looked at. */
export interface CheckedConfig {
  readonly owner: {
    readonly table: PgTable;
    readonly key: PgColumn;
    readonly timeZone: OwnerColumn;
    readonly currency?: OwnerColumn;
  };
  readonly sources: Readonly<
    Record<string, { readonly table: PgTable; readonly key: PgColumn; readonly owner?: PgColumn | Through }>
  >;
  readonly metrics: MetricTree;
  readonly events?: Readonly<Record<string, unknown>>;
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

/** 45: PostgreSQL cuts names at 63 bytes, and change tables and triggers put words around this one. */
const SOURCE_NAME = /^[A-Za-z_][A-Za-z0-9_]{0,44}$/;

/** As ISO 4217 spells it. */
const CURRENCY_CODE = /^[A-Z]{3}$/;

const CONFIGURATION_NAME = /^[A-Za-z0-9_.-]{1,63}$/;

/** @throws ConfigError in one line */
export function checkConfig(value: unknown): asserts value is CheckedConfig {
  const config = record(value, "the configuration");
  refuseUnknown(config, ["owner", "sources", "metrics", "events", "bulkRows", "twoPhase", "name"], "");
  const owner = record(config["owner"], "owner");
  refuseUnknown(owner, ["table", "key", "timeZone", "currency"], "owner.");
  checkTable(owner, ["key"], "owner");
  checkZone(owner);
  checkCurrency(owner);
  const sources = record(config["sources"], "sources");
  if (Object.keys(sources).length === 0) throw new ConfigError("sources: name at least one table to watch");
  const lookedUp = [owner["timeZone"], owner["currency"]].flatMap((value) =>
    isLookup(value) ? [value[field].column.table] : [],
  );
  for (const [name, source] of Object.entries(sources)) checkSource(name, source, lookedUp);
  record(config["metrics"], "metrics");
  if (config["events"] !== undefined) record(config["events"], "events");
  checkBulkRows(config["bulkRows"]);
  if (!["boolean", "undefined"].includes(typeof config["twoPhase"]))
    throw new ConfigError("twoPhase must be true or false");
  if (config["name"] !== undefined && !(typeof config["name"] === "string" && CONFIGURATION_NAME.test(config["name"])))
    throw new ConfigError("name must be letters, digits, _, . and -, at most 63");
}

/** @param lookedUp tables of which owners have something, and whose rows may be nobody's */
function checkSource(name: string, value: unknown, lookedUp: readonly PgTable[]): void {
  if (name === OWNER_SOURCE) throw new ConfigError(`sources.${name}: this name is the owner table's; choose another`);
  if (!SOURCE_NAME.test(name)) {
    throw new ConfigError(
      `sources.${name}: a source's name has letters, digits and _, at most 45, and begins with no digit`,
    );
  }
  const source = record(value, `sources.${name}`);
  refuseUnknown(source, ["table", "key", "owner"], `sources.${name}.`);
  checkTable(source, ["key"], `sources.${name}`);
  const { owner } = source;
  if (owner === undefined && lookedUp.some((table) => table === source["table"])) return;
  if (!isThrough(owner))
    checkColumn(source, "owner", `sources.${name}`, ", or through(that column, the table whose row it names)");
  else if (owner[ownerThrough].link.table !== source["table"])
    throw new ConfigError(
      `sources.${name}.owner: through() takes a column of sources.${name}.table first, then the table whose row it names`,
    );
}

function checkTable(holder: Readonly<Record<string, unknown>>, columns: readonly string[], path: string): void {
  if (!is(holder["table"], PgTable)) throw new ConfigError(`${path}.table must be a Drizzle table, pgTable(…)`);
  for (const column of columns) checkColumn(holder, column, path);
}

/** `or`: what else it may be. */
function checkColumn(holder: Readonly<Record<string, unknown>>, name: string, path: string, or = ""): void {
  const column = holder[name];
  if (!is(column, Column) || column.table !== holder["table"])
    throw new ConfigError(`${path}.${name} must be a column of ${path}.table${or}`);
}

function checkZone(owner: Readonly<Record<string, unknown>>): void {
  const zone = owner["timeZone"];
  if (typeof zone !== "string")
    return checkTextColumn(owner, "timeZone", 'the name of a zone for all owners, as "Europe/Lisbon"');
  refuseUnknownZone(zone, "owner.timeZone");
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

function checkCurrency(owner: Readonly<Record<string, unknown>>): void {
  const currency = owner["currency"];
  if (currency === undefined) return;
  if (typeof currency !== "string") return checkTextColumn(owner, "currency", 'the currency of all owners, as "EUR"');
  if (!CURRENCY_CODE.test(currency))
    throw new ConfigError(
      `owner.currency: ${JSON.stringify(currency)} is no currency; three capital letters name one, as "EUR"`,
    );
}

/** A column of another type prints texts that name nothing: a timestamp is no zone. */
function checkTextColumn(owner: Readonly<Record<string, unknown>>, name: string, constant: string): void {
  const given = owner[name];
  if (isLookup(given)) {
    if (given[field].by.table === owner["table"]) return;
    throw new ConfigError(
      `owner.${name}: lookup() takes a column of the other table, then the one of owner.table that names its row`,
    );
  }
  checkColumn(owner, name, "owner", `, a lookup(…) by one, or ${constant}`);
  const column = owner[name] as PgColumn;
  const type = wideType(column);
  if (type === "text") return;
  throw new ConfigError(`owner.${name}: ${column.name} is ${type}, not text; take a column of text, or ${constant}`);
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
