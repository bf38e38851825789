/** What clients may change of a set of rows → its part of the plan. */
import type { PgColumn } from "drizzle-orm/pg-core";
import { at, ConfigError } from "../config/errors.ts";
import { unreachable } from "../config/unreachable.ts";
import { quoteIdentifier } from "../database/identifier.ts";
import type {
  InsertDefinition,
  MembersDefinition,
  RowsOfChannel,
  WritesDefinition,
} from "../define/channel-definition.ts";
import { tableName } from "../define/drizzle-value.ts";
import { tablePlace } from "./captured-columns.ts";
import { keyType, wideType } from "./column-type.ts";
import { conditionSql } from "./condition.ts";
import { fieldForm } from "./field-form.ts";
import type {
  InsertPlan,
  RegisterPlan,
  SingleForm,
  WritersPlan,
  WritersTable,
  WritesPlan,
  WrittenField,
  WrittenForm,
} from "./writes-plan.ts";

const NAME = /^[A-Za-z_][A-Za-z0-9_]{0,30}$/;
/** Names in PostgreSQL are cut beyond it. */
const MOST_FUNCTION_NAME = 63;
/** A setting of an extension or an application: PostgreSQL has none of its own with a dot. */
const SETTING = /^[a-z_][a-z0-9_]*(\.[a-z_][a-z0-9_]*)+$/i;

export interface WrittenSet {
  readonly kind: string;
  readonly name: string;
  readonly rows: RowsOfChannel;
  /** The key of the channel's own table. */
  readonly row: PgColumn;
  /** SQL of a column's value as clients get it, over `r`. */
  readonly shown: (column: PgColumn) => string;
  /** What else is read to say whether a row is there. */
  readonly reads: readonly string[];
}

/** @throws ConfigError in one line */
export function compileWrites(writes: WritesDefinition, set: WrittenSet): WritesPlan {
  const functionName = `write_${set.kind}.${set.name}`;
  if (functionName.length > MOST_FUNCTION_NAME)
    throw new ConfigError(
      `deltad.${functionName} would have more than ${MOST_FUNCTION_NAME} letters: choose shorter names`,
    );
  const registers = Object.entries(writes.registers).map(([name, { columns, isChecked }]): RegisterPlan => {
    const fields = at(["registers", name], () => {
      if (!NAME.test(name))
        throw new ConfigError("a register's name has letters, digits and _, at most 31, and begins with no digit");
      if (columns.length === 0) throw new ConfigError("name the columns that change together");
      return columns.map((column) => fieldOf(column, set));
    });
    return { name, isChecked, fields };
  });
  refuseTwice(registers);
  const { by, insert: inserts } = writes;
  const insert = inserts && at(["insert"], () => insertPlan(inserts, set));
  if (registers.length === 0 && insert === undefined && !writes.isDeletable)
    throw new ConfigError("nothing may be written: declare insert, registers or delete, or leave writes out");
  if (writes.claims !== undefined && !SETTING.test(writes.claims))
    throw new ConfigError(
      `claims: ${JSON.stringify(writes.claims)} is no setting of an application, as "request.jwt.claims"`,
    );
  return {
    functionName,
    by: by && at(["by"], () => writersPlan(by, set.row)),
    insert,
    registers,
    isDeletable: writes.isDeletable,
    claims: writes.claims,
    reads: [...new Set([...set.reads, ...registers.flatMap(({ fields }) => fields.map(({ column }) => column))])],
  };
}

/** @throws ConfigError for a column that clients don't get, or that says which row of which channel it is */
function fieldOf(column: PgColumn, { rows, shown }: WrittenSet): WrittenField {
  const called = calledAs(column);
  const [name] = Object.entries(rows.data).find(([, one]) => calledAs(one) === called) ?? [];
  if ([rows.key, rows.channel].map(calledAs).includes(called))
    throw new ConfigError(`${called} says which row it is, or in which channel: nobody changes that`);
  if (name === undefined) throw new ConfigError(`${called} is not in data: clients change what they get`);
  return { name, column: column.name, form: formOf(column), shown: shown(column) };
}

