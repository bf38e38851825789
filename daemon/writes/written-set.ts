/** A set of rows that clients write, with what its function needs of the channel's plan. */
import { qualifiedName, quoteIdentifier } from "../database/identifier.ts";
import type { ChannelPlan, RowSetPlan } from "../plan/channel-plan.ts";
import { captured, watchedBy } from "../plan/row-source.ts";
import type { CapturedColumn, WatchedTable } from "../plan/watched-table.ts";
import { insertedColumns, updatedColumns, type WritersPlan, type WritesPlan } from "../plan/writes-plan.ts";

export interface WrittenSet {
  readonly plan: ChannelPlan;
  readonly set: RowSetPlan;
  readonly writes: WritesPlan;
  readonly table: WatchedTable;
}

/** All of a configuration's. */
export function writtenSets(plans: readonly ChannelPlan[]): readonly WrittenSet[] {
  return plans.flatMap((plan) =>
    plan.sets.flatMap((set) =>
      set.writes === undefined ? [] : [{ plan, set, writes: set.writes, table: watchedBy(plan, set.source) }],
    ),
  );
}

/** The columns that are read of a row, in their wide types. */
export function readColumns({ table, writes }: WrittenSet): readonly CapturedColumn[] {
  return writes.reads.map((name) => captured(table, name));
}

/** The right to do one thing to columns of a table; of DELETE no columns. */
export interface WriteRight {
  readonly functionName: string;
  readonly schema: string;
  readonly table: string;
  readonly privilege: "SELECT" | "INSERT" | "UPDATE" | "DELETE";
  readonly columns: readonly string[];
}

/** What the set's function may do, and all that it may. */
export function rightsOf(written: WrittenSet): readonly WriteRight[] {
  const { plan, set, writes, table } = written;
  const { functionName, by, insert, isDeletable } = writes;
  const on = (
    { schema, table: name }: Pick<WatchedTable, "schema" | "table">,
    privilege: WriteRight["privilege"],
    columns: readonly string[],
  ): WriteRight => ({ functionName, schema, table: name, privilege, columns: [...new Set(columns)] });
  const own = watchedBy(plan, plan.source);
  const rights = [
    on(table, "SELECT", writes.reads),
    on(table, "INSERT", insert === undefined ? [] : insertedColumns(insert, set)),
    on(table, "UPDATE", updatedColumns(writes)),
    on(own, "SELECT", [plan.key]),
  ];
  for (const who of by === undefined ? [memberPlan(plan)] : [memberPlan(plan), by]) {
    if (who.kind === "user" || who.kind === "owner") rights.push(on(own, "SELECT", [who.column]));
    if (who.kind === "table")
      rights.push(on(who, "SELECT", [who.channel, who.user, ...who.columns.map(({ name }) => name)]));
  }
  return [...rights.filter(({ columns }) => columns.length > 0), ...(isDeletable ? [on(table, "DELETE", [])] : [])];
}

/** As of `by`: where the members' table is. */
export function memberPlan(plan: ChannelPlan): WritersPlan {
  const { members } = plan;
  if (members.kind !== "table") return members;
  const table = watchedBy(plan, members.source);
  const userType = captured(table, members.user).type;
  return { ...members, schema: table.schema, table: table.table, userType, where: "true", columns: [] };
}

/** The function as SQL calls it. */
export function functionOf({ functionName }: WritesPlan): string {
  return qualifiedName("deltad", functionName);
}

/** `t."name"`. */
export function columnOf(row: string, name: string): string {
  return `${row}.${quoteIdentifier(name)}`;
}
