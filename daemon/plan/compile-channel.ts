/** The configuration's channels → their part of the plan. */
import type { SQL } from "drizzle-orm";
import type { PgColumn } from "drizzle-orm/pg-core";
import { isKindName } from "../../protocol/topic.ts";
import { at, ConfigError } from "../config/errors.ts";
import { unreachable } from "../config/unreachable.ts";
import { quoteIdentifier, quoteLiteral } from "../database/identifier.ts";
import {
  type ChannelDefinition,
  channelDefinition,
  type MembersDefinition,
  type RowsOfChannel,
} from "../define/channel-definition.ts";
import type { ChannelTables } from "./channel-tables.ts";
import { compileWrites } from "./compile-writes.ts";
import { type ChannelPlan, type MembersPlan, MOST_NEWEST, ROW_LIMITS, type RowSetPlan } from "./channel-plan.ts";
import type { CheckedConfig } from "./check-config.ts";
import { keyType, wideType } from "./column-type.ts";
import { conditionSql } from "./condition.ts";
import { mayFail } from "./fallible.ts";
import { fieldForm } from "./field-form.ts";
import { tableName } from "../define/drizzle-value.ts";
import { formed } from "./field-sql.ts";
import { type RowKey, rowKey } from "./row-key.ts";
import { allOf } from "./row-value.ts";
import { isPlaced, orderColumn } from "./row-order.ts";

/** Names in `rows`, `history` requests and change tables. */
const SET_NAME = /^[A-Za-z_][A-Za-z0-9_]{0,30}$/;
/** A function of PostgreSQL takes at most 100 arguments: a name and a value for each column. */
const MOST_COLUMNS = 50;
/** Types of keys that have one text each. */
const KEYS: ReadonlySet<string> = new Set(["smallint", "integer", "bigint", "uuid", "text"]);

/** Gives the plans once the columns of all are known. @throws ConfigError in one line that begins with `channels.` */
export function compileChannels(config: CheckedConfig, tables: ChannelTables): () => readonly ChannelPlan[] {
  const declared = Object.entries(config.channels ?? {}).map(([kind, made]) => {
    const taken = kind === "owner" || Object.keys(config.topics ?? {}).includes(kind);
    return [kind, at(["channels", kind], () => definitionOf(kind, made, taken))] as const;
  });
  // Rows first: what is watched for its rows has a key, what is watched for its members may have none.
  const sets = declared.map(([kind, { row, rows }]) =>
    Object.entries(rows).map(([name, set]) =>
      at(["channels", kind, "rows", name], () => new RowSet(kind, name, row, tables).compile(set)),
    ),
  );
  const plans = declared.map(([kind, { row, members, presence, typing }], index) =>
    at(["channels", kind], () => ({
      kind,
      source: tables.feed(kind, row.table, `${kind}_row`, row, row),
      key: row.name,
      keyType: channelKeyType(row),
      members: membersPlan(kind, members, row, tables, config),
      sets: sets[index] ?? [],
      shows: { presence, typing },
    })),
  );
  return () => plans.map((plan) => ({ ...plan, tables: tables.watched(plan.kind) }));
}

function definitionOf(kind: string, made: unknown, taken: boolean): ChannelDefinition {
  if (!isKindName(kind) || taken)
    throw new ConfigError(
      "a kind of channels has small letters, digits and _, at most 32, begins with a letter, and is no other kind of topics",
    );
  if (typeof made !== "object" || made === null || !(channelDefinition in made))
    throw new ConfigError("must be channel({ row, members, rows })");
  const definition = made[channelDefinition] as ChannelDefinition;
  if (Object.keys(definition.rows).length === 0) throw new ConfigError("rows: name at least one set of rows");
  return definition;
}

function channelKeyType(row: PgColumn): string {
  const type = keyType(row);
  if (!KEYS.has(type))
    throw new ConfigError(
      `row: ${row.name} is ${row.getSQLType()}: channels are known by whole numbers, uuid, text or varchar`,
    );
  return type;
}

function membersPlan(
  kind: string,
  members: MembersDefinition,
  row: PgColumn,
  tables: ChannelTables,
  { owner }: CheckedConfig,
): MembersPlan {
  switch (members.kind) {
    case "everyone":
      return members;
    case "claim":
      if (typeof members.claim !== "string" || members.claim === "")
        throw new ConfigError('members: claim() takes the name of a claim, as claim("rooms")');
      return members;
    case "user":
    case "owner": {
      const { column } = members;
      if (tableName(column.table) !== tableName(row.table))
        throw new ConfigError(
          `members: ${tableName(column.table)}.${column.name} is no column of ${tableName(row.table)}, the channel's own table`,
        );
      if (members.kind === "owner") meets(column, namedByOne(owner.key), "members: ", "owner.key");
      tables.reference(row.table, column);
      return { kind: members.kind, column: column.name };
    }
    case "table": {
      const { table, channel, user, where } = members;
      if (where !== undefined)
        throw new ConfigError("members: where is for writes.by alone: keep who may see it in a table of their own");
      for (const [name, column] of Object.entries({ channel, user }))
        if (tableName(column.table) !== tableName(table))
          throw new ConfigError(`members: ${name} must be a column of ${tableName(table)}`);
      meets(channel, row, "members.channel: ", "row");
      const source = tables.feed(kind, table, `${kind}_members`, channel, undefined);
      for (const column of [channel, user]) tables.reference(table, column);
      return { kind: "table", source, channel: channel.name, user: user.name };
    }
  }
  return unreachable(members);
}

