/** The language of `writes` in a set of rows: what clients may change of them, typed from Drizzle tables like the rest. */
import { getTableColumns } from "drizzle-orm";
import type { PgTable } from "drizzle-orm/pg-core";
import { ConfigError } from "../config/errors.ts";
import { nearest } from "../config/nearest.ts";
import {
  type GivenDefinition,
  givenDefinition,
  type InsertDefinition,
  type Members,
  membersDefinition,
  type RegisterDefinition,
  registerDefinition,
  type WritesDefinition,
} from "./channel-definition.ts";
import { columnOf, refuseOthers } from "./drizzle-value.ts";
import type { ColumnOf } from "./typed-table.ts";

interface Named {
  readonly _: { readonly tableName: string; readonly name: string };
}

/** `table.column` of these columns. */
export type NamesOf<Fields> = {
  readonly [Name in keyof Fields]: Fields[Name] extends Named ? NameOf<Fields[Name]> : never;
}[keyof Fields];

type NameOf<Column extends Named> = `${Column["_"]["tableName"]}.${Column["_"]["name"]}`;

/** What a row is given at its insert: `user()`. */
export interface Given {
  readonly [givenDefinition]: GivenDefinition;
}

/** What clients may change of a set of rows. Nothing that is not named here can be changed. */
export interface Writes<Table extends string, Column extends string> {
  /** Who of those who may see the channel: `members(…)`, a user's or an owner's column. Left out: all of them. */
  readonly by?: Members | undefined;
  /**
   * Whether they may insert rows. Where the key is a uuid or a text they make it themselves, where it is a whole number the database does.
   * `columns`: those that they may give, by default all in `data`; a column that is not given has its default. `defaults`: what
   * columns of the table, by their names in the Drizzle table, always get.
   */
  readonly insert?:
    | boolean
    | {
        readonly columns?: readonly ColumnOf<Table>[] | undefined;
        readonly defaults?: Readonly<Record<string, Given | string | number | boolean>> | undefined;
      }
    | undefined;
  /** Columns of `data` that change together, by the name by which clients know them. */
  readonly registers?: Readonly<Record<string, Register<Column>>> | undefined;
  /** Whether they may delete rows. Left out: no */
  readonly delete?: boolean | undefined;
  /** The setting in which triggers and policies find the token's claims as JSON while an operation is done, such as `request.jwt.claims`. */
  readonly claims?: string | undefined;
}

/** Columns that change together; the last to write wins, and is told what it overwrote. `~columns` exists for the compiler only. */
export interface Register<Column extends string> {
  readonly [registerDefinition]: RegisterDefinition;
  readonly "~columns"?: () => Column;
  /** The same, but who has not seen the value that is there changes nothing: their operation is a conflict. */
  checked(): Register<Column>;
}

/** Columns that change together, for `registers` of `writes`. */
export function register<const Columns extends readonly [ColumnOf<string> & Named, ...(ColumnOf<string> & Named)[]]>(
  ...columns: Columns
): Register<NameOf<Columns[number]>> {
  return registered({ columns: columns.map((column) => columnOf(column, "register()")), isChecked: false });
}

function registered<Column extends string>(made: RegisterDefinition): Register<Column> {
  return { [registerDefinition]: made, checked: () => registered({ ...made, isChecked: true }) };
}

/** @throws ConfigError where the types were not looked at and something is none */
export function writesOf(table: PgTable, declared: Writes<string, string>): WritesDefinition {
  const { by, insert = false, registers = {}, claims, delete: isDeletable = false, ...others } = declared;
  refuseOthers(others, "rows(), at writes,", ["by", "insert", "registers", "delete", "claims"]);
  if (by !== undefined && (typeof by !== "object" || by === null || !(membersDefinition in by)))
    throw new ConfigError("rows(): writes.by must say who of the members may write: members(…), user(…) or ownerOf(…)");
  if (typeof isDeletable !== "boolean") throw new ConfigError("rows(): writes.delete must be true or false");
  if (claims !== undefined && typeof claims !== "string")
    throw new ConfigError('rows(): writes.claims is the name of a setting, as "request.jwt.claims"');
  return {
    by: by?.[membersDefinition],
    insert: insert === false ? undefined : insertOf(table, insert === true ? {} : insert),
    registers: Object.fromEntries(Object.entries(registers).map(([name, made]) => [name, registerOf(name, made)])),
    isDeletable,
    claims,
  };
}

function registerOf(name: string, made: unknown): RegisterDefinition {
  if (typeof made === "object" && made !== null && registerDefinition in made)
    return made[registerDefinition] as RegisterDefinition;
  throw new ConfigError(`rows(): writes.registers.${name} must be register(column, …), or that with .checked()`);
}

function insertOf(
  table: PgTable,
  declared: Exclude<Writes<string, string>["insert"], boolean | undefined>,
): InsertDefinition {
  if (typeof declared !== "object" || declared === null)
    throw new ConfigError("rows(): writes.insert must be true, false or { columns, defaults }");
  const { columns: given, defaults = {}, ...others } = declared;
  refuseOthers(others, "rows(), at writes.insert,", ["columns", "defaults"]);
  const known = getTableColumns(table);
  return {
    columns: given?.map((column) => columnOf(column, "rows(), at writes.insert.columns,")),
    defaults: Object.entries(defaults).map(([name, value]) => {
      const column = known[name];
      if (column === undefined) {
        const near = nearest(name, Object.keys(known));
        throw new ConfigError(
          `rows(): writes.insert.defaults.${name} is no column of the table${near === undefined ? "" : `: did you mean ${near}?`}`,
        );
      }
      return { column, given: givenOf(name, value) };
    }),
  };
}

function givenOf(name: string, given: unknown): GivenDefinition {
  if (typeof given === "object" && given !== null && givenDefinition in given)
    return given[givenDefinition] as GivenDefinition;
  if (typeof given === "string" || typeof given === "boolean" || (typeof given === "number" && Number.isFinite(given)))
    return { kind: "constant", value: given };
  throw new ConfigError(`rows(): writes.insert.defaults.${name} must be user(), a text, a number, true or false`);
}
