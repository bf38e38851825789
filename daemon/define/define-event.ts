/**
 * The language of `events` in deltad.config.ts. An event says which net changes of a table's rows it is for, and which data it carries;
 * like metrics, events are typed from Drizzle tables, and a column of another table does not compile.
 */
import type { SQL } from "drizzle-orm";
import type { PgColumn } from "drizzle-orm/pg-core";
import { ConfigError } from "../config/errors.ts";
import { columnOf, tableOf } from "./drizzle-value.ts";
import { type Change, type Event, event, type FieldDefinition, field } from "./event-definition.ts";
import type { NullOf, ValueOf } from "./event-value.ts";
import type { ColumnOf, Condition, TableOf } from "./typed-table.ts";
import { type BoundOf, boundOf } from "./when.ts";

/** A function of PostgreSQL takes at most 100 arguments: a name and a value for each field. */
const MOST_FIELDS = 50;

/** Rows that a transaction brought, or that came from another owner. */
export function inserted<Table extends string>(table: TableOf<Table>): RowChange<Table> {
  return new RowChange(changeOf(tableOf(table, "inserted()"), { kind: "inserted" }));
}

/** Rows that a transaction removed, or that went to another owner. */
export function deleted<Table extends string>(table: TableOf<Table>): RowChange<Table> {
  return new RowChange(changeOf(tableOf(table, "deleted()"), { kind: "deleted" }));
}

/** Rows that were there before, and differ in one of these columns. */
export function changed<Table extends string>(
  column: ColumnOf<Table>,
  ...more: readonly ColumnOf<NoInfer<Table>>[]
): RowChange<Table> {
  const columns = [column, ...more].map((taken) => columnOf(taken, "changed()"));
  return new RowChange(changeOf((columns[0] as PgColumn).table, { kind: "changed", columns }));
}

/** Rows for which the condition is true, and was not before: inserted so, or changed. */
export function became<Table extends string>(table: TableOf<Table>, condition: Condition): RowChange<Table> {
  return new RowChange(changeOf(tableOf(table, "became()"), { kind: "became", condition: condition as SQL }));
}

/** Net changes of one table's rows: what a transaction did to a row in all, whatever its statements. */
class RowChange<Table extends string> {
  readonly #change: Change;
  declare readonly table?: Table;

  constructor(change: Change) {
    this.#change = change;
  }

