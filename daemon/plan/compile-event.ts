/** One event's definition → its part of the plan, for changes of rows and for changes of occupants. */
import type { SQL } from "drizzle-orm";
import type { PgColumn, PgTable } from "drizzle-orm/pg-core";
import { at, ConfigError } from "../config/errors.ts";
import { unreachable } from "../config/unreachable.ts";
import { quoteIdentifier } from "../database/identifier.ts";
import { namesOf } from "./captured-columns.ts";
import { type CapturedTables, refuseUnfound } from "./captured-tables.ts";
import { dateType } from "./column-type.ts";
import { conditionSql } from "./condition.ts";
import type { Change, FieldDefinition, RowEventDefinition } from "../define/event-definition.ts";
import { fieldForm, sharedOut, textForm } from "./field-form.ts";
import type { FieldPlan, RowEventPlan } from "./plan.ts";
import { allOf } from "./row-value.ts";

/** @throws ConfigError where the event uses what is not its table's */
export function compileRowEvent(name: string, definition: RowEventDefinition, tables: CapturedTables): RowEventPlan {
  const { change, data } = definition;
  const source = tables.sourceOf(change.table);
  const key = tables.keyOf(change.table);
  const row = new Images(change.table, tables);
  for (const column of key) row.now(column);
  const when = whenOf(change, row);
  const fields = Object.entries(data).map(([field, made]) => at([field], () => fieldOf(field, made, row, tables)));
  const { columns, columnsBefore } = row;
  return { name, source, key: namesOf(key), columns, columnsBefore, when, data: sharedOut(fields) };
}

/** The images of a row that an event looks at, `r` and `b`, and their columns so far. */
class Images {
  readonly table: PgTable;
  readonly #tables: CapturedTables;
  readonly #columns = new Set<string>();
  readonly #before = new Set<string>();

  constructor(table: PgTable, tables: CapturedTables) {
    this.table = table;
    this.#tables = tables;
  }

  get columns(): readonly string[] {
    return [...this.#columns];
  }

  get columnsBefore(): readonly string[] {
    return [...this.#before];
  }

  /** SQL of the column, on which it depends whether there is an event. */
  now(column: PgColumn): string {
    return `r.${quoteIdentifier(this.#use(column))}`;
  }

  before(column: PgColumn): string {
    if (column.table !== this.table)
      throw new ConfigError(
        `${column.name}: what a row of another table was before, nobody knows; events say what became of a row of their own table`,
      );
    const name = this.#use(column);
    this.#before.add(name);
    return `b.${quoteIdentifier(name)}`;
  }

  /** The name of a column that the event tells. */
  told(column: PgColumn): string {
    return this.#use(column, "told");
  }

  #use(column: PgColumn, only?: "told"): string {
    const name = this.#tables.use(this.table, column, only);
    this.#columns.add(name);
    return name;
  }
}

const IS_THERE = "r.change_weight > 0";
const WAS_THERE = "b.change_weight is not null";

function whenOf(change: Change, row: Images): string {
  const now = change.conditions.map((condition) => conditionSql(condition, row.table, (column) => row.now(column)));
  const before = change.conditionsBefore.map((condition) => was(condition, row));
  const exceptions = change.exceptions.map((other) => {
    if (other.table !== row.table) throw new ConfigError("except() is about another table");
    return `(${whenOf(other, row)}) is not true`;
  });
  return allOf([happened(change.what, row), ...now, ...before, ...exceptions]) ?? "true";
}

function happened(what: Change["what"], row: Images): string {
  switch (what.kind) {
    case "inserted":
      return `${IS_THERE} and not ${WAS_THERE}`;
    case "deleted":
      return `not ${IS_THERE}`;
    case "changed":
      return `${IS_THERE} and ${WAS_THERE} and (${what.columns.map((column) => `${row.now(column)} is distinct from ${row.before(column)}`).join(" or ")})`;
    case "became": {
      const now = conditionSql(what.condition, row.table, (column) => row.now(column));
      return `${IS_THERE} and (${now}) and (${WAS_THERE} and (${was(what.condition, row)})) is not true`;
    }
    default:
      return unreachable(what);
  }
}

function was(condition: SQL, row: Images): string {
  return conditionSql(condition, row.table, (column) => row.before(column));
}

function fieldOf(name: string, field: FieldDefinition, row: Images, tables: CapturedTables): FieldPlan {
  switch (field.kind) {
    case "row":
      return { name, kind: "row", column: row.told(field.column), form: fieldForm(field.column) };
    case "before":
      row.before(field.column);
      return { name, kind: "before", column: field.column.name, form: fieldForm(field.column) };
    case "id":
      return { name, kind: "row", column: row.told(field.column), form: textForm(field.column) };
    case "days": {
      const [from, until] = [row.told(field.from), row.told(field.until)];
      for (const column of [field.from, field.until]) dateType(column);
      return { name, kind: "days", from, until };
    }
    case "lookup":
      return { name, kind: "lookup", ...lookupOf(field, row, tables) };
    default:
      return unreachable(field);
  }
}

function lookupOf(
  { column, by }: Extract<FieldDefinition, { kind: "lookup" }>,
  row: Images,
  tables: CapturedTables,
): Omit<Extract<FieldPlan, { kind: "lookup" }>, "name" | "kind"> {
  const named = row.told(by);
  const found = tables.lookedUp(column.table);
  const { source, key } = found;
  tables.reference(column.table, column);
  refuseUnfound(by, found);
  const { own, name: kind } = tables.kind;
  if (source === own?.source && !tables.ownerOf(row.table).includes(by))
    throw new ConfigError(
      `lookup(): of the ${kind} table only the row's own ${kind} is told, by the column that names it`,
    );
  const { name, notNull } = column;
  return { source, key: key.name, by: named, column: name, notNull, form: fieldForm(column) };
}
