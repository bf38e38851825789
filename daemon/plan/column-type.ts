/** How deltad uses a column, by its PostgreSQL type as Drizzle spells it. */
import type { PgColumn } from "drizzle-orm/pg-core";
import { ConfigError } from "../config/errors.ts";
import { shortKey } from "./text-limits.ts";

const WIDE: Readonly<Record<string, string>> = {
  smallint: "bigint",
  integer: "bigint",
  int: "bigint",
  int2: "bigint",
  int4: "bigint",
  int8: "bigint",
  bigint: "bigint",
  smallserial: "bigint",
  serial: "bigint",
  bigserial: "bigint",
  numeric: "numeric",
  decimal: "numeric",
  real: "double precision",
  float4: "double precision",
  float8: "double precision",
  "double precision": "double precision",
  bool: "boolean",
  boolean: "boolean",
  uuid: "uuid",
  date: "date",
  time: "time",
  "time with time zone": "timetz",
  timestamp: "timestamp",
  "timestamp without time zone": "timestamp",
  "timestamp with time zone": "timestamptz",
  timestamptz: "timestamptz",
  interval: "interval",
  json: "jsonb",
  jsonb: "jsonb",
  inet: "inet",
  cidr: "inet",
};

/**
 * The unconstrained type in which a change table keeps the column and in which metrics compare it, so that a widened column neither
 * rounds nor overflows. Enums, domains, varchar, char, citext and every type not known here are kept as the text they print.
 */
export function wideType(column: PgColumn): string {
  const { base, dimensions } = spelling(column);
  return (WIDE[base] ?? "text") + "[]".repeat(dimensions);
}

/** Types of which equal values print the same text: an owner has one name. */
const NAMES_AN_OWNER: Readonly<Record<string, string>> = {
  smallint: "smallint",
  int2: "smallint",
  smallserial: "smallint",
  integer: "integer",
  int: "integer",
  int4: "integer",
  serial: "integer",
  bigint: "bigint",
  int8: "bigint",
  bigserial: "bigint",
  numeric: "numeric",
  decimal: "numeric",
  uuid: "uuid",
  text: "text",
  varchar: "text",
  "character varying": "text",
  char: "bpchar",
  character: "bpchar",
};

/**
 * The type to which owner ids from outside are cast. No length: a cast to varchar(5) would cut a longer id down to somebody else's.
 * @throws ConfigError where equal values may print different texts, as those of citext or of numeric with decimals
 */
export function keyType(column: PgColumn): string {
  const { base, modifiers } = spelling(column);
  const type = NAMES_AN_OWNER[base];
  const hasDecimals = type === "numeric" && (modifiers === undefined || (modifiers[1] ?? 0) !== 0);
  if (type !== undefined && !hasDecimals) return type;
  throw new ConfigError(
    `${column.name} is ${column.getSQLType()}: owners are known by whole numbers, uuid, text, varchar or char`,
  );
}

/** Types of keys by which one row finds another through the key's index. */
const FINDS_A_ROW = /^(smallint|integer|bigint|smallserial|serial|bigserial|numeric|uuid|text|varchar)\b/;

/** Whether the values of one column can name rows by their key. */
export function findsRows(column: PgColumn, key: PgColumn): boolean {
  return wideType(column) === wideType(key) && FINDS_A_ROW.test(key.getSQLType());
}

/**
 * Digits after the point with which a column is summed.
 * @throws ConfigError where the column can't be summed exactly
 */
export function sumScale(column: PgColumn, given: number | undefined): number {
  const { base } = spelling(column);
  const type = wideType(column);
  if (type === "double precision") {
    throw new ConfigError(
      `${column.name} is ${base}: sums of floating-point numbers are never exact; make the column numeric`,
    );
  }
  if (type !== "bigint" && type !== "numeric") throw new ConfigError(`${column.name} is ${base}: it can't be summed`);
  const scale = given ?? (type === "bigint" ? 0 : declaredScale(column));
  if (scale === undefined) {
    throw new ConfigError(
      `${column.name} is numeric without a scale: say how many digits to keep, sum(…, { scale: 2 })`,
    );
  }
  return checkedScale(scale);
}

/** More digits of fraction than any currency has. */
export const MOST_DIGITS = 18;

/** @throws ConfigError where it is no number of digits after the point */
export function checkedScale(scale: number): number {
  if (Number.isInteger(scale) && scale >= 0 && scale <= MOST_DIGITS) return scale;
  throw new ConfigError(`scale must be a whole number from 0 to ${MOST_DIGITS}, not ${scale}`);
}

/** Digits after the point of a `numeric(p, s)`; undefined where the type does not say. */
export function declaredScale(column: PgColumn): number | undefined {
  const { modifiers } = spelling(column);
  return modifiers === undefined ? undefined : Math.max(0, modifiers[1] ?? 0);
}

/** The type of a column that dates rows. */
export function dateType(column: PgColumn): "timestamptz" | "date" {
  const type = wideType(column);
  if (type === "timestamptz" || type === "date") return type;
  if (type === "timestamp") {
    throw new ConfigError(
      `${column.name} is timestamp without time zone, which names no instant: say in which zone it is meant, at(…, "UTC"), or make the column timestamptz (timestamp(…, { withTimezone: true }))`,
    );
  }
  throw new ConfigError(`${column.name} is ${spelling(column).base}: only timestamptz and date columns date a row`);
}

/** @throws ConfigError where the column's values are instants already, or none in any zone */
export function refuseZone(column: PgColumn): void {
  const type = wideType(column);
  if (type !== "timestamp")
    throw new ConfigError(`at(): ${column.name} is ${type}: only a timestamp without time zone is meant in a zone`);
}

/** Types whose text is the same in every session, so that it can name a group. */
export const NAMES_A_GROUP: ReadonlySet<string> = new Set(["text", "bigint", "numeric", "boolean", "uuid", "date"]);

/** @throws ConfigError where the column's values can't be keys of a group */
export function refuseAsKey(column: PgColumn): void {
  const type = wideType(column);
  if (type.endsWith("[]"))
    throw new ConfigError(
      `${column.name} is an array, ${type}: group by one element, as sql\`\${table.${column.name}}[1]\`, or keep a row for each of them in a table of its own`,
    );
  if (!NAMES_A_GROUP.has(type)) {
    throw new ConfigError(`${column.name} is ${type}: only ${[...NAMES_A_GROUP].join(", ")} columns can be keys`);
  }
}

/** SQL of the key by which the column's values are grouped. */
export function groupKey(reference: string, column: PgColumn): string {
  return wideType(column) === "text" ? shortKey(reference) : `${reference}::text`;
}

/** `numeric(12, 2)[]` → base `numeric`, modifiers [12, 2], one dimension. */
function spelling(column: PgColumn): { base: string; modifiers: readonly number[] | undefined; dimensions: number } {
  const text = column.getSQLType().toLowerCase();
  const dimensions = text.match(/\[\d*\]/g)?.length ?? 0;
  const modifiers = /\(([^)]*)\)/.exec(text)?.[1]?.split(",").map(Number);
  const base = text
    .replace(/\[\d*\]|\([^)]*\)/g, "")
    .replace(/\s+/g, " ")
    .trim();
  // interval has fields, which do not change how it compares.
  return { base: base.startsWith("interval ") ? "interval" : base, modifiers, dimensions };
}