/** @throws ConfigError for a key of several columns */
function namedByOne(declared: PgColumn | RowKey): PgColumn {
  const [column, ...others] = rowKey(declared);
  if (others.length === 0) return column;
  throw new ConfigError(
    "members: ownerOf() names an owner by one column, and owner.key has several: name the users by user(…), or list who may see it in a table, members(…)",
  );
}

/** @throws ConfigError where the values of one column are never those of the other */
function meets(column: PgColumn, key: PgColumn, place: string, called: string): void {
  if (wideType(column) !== wideType(key))
    throw new ConfigError(
      `${place}${column.name} is ${column.getSQLType()}, ${called} is ${key.getSQLType()}: they never meet`,
    );
}

/** Compiles one set of rows. */
class RowSet {
  readonly #kind: string;
  readonly #name: string;
  readonly #row: PgColumn;
  readonly #tables: ChannelTables;

  constructor(kind: string, name: string, row: PgColumn, tables: ChannelTables) {
    this.#kind = kind;
    this.#name = name;
    this.#row = row;
    this.#tables = tables;
  }

  compile(rows: RowsOfChannel): RowSetPlan {
    const { table, channel, key, newest, deleted, data, writes } = rows;
    if (!SET_NAME.test(this.#name))
      throw new ConfigError("a set of rows has letters, digits and _, at most 31, and begins with no digit");
    const reads = new Set<string>();
    const reference = (column: PgColumn): string => {
      reads.add(column.name);
      return this.#tables.reference(table, column);
    };
    for (const column of [channel, key]) reference(column);
    meets(channel, this.#row, "channel: ", "row");
    const source = this.#tables.feed(this.#kind, table, `${this.#kind}_${this.#name}`, channel, key);
    const columns = newest === undefined ? [] : newestColumns(newest);
    for (const column of columns) reference(column);
    const order = [...columns, ...(columns.includes(key) ? [] : [key])].map(orderColumn);
    const isThere = deleted && `(${deletedSql(deleted, table, reference)}) is not true`;
    // What data alone names is not read to say whether a row is there.
    const ofRow = [...reads];
    const plan: RowSetPlan = {
      name: this.#name,
      source,
      channel: channel.name,
      key: key.name,
      count: newest?.count,
      limits: ROW_LIMITS,
      order,
      where: allOf([`r.${quoteIdentifier(channel.name)} is not null`, ...order.map(isPlaced), isThere]) ?? "true",
      data: this.#data(data, reference),
    };
    if (writes === undefined) return plan;
    const shown = (column: PgColumn): string => jsonOf(column, `r.${quoteIdentifier(column.name)}`);
    const set = { kind: this.#kind, name: this.#name, rows, row: this.#row, shown, reads: ofRow };
    return { ...plan, writes: at(["writes"], () => compileWrites(writes, set)) };
  }

  #data(data: RowsOfChannel["data"], reference: (column: PgColumn) => string): string {
    const fields = Object.entries(data);
    if (fields.length === 0 || fields.length > MOST_COLUMNS)
      throw new ConfigError(`data takes from 1 to ${MOST_COLUMNS} columns, not ${fields.length}`);
    const pairs = fields.map(
      ([name, column]) => `${quoteLiteral(name)}, ${at(["data", name], () => jsonOf(column, reference(column)))}`,
    );
    return `json_build_object(${pairs.join(", ")})::text`;
  }
}

function deletedSql(deleted: SQL, table: RowsOfChannel["table"], reference: (column: PgColumn) => string): string {
  const text = conditionSql(deleted, table, reference);
  if (mayFail([{ where: text }]))
    throw new ConfigError(
      "deleted: it may fail for some row, and every channel with it: use nothing but columns, values, comparisons, and, or, not and null",
    );
  return text;
}

function newestColumns({ count, by }: NonNullable<RowsOfChannel["newest"]>): readonly PgColumn[] {
  if (!Number.isInteger(count) || count < 1 || count > MOST_NEWEST)
    throw new ConfigError(`newest.count must be a whole number from 1 to ${MOST_NEWEST}, not ${count}`);
  if (by.length === 0) throw new ConfigError("newest.by: name the columns that say which rows are the newest");
  return by;
}

/** SQL of a column's value in a row, which is never cut. */
function jsonOf(column: PgColumn, reference: string): string {
  const type = wideType(column);
  if (/^json(\[|$)/.test(column.getSQLType()))
    throw new ConfigError(
      `${column.name} is json, which may hold what jsonb can't, and its writes would fail: make it jsonb`,
    );
  if (type === "jsonb") return reference;
  if (!type.endsWith("[]")) {
    const form = fieldForm(column);
    return formed(reference, form.as === "text" ? { as: "text" } : form);
  }
  const element = (column as PgColumn & { readonly baseColumn?: PgColumn }).baseColumn;
  const isExact = element !== undefined && ["number", "boolean"].includes(fieldForm(element).as);
  return `to_json(${isExact ? reference : `${reference}::text[]`})`;
}
