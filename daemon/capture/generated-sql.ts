/**
 * Words of the generated trigger functions.
 *
 * These run with the search_path of whoever writes: to SET one costs as much as a third of the whole trigger. So nothing in their text
 * is looked up by it. Types, functions, tables and operators are qualified, `operator(pg_catalog.>)`; what PostgreSQL has no qualified
 * spelling for and looks up all the same is not used: IN, LIKE, BETWEEN, NULLIF, IS DISTINCT FROM, CASE … WHEN. COALESCE, GREATEST,
 * DISTINCT and GROUP BY look nothing up. Transition tables come before any other table of their name.
 */
import { quoteLiteral } from "../database/identifier.ts";
import { captured } from "../plan/row-source.ts";
import { EVERY_ROW, type Link, linkColumns, WHOLE_KEY, type WatchedTable } from "../plan/watched-table.ts";

export interface CaptureLimits {
  /** A statement that changes more rows than this is recorded by its owners, not by its rows. */
  readonly bulkRows: number;
  /** False: writers of the watched tables never use PREPARE TRANSACTION. */
  readonly twoPhase: boolean;
}

/** How many rows of this transaction the row triggers have kept; empty where none: a setting of the transaction's own. */
export const ROW_IMAGES = "deltad.row_images";

/** Where it is off, the session, or the transaction, would rather not be captured; whether it may, says deltad.may_skip(). See sql/skip_capture.sql. */
export const SKIP_SETTING = "pg_catalog.current_setting('deltad.capture', true)";

/** Takes the bell where no daemon sleeps: see sql/ring.sql. */
export const TRY_BELL = "pg_catalog.pg_try_advisory_xact_lock_shared(1684368500, 1)";

/**
 * True in one of 1,021 transactions: who writes there looks after what nobody reads, see sql/suspend_unread.sql. A prime, so that no
 * regular sequence of transactions passes it by for ever.
 */
export const IS_ITS_TURN = `pg_catalog.txid_current() ${op("%")} 1021 ${op("=")} 0`;

const LINE_WIDTH = 110;

const BEGIN = "\nbegin\n";
/** As deltad.switched_off() puts it into a trigger function. */
const OFF = `${BEGIN}  return new;  -- capture is off\n`;

/** The body of a trigger function whose capture is switched off. */
export function switchedOff(body: string): string {
  return body.replace(BEGIN, OFF);
}

export function isSwitchedOff(body: string): boolean {
  return body.includes(OFF);
}

/** PostgreSQL's operator, whatever others are in the way: `=` and the like. */
export function op(symbol: string): string {
  return `operator(pg_catalog.${symbol})`;
}

/** What the types of change tables are called in pg_catalog, where SQL spells them otherwise. */
const IN_CATALOG: Readonly<Record<string, string>> = {
  bigint: "int8",
  boolean: "bool",
  "double precision": "float8",
};

function catalogType(type: string): string {
  const [, base = type, dimensions = ""] = /^(.*?)((?:\[\])*)$/.exec(type) ?? [];
  return `pg_catalog.${IN_CATALOG[base] ?? base}${dimensions}`;
}

/** `r."status"::pg_catalog.text`: the column's value as the change table keeps it. Always in quotes: deltad.follow_columns() finds it by them. */
export function capturedValue(row: string, { name, type }: WatchedTable["columns"][number]): string {
  return `${row}."${name.replaceAll('"', '""')}"::${catalogType(type)}`;
}

/** By what kinds of topics find their rows: see `WatchedTable.links`. */
export function linksOf({ owner, links = [owner] }: WatchedTable): readonly Link[] {
  return links;
}

/**
 * How many bytes of text a reset names. It is an entry of an index, which has 2,704 at most; in the JSON of several columns a character
 * may take six.
 */
const MOST_NAMED = 2000;
const MOST_NAMED_BY_SEVERAL = MOST_NAMED / 6;

/** Whose texts are never so long. */
const SHORT_TYPES = ["bigint", "uuid"];

/** Whether texts of what rows name may be too long for {@link linkedText}. */
export function mayBeLong(table: WatchedTable, link: Link): boolean {
  return linkedColumns(table, link).some(({ type }) => !SHORT_TYPES.includes(type));
}

/** The condition that a row names something by one of {@link linksOf}: with a column open it names nothing. */
export function isLinked(table: WatchedTable, link: Link, row: string): string {
  if (link === EVERY_ROW) return "true";
  return linkedColumns(table, link)
    .map((column) => `${capturedValue(row, column)} is not null`)
    .join(" and ");
}

/**
 * What a row names by one of {@link linksOf}, as text; of several columns as `linkText` of plan/row-link.ts has it. NULL where it is too
 * long to be told in a reset, which is then one of all that rows name by this link.
 */
export function linkedText(table: WatchedTable, link: Link, row: string): string {
  if (link === EVERY_ROW) return `${quoteLiteral(WHOLE_KEY)}::pg_catalog.text`;
  const texts = linkedColumns(table, link).map((column) => {
    const value = capturedValue(row, column);
    return column.type === "text" ? value : `${value}::pg_catalog.text`;
  });
  const [text, most] =
    typeof link === "string"
      ? [texts.join(), MOST_NAMED]
      : [`pg_catalog.jsonb_build_array(${texts.join(", ")})::pg_catalog.text`, MOST_NAMED_BY_SEVERAL];
  if (!mayBeLong(table, link)) return text;
  const bytes = texts.map((one) => `pg_catalog.octet_length(${one})::pg_catalog.int8`).join(` ${op("+")} `);
  return `case when ${bytes} ${op("<=")} ${Math.floor(most)} then ${text} end`;
}

function linkedColumns(table: WatchedTable, link: Link): WatchedTable["columns"] {
  return linkColumns(link).map((name) => captured(table, name));
}

/** The schema and the name of the watched table, as literals. */
export function tableNames(table: WatchedTable): string {
  return `${quoteLiteral(table.schema)}, ${quoteLiteral(table.table)}`;
}

/** The condition that the trigger's table is another one than the function was made for. */
export function otherTable(table: WatchedTable): string {
  return `(tg_table_schema, tg_table_name) ${op("<>")} (${tableNames(table)})`;
}

/** A call that wakes a sleeping daemon. */
export function ring({ twoPhase }: CaptureLimits): string {
  return twoPhase ? "deltad.ring()" : "deltad.ring(writers_prepare => false)";
}

/** A comma-separated list that goes on in the next line, indented, when a line is full. */
export function wrapped(items: readonly string[], indent: number): string {
  let text = "";
  let width = indent;
  for (const [index, item] of items.entries()) {
    if (index > 0) {
      const full = width + item.length + 2 > LINE_WIDTH;
      text += full ? `,\n${" ".repeat(indent)}` : ", ";
      width = full ? indent : width + 2;
    }
    text += item;
    width += item.length;
  }
  return text;
}
