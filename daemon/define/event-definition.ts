/** Events as the builders of define-event.ts hold them and compile-event.ts reads them: plain data over Drizzle tables, columns and conditions. */
import type { SQL } from "drizzle-orm";
import type { PgColumn, PgTable } from "drizzle-orm/pg-core";
import type { Bound } from "./definition.ts";

/** Where an event keeps its definition; see `definition` of definition.ts. */
export const event: unique symbol = Symbol.for("deltad.event");
/** Where a field that is no plain column keeps its definition. */
export const field: unique symbol = Symbol.for("deltad.field");

/** An event as `events` of a configuration takes it. `~payload` exists for the compiler only, as `~document` of a metric does. */
export interface Event<Payload> {
  readonly [event]: EventDefinition;
  readonly "~payload"?: () => Payload;
}

export type EventTree = Readonly<Record<string, Event<unknown>>>;
export type EventPayload<Declared> = Declared extends { readonly "~payload"?: () => infer Payload } ? Payload : never;

/** Events of every configuration: the daemon gives them by itself. */
export interface BuiltInEvents {
  /** A statement that changed too many rows for an event each. `rows` is null where they were not counted. */
  readonly bulk_changed: { readonly source: string; readonly rows: number | null };
}

export type EventDefinition = RowEventDefinition | OccupantDefinition;

/** Net changes of rows, and the data of their events. */
export interface RowEventDefinition {
  readonly kind: "row";
  readonly change: Change;
  readonly data: Readonly<Record<string, FieldDefinition>>;
}

/** Which net changes of a table's rows count. */
export interface Change {
  readonly table: PgTable;
  readonly what:
    | { readonly kind: "inserted" | "deleted" }
    /** Rows that were there before and still are, and differ in one of these columns. */
    | { readonly kind: "changed"; readonly columns: readonly PgColumn[] }
    /** Rows for which the condition is true now, and was not before, if they were there. */
    | { readonly kind: "became"; readonly condition: SQL };
  /** All must hold of the row as it is; as it was, if it was deleted. */
  readonly conditions: readonly SQL[];
  /** All must hold of the row as it was. */
  readonly conditionsBefore: readonly SQL[];
  /** A change that one of these covers does not count. */
  readonly exceptions: readonly Change[];
}

export type FieldDefinition =
  | { readonly kind: "row" | "before" | "id"; readonly column: PgColumn }
  | { readonly kind: "lookup"; readonly column: PgColumn; readonly by: PgColumn }
  | { readonly kind: "days"; readonly from: PgColumn; readonly until: PgColumn };

/** Occupants of groups by stays; of both, all conditions must hold. */
export interface OccupantDefinition {
  readonly kind: "occupant";
  readonly group: PgColumn;
  readonly conditions: readonly SQL[];
  readonly stays: {
    readonly group: PgColumn;
    readonly conditions: readonly SQL[];
    readonly from: Bound;
    readonly until: Bound;
    readonly label: PgColumn;
  };
  /** Of the group's row. */
  readonly data: Readonly<Record<string, FieldDefinition>>;
}
