/**
 * Where a row stands among others, as SQL and as text. A position on the wire is one text, and positions compare as texts: each column
 * takes its part, whole numbers 13 digits to the base 36 (from -2^63 on), texts the hexadecimal of their bytes. A "." is less than any digit,
 * so that of two texts the one that begins the other comes first.
 */
import { isUtf8 } from "node:buffer";
import type { PgColumn } from "drizzle-orm/pg-core";
import { ConfigError } from "../config/errors.ts";
import { unreachable } from "../config/unreachable.ts";
import { quoteIdentifier } from "../database/identifier.ts";
import type { OrderColumn } from "./channel-plan.ts";
import { wideType } from "./column-type.ts";
import { instantOf } from "./row-value.ts";

const LEAST = -(2n ** 63n);
const DIGITS = 13;

const KINDS: Readonly<Record<string, OrderColumn["kind"]>> = {
  bigint: "integer",
  timestamptz: "timestamptz",
  timestamp: "timestamp",
  date: "date",
  uuid: "uuid",
  text: "text",
};

/** @throws ConfigError for a column by which rows have no exact order, or that may be NULL */
export function orderColumn(column: PgColumn): OrderColumn {
  const kind = KINDS[wideType(column)];
  if (kind === undefined)
    throw new ConfigError(
      `${column.name} is ${column.getSQLType()}: rows are ordered by whole numbers, dates, timestamps, uuid and text`,
    );
  if (!column.notNull) throw new ConfigError(`${column.name} may be NULL, and then orders nothing: make it NOT NULL`);
  return { column: column.name, kind };
}

/** SQL: false for values that have no place in an order. */
export function isPlaced({ column, kind }: OrderColumn): string {
  const value = `r.${quoteIdentifier(column)}`;
  return kind === "timestamptz" || kind === "timestamp" || kind === "date"
    ? `coalesce(isfinite(${value}), false)`
    : `${value} is not null`;
}

/** SQL of a row's place, for {@link printPosition}. */
export function placeOf(order: readonly OrderColumn[]): string {
  const parts = order.map(({ column, kind }) => {
    const value = `r.${quoteIdentifier(column)}`;
    switch (kind) {
      case "timestamptz":
      case "timestamp":
        return `(extract(epoch from ${value}) * 1000000)::bigint`;
      case "date":
        return `${value} - date '2000-01-01'`;
      case "text":
        return `encode(convert_to(${value}, 'UTF8'), 'hex')`;
      default:
        return `${value}::text`;
    }
  });
  return `concat_ws(' ', ${parts.join(", ")})`;
}

/** SQL of what a column is ordered by in the table `t` itself, so that an index on it serves. */
export function orderedBy({ column, kind }: OrderColumn): string {
  const value = `t.${quoteIdentifier(column)}`;
  return kind === "text" ? `${value}::text collate "C"` : value;
}

/** SQL of a column's value from its part of {@link readPosition}'s, given as SQL of text. */
export function valueAt({ kind }: OrderColumn, part: string): string {
  switch (kind) {
    case "integer":
      return `${part}::bigint`;
    case "timestamptz":
      return instantOf(`${part}::bigint`);
    case "timestamp":
      return `${instantOf(`${part}::bigint`)} at time zone 'UTC'`;
    case "date":
      return `date '2000-01-01' + ${part}::int`;
    case "uuid":
      return `${part}::uuid`;
    case "text":
      return `convert_from(decode(${part}, 'hex'), 'UTF8')`;
    default:
      return unreachable(kind);
  }
}

/** The position of a place as the database gives it. */
export function printPosition(place: string, order: readonly OrderColumn[]): string {
  const parts = place.split(" ");
  return order
    .map(({ kind }, at) => {
      const part = parts[at] ?? "";
      if (kind === "text") return part;
      if (kind === "uuid") return part.replaceAll("-", "");
      return (BigInt(part) - LEAST).toString(36).padStart(DIGITS, "0");
    })
    .join(".");
}

/** What {@link valueAt} takes, one part for each column; undefined for a text that is no position. */
export function readPosition(position: string, order: readonly OrderColumn[]): readonly string[] | undefined {
  const parts = position.split(".");
  if (parts.length !== order.length) return undefined;
  const read = order.map(({ kind }, at) => readPart(kind, parts[at] ?? ""));
  return read.every((part) => part !== undefined) ? read : undefined;
}

/** What {@link valueAt} takes without an error: PostgreSQL's own values, of instants those until the year 200000. */
const RANGES = {
  integer: [LEAST, -LEAST - 1n],
  timestamptz: [-210_000_000_000_000_000n, 6_248_000_000_000_000_000n],
  timestamp: [-210_000_000_000_000_000n, 6_248_000_000_000_000_000n],
  date: [-2_451_000n, 2_145_000_000n],
} as const;

function readPart(kind: OrderColumn["kind"], part: string): string | undefined {
  if (kind === "text") return /^(?:[0-9a-f]{2})*$/.test(part) && isText(Buffer.from(part, "hex")) ? part : undefined;
  if (kind === "uuid") return /^[0-9a-f]{32}$/.test(part) ? part : undefined;
  if (!/^[0-9a-z]{13}$/.test(part)) return undefined;
  let value = 0n;
  for (const digit of part) value = value * 36n + BigInt(Number.parseInt(digit, 36));
  value += LEAST;
  const [least, most] = RANGES[kind];
  return value >= least && value <= most ? String(value) : undefined;
}

/** Whether PostgreSQL can hold it. */
function isText(bytes: Buffer): boolean {
  return isUtf8(bytes) && !bytes.includes(0);
}
