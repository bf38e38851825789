/**
 * A Drizzle condition as SQL text over a row `r`, values inlined. It may use the columns of one table and nothing else: no other table, no
 * subquery, no aggregate, no clock, no parameter.
 */
import { Column, getTableName, is, Param, SQL, StringChunk } from "drizzle-orm";
import type { PgColumn, PgTable } from "drizzle-orm/pg-core";
import { ConfigError } from "../config/errors.ts";
import { quoteLiteral } from "../database/identifier.ts";
import { wideType } from "./column-type.ts";
import { checkConditionText, clockError } from "./condition-text.ts";
import { CLOCK_LITERAL } from "./condition-words.ts";

/** Gives `r."name"` for a column of the condition's table, and refuses a column of any other. */
export type Reference = (column: PgColumn) => string;

/** @throws ConfigError saying what can't be used */
export function conditionSql(condition: SQL, table: PgTable, reference: Reference): string {
  const text = written(condition, { table, reference });
  checkWhole(text);
  return text.trim();
}

interface Context {
  readonly table: PgTable;
  readonly reference: Reference;
}

function written(chunk: unknown, context: Context): string {
  // Drizzle writes nothing for it: `eq(misspelt, 1)` would be ` = 1`.
  if (chunk === undefined) throw new ConfigError("a condition is given undefined: is a column's name misspelt?");
  if (is(chunk, StringChunk)) {
    const text = chunk.value.join("");
    checkConditionText(text, `\${${getTableName(context.table)}.column}`);
    return text;
  }
  if (is(chunk, SQL)) return chunk.queryChunks.map((part) => written(part, context)).join("");
  if (is(chunk, Column)) return context.reference(chunk as PgColumn);
  if (is(chunk, Param)) return bound(chunk);
  if (Array.isArray(chunk)) return `(${chunk.map((part) => written(part, context)).join(", ")})`;
  if (chunk === null || typeof chunk !== "object" || chunk instanceof Date) return literal(chunk, undefined);
  throw new ConfigError(
    "a condition may use columns and values of its own table only: no other table, subquery, placeholder or identifier",
  );
}

/** A value that Drizzle bound to the column it is compared with. */
function bound(param: Param): string {
  const column = is(param.encoder, Column) ? (param.encoder as PgColumn) : undefined;
  if (param.value === null) return "null";
  let mapped: unknown;
  try {
    mapped = param.encoder.mapToDriverValue(param.value);
  } catch {
    throw new ConfigError(
      `${JSON.stringify(param.value)} is no value for ${column === undefined ? "this place" : column.name}`,
    );
  }
  return literal(mapped, column);
}

function literal(value: unknown, column: PgColumn | undefined): string {
  if (value === null) return "null";
  if (typeof value === "boolean") return String(value);
  // In parentheses: a minus after a minus would begin a comment.
  if (typeof value === "bigint" || (typeof value === "number" && Number.isFinite(value))) return `(${value})`;
  if (typeof value === "string") return text(value, column);
  if (value instanceof Date) return `${quoteLiteral(value.toISOString())}::timestamptz`;
  if (typeof value === "object" && !is(value, SQL)) return text(JSON.stringify(value), column);
  const what = typeof value === "number" ? value : `a ${typeof value}`;
  throw new ConfigError(`${what} can't be a value in a condition`);
}

function text(value: string, column: PgColumn | undefined): string {
  if (value.includes("\0")) throw new ConfigError("PostgreSQL has no text with a NUL character");
  const isText = column !== undefined && wideType(column) === "text";
  if (!isText && CLOCK_LITERAL.test(value)) throw clockError(`'${value}'`);
  return quoteLiteral(value);
}

/** Pieces that are harmless alone can be put together into a comment, or close a parenthesis that is not theirs; two texts into one. */
function checkWhole(text: string): void {
  for (const [, next] of text.matchAll(/"(?:[^"]|"")*"|'(?:[^']|'')*'(\s*[\r\n]\s*')?/g))
    if (next !== undefined) throw new ConfigError(`write a text in one piece, not: ${text.replaceAll(/\s+/g, " ")}`);
  let depth = 0;
  for (const [found] of text.matchAll(/'(?:[^']|'')*'|"(?:[^"]|"")*"|--|\/\*|[()]/g)) {
    if (found === "--" || found === "/*") throw new ConfigError(`leave comments out of the SQL: ${text}`);
    if (found === "(") depth += 1;
    if (found === ")") depth -= 1;
    if (depth < 0) break;
  }
  if (depth !== 0) throw new ConfigError(`parentheses don't match in: ${text}`);
}