function calledAs(column: PgColumn): string {
  return `${tableName(column.table)}.${column.name}`;
}

function formOf(column: PgColumn): WrittenForm {
  const type = wideType(column);
  if (type === "jsonb") return "json";
  if (!type.endsWith("[]")) return singleForm(column);
  const { baseColumn: element } = column as PgColumn & { readonly baseColumn?: PgColumn };
  return { items: element === undefined ? "text" : singleForm(element) };
}

function singleForm(column: PgColumn): SingleForm {
  const { as } = fieldForm(column);
  return as === "number" || as === "boolean" ? as : "text";
}

/** A frame never touches a register of which an operation is under way: each column is of one. */
function refuseTwice(registers: readonly RegisterPlan[]): void {
  const owners = new Map<string, string>();
  for (const { name, fields } of registers)
    for (const { column } of fields) {
      const other = owners.get(column);
      if (other !== undefined)
        throw new ConfigError(`registers.${name}: ${column} is in ${other === name ? "it twice" : `${other} as well`}`);
      owners.set(column, name);
    }
}

function insertPlan({ columns, defaults }: InsertDefinition, set: WrittenSet): InsertPlan {
  const { key, channel, data } = set.rows;
  const given = defaults.map(({ column }) => calledAs(column));
  const ofRow = [key, channel].map(calledAs);
  for (const { column } of defaults)
    if (ofRow.includes(calledAs(column)))
      throw new ConfigError(`defaults: ${column.name} says which row it is, or in which channel`);
  for (const column of columns ?? [])
    if (given.includes(calledAs(column))) throw new ConfigError(`columns: ${column.name} has a value in defaults`);
  const named = columns ?? Object.values(data).filter((column) => ![...ofRow, ...given].includes(calledAs(column)));
  return {
    makesKey: !["uuid", "text"].includes(keyType(key)),
    fields: [...new Map(named.map((column) => [calledAs(column), fieldOf(column, set)])).values()],
    defaults: defaults.map(({ column, given: value }) => ({
      column: column.name,
      value: value.kind === "user" ? undefined : String(value.value),
    })),
  };
}

function writersPlan(by: MembersDefinition, row: PgColumn): WritersPlan {
  switch (by.kind) {
    case "everyone":
      return by;
    case "claim":
      throw new ConfigError(
        "name those who may write by members(…), user(…) or ownerOf(…): a claim() is for members alone",
      );
    case "user":
    case "owner":
      if (tableName(by.column.table) !== tableName(row.table))
        throw new ConfigError(`${by.column.name} is no column of ${tableName(row.table)}, the channel's own table`);
      return { kind: by.kind, column: by.column.name };
    case "table":
      return writersTable(by, row);
  }
  return unreachable(by);
}

function writersTable(by: Extract<MembersDefinition, { kind: "table" }>, row: PgColumn): WritersTable {
  const { table, channel, user, where } = by;
  const columns = new Map<string, string>();
  const reference = (column: PgColumn): string => {
    if (tableName(column.table) !== tableName(table))
      throw new ConfigError(`${column.name} is no column of ${tableName(table)}`);
    columns.set(column.name, wideType(column));
    return `r.${quoteIdentifier(column.name)}`;
  };
  for (const column of [channel, user]) reference(column);
  if (wideType(channel) !== wideType(row))
    throw new ConfigError(
      `channel: ${channel.name} is ${channel.getSQLType()}, row is ${row.getSQLType()}: they never meet`,
    );
  columns.clear();
  return {
    kind: "table",
    ...tablePlace(table),
    channel: channel.name,
    user: user.name,
    userType: wideType(user),
    where: where === undefined ? "true" : conditionSql(where, table, reference),
    columns: [...columns].map(([name, type]) => ({ name, type })),
  };
}
