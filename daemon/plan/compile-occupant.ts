/** An occupant's definition → two projections, whose keys hold all the data of its events, so that no read is needed at their instant. */
import type { SQL } from "drizzle-orm";
import type { PgColumn, PgTable } from "drizzle-orm/pg-core";
import { ConfigError } from "../config/errors.ts";
import { quoteLiteral } from "../database/identifier.ts";
import type { CapturedTables } from "./captured-tables.ts";
import { groupKey, refuseAsKey, wideType } from "./column-type.ts";
import { conditionSql } from "./condition.ts";
import type { Bound as BoundDefinition } from "../define/definition.ts";
import type { OccupantDefinition } from "../define/event-definition.ts";
import { fieldForm, sharedOut, textForm } from "./field-form.ts";
import { formed } from "./field-sql.ts";
import { datedBy } from "./dated-by.ts";
import type { Bound, FieldForm, OccupantPlan } from "./plan.ts";
import type { PlanDraft } from "./plan-draft.ts";
import { allOf, keyText } from "./row-value.ts";

/** The data of every such event; see `OccupantData`. */
const TOLD = ["isNowOccupied", "previousOccupant", "newOccupant"];

/** @throws ConfigError where the columns don't belong together */
export function compileOccupant(
  name: string,
  { group, conditions, stays, data }: OccupantDefinition,
  draft: PlanDraft,
  tables: CapturedTables,
): OccupantPlan {
  if (group.table === stays.group.table) throw new ConfigError("occupant(): group and stays.group are of one table");
  if (wideType(group) !== wideType(stays.group))
    throw new ConfigError(
      `occupant(): ${group.name} and ${stays.group.name} are of different types, so they never meet`,
    );
  refuseAsKey(group);
  const stay = stays.group.table;
  const source = tables.sourceOf(stay);
  const key = tables.keyOf(stay);
  const text = (table: PgTable, column: PgColumn, form: FieldForm): string =>
    formed(tables.reference(table, column), form);
  const groupOf = (column: PgColumn): string => groupKey(tables.reference(column.table, column), column);
  const fields = Object.entries(data).map(([field, made]) => {
    if (TOLD.includes(field)) throw new ConfigError(`data.${field}: every occupant event tells this itself`);
    if (made.kind !== "row" && made.kind !== "id")
      throw new ConfigError(`data.${field}: an occupant event tells columns of the occupied row only`);
    const form = made.kind === "id" ? textForm(made.column) : fieldForm(made.column);
    return { name: field, column: made.column, form };
  });
  const shared = sharedOut(fields);
  const pairs = shared.flatMap(({ name: field, column, form }) => [
    quoteLiteral(field),
    text(group.table, column, form),
  ]);
  return {
    name,
    groups: draft.counted({
      source: tables.sourceOf(group.table),
      key: `json_build_array(${groupOf(group)}, json_build_object(${pairs.join(", ")}))::text`,
      time: { kind: "none" },
      measure: counting(group, conditions, tables),
    }),
    stays: draft.counted({
      source,
      key: `json_build_array(${groupOf(stays.group)}, ${keyText(key.map((column) => tables.reference(stay, column)))}, ${text(stay, stays.label, textForm(stays.label))})::text`,
      time: { kind: "while", from: instant(stay, stays.from, tables), until: instant(stay, stays.until, tables) },
      measure: counting(stays.group, stays.conditions, tables),
    }),
    data: shared.map((field) => ({ ...field, column: tables.use(group.table, field.column) })),
    numericKeys: key.length === 1 && key.every((column) => ["bigint", "numeric"].includes(wideType(column))),
  };
}

/** Rows that name a group, and for which all conditions hold. */
function counting(group: PgColumn, conditions: readonly SQL[], tables: CapturedTables) {
  const reference = (column: PgColumn): string => tables.reference(group.table, column);
  const own = conditions.map((condition) => conditionSql(condition, group.table, reference));
  return { where: allOf([...own, `${reference(group)} is not null`]), value: { op: "count" as const } };
}

function instant(table: PgTable, { isOpen, ...when }: BoundDefinition, tables: CapturedTables): Bound {
  const dated = datedBy(table, when, tables);
  if (dated.type === "date")
    throw new ConfigError(
      `occupant(): ${when.column.name} is a date: stays begin and end at an instant, a timestamptz, or a timestamp with at(…)`,
    );
  return { ...dated, ...(isOpen && { isOpen }) };
}