  /** Only rows for which this is true as they are; as they were, if they were deleted. */
  where(condition: Condition | undefined): RowChange<Table> {
    return new RowChange({ ...this.#change, conditions: [...this.#change.conditions, ...given(condition)] });
  }

  /** Only rows for which this was true before. */
  whereBefore(condition: Condition | undefined): RowChange<Table> {
    const conditionsBefore = [...this.#change.conditionsBefore, ...given(condition)];
    return new RowChange({ ...this.#change, conditionsBefore });
  }

  /** Only changes that none of these covers. */
  except(...others: readonly RowChange<Table>[]): RowChange<Table> {
    const exceptions = others.map((other) => other.#change);
    return new RowChange({ ...this.#change, exceptions: [...this.#change.exceptions, ...exceptions] });
  }

  /**
   * The event's data, at most 50 fields: columns of the row (as it was, if it was deleted), and results of `id`, `before`, `lookup` and `days`.
   * @throws ConfigError for more fields, and for one that is no column and no such result
   */
  data<const Fields extends FieldsOf<Table>>(fields: Fields): Event<DataOf<Fields>> {
    return { [event]: { kind: "row", change: this.#change, data: eventDataOf(fields) } };
  }
}
export type { RowChange };

/** One field of an event about rows of `Table` that is no plain column of it. */
export interface Field<Table extends string, Value> {
  readonly [field]: FieldDefinition;
  readonly "~payload"?: () => Value;
  readonly table?: Table;
}

export type FieldsOf<Table extends string> = Readonly<Record<string, ColumnOf<Table> | Field<Table, unknown>>>;

/** The data's type. Whole numbers up to 32 bits and floats are numbers, booleans booleans; all else is text, instants as ISO 8601 with microseconds. */
export type DataOf<Fields> = {
  readonly [Name in keyof Fields]: Fields[Name] extends Field<string, infer Value>
    ? Value
    : Fields[Name] extends ColumnOf<string>
      ? ValueOf<Fields[Name]>
      : never;
};

/** A column as text, whatever its type: a key is a name, no number to count with. */
export function id<Table extends string, Column extends ColumnOf<Table>>(
  column: Column & ColumnOf<Table>,
): Field<Column["_"]["tableName"], string | NullOf<Column>> {
  return { [field]: { kind: "id", column: columnOf(column, "id()") } };
}

/** A column as it was before; null for a row that was inserted. */
export function before<Column extends ColumnOf<string>>(
  column: Column,
): Field<Column["_"]["tableName"], ValueOf<Column> | null> {
  return { [field]: { kind: "before", column: columnOf(column, "before()") } };
}

/**
 * A column of another table's row, whose key is `by`; null where there is none, or it is another owner's. Of a row that was deleted
 * meanwhile it is what it was. Of the owner table, `by` is the column that names the owner.
 */
export function lookup<Column extends ColumnOf<string>, By extends ColumnOf<string>>(
  column: Column,
  by: By,
): Field<By["_"]["tableName"], ValueOf<Column> | null> {
  return {
    [field]: { kind: "lookup", column: columnOf(column, "lookup()"), by: columnOf(by, "lookup()") },
  };
}

/** How many local dates `until` is after `from`, in the owner's time zone; negative where it is before, null where one of them is. */
export function days<From extends ColumnOf<string>>(
  from: From,
  until: ColumnOf<From["_"]["tableName"]>,
): Field<From["_"]["tableName"], number | null> {
  return { [field]: { kind: "days", from: columnOf(from, "days()"), until: columnOf(until, "days()") } };
}

/** The data of every occupant event beside its own. Occupants are named by their label; null: nobody. */
export interface OccupantData {
  readonly isNowOccupied: boolean;
  readonly previousOccupant: string | null;
  readonly newOccupant: string | null;
}

/**
 * An event for each change of an occupant, by a write or by the clock. A group's occupant is, of its stays that have begun and not ended,
 * the one that began first. `group` is the key of the thing that is occupied; `label` is the occupant's name, as the data give it.
 */
export function occupant<
  Group extends string,
  Stays extends string,
  const Fields extends Readonly<Record<string, ColumnOf<Group> | Field<Group, unknown>>>,
>(definition: {
  readonly group: ColumnOf<Group>;
  /** The groups that can be occupied; all, where this is left out. */
  readonly where?: Condition | undefined;
  readonly stays: {
    readonly group: ColumnOf<Stays>;
    readonly where?: Condition | undefined;
    /** As bounds of `while`, at instants: also `at(…)`, and `openIfNull(…)` for stays without an end. */
    readonly from: BoundOf<Stays>;
    readonly until: BoundOf<Stays>;
    readonly label: ColumnOf<Stays>;
  };
  /** Columns of the group's row. */
  readonly data: Fields;
}): Event<DataOf<Fields> & OccupantData> {
  const { group, where, stays, data } = definition;
  const column = (taken: ColumnOf<string>): PgColumn => columnOf(taken, "occupant()");
  return {
    [event]: {
      kind: "occupant",
      group: column(group),
      conditions: given(where),
      stays: {
        group: column(stays.group),
        conditions: given(stays.where),
        from: boundOf(stays.from, "occupant()"),
        until: boundOf(stays.until, "occupant()"),
        label: column(stays.label),
      },
      data: eventDataOf(data),
    },
  };
}

function changeOf(table: Change["table"], what: Change["what"]): Change {
  return { table, what, conditions: [], conditionsBefore: [], exceptions: [] };
}

function given(condition: Condition | undefined): readonly SQL[] {
  return condition === undefined ? [] : [condition as SQL];
}

/** The fields of an event's data as definitions, where a plain column is one too. */
function eventDataOf(fields: Readonly<Record<string, unknown>>): Readonly<Record<string, FieldDefinition>> {
  const entries = Object.entries(fields);
  if (entries.length > MOST_FIELDS)
    throw new ConfigError(`data() takes at most ${MOST_FIELDS} fields, not ${entries.length}`);
  return Object.fromEntries(
    entries.map(([name, value]) => [
      name,
      isField(value) ? value[field] : { kind: "row", column: columnOf(value, `data(), at ${name},`) },
    ]),
  );
}

function isField(value: unknown): value is { readonly [field]: FieldDefinition } {
  return typeof value === "object" && value !== null && field in value;
}
