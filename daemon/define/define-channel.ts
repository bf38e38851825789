/**
 * The language of `channels` in deltad.config.ts: rows of any table, live, to whoever may see them. Like metrics, channels are typed from
 * Drizzle tables, and a column of another table does not compile.
 */
import type { SQL } from "drizzle-orm";
import { ConfigError } from "../config/errors.ts";
import {
  type Channel,
  type ChannelDefinition,
  channelDefinition,
  givenDefinition,
  type Members,
  type MembersDefinition,
  membersDefinition,
  type Rows,
  type RowsOfChannel,
  rowsDefinition,
} from "./channel-definition.ts";
import { type Given, type NamesOf, type Writes, writesOf } from "./define-writes.ts";
import { columnOf, refuseOthers, tableOf } from "./drizzle-value.ts";
import type { ValueOf } from "./event-value.ts";
import type { ColumnOf, Condition, TableOf } from "./typed-table.ts";

/** Drizzle's kinds of columns whose values may be any JSON. */
type AnyJson = "PgJson" | "PgJsonb" | "PgArray";

/** A row as clients get it. Whole numbers up to 32 bits and floats are numbers, booleans booleans, JSON and arrays what they hold; all else is text, instants as ISO 8601 with microseconds. */
export type RowOf<Fields> = {
  readonly [Name in keyof Fields]: Fields[Name] extends ColumnOf<string>
    ? Fields[Name]["_"]["columnType"] extends AnyJson
      ? unknown
      : ValueOf<Fields[Name]>
    : never;
};

type RowsIn<Sets> = {
  readonly [Name in keyof Sets]: Sets[Name] extends { readonly "~row"?: () => infer Row } ? Row : never;
};

/**
 * A kind of channels: `room:42` exists while the row with that key does.
 * @param declared.row the key of the table with one row for each channel
 * @param declared.members who may see a channel
 * @param declared.rows what it holds, by name
 * @param declared.presence whether those who see it are told who else is there: the users who are subscribed to it. Left out: no
 * @param declared.typing whether they are told who types. Left out: no
 */
export function channel<Table extends string, const Sets extends Readonly<Record<string, Rows<unknown>>>>(declared: {
  readonly row: ColumnOf<Table>;
  readonly members: Members;
  readonly rows: Sets;
  readonly presence?: boolean | undefined;
  readonly typing?: boolean | undefined;
}): Channel<RowsIn<Sets>> {
  const { row, members: who, rows: sets, presence = false, typing = false, ...others } = declared;
  refuseOthers(others, "channel()", ["row", "members", "rows", "presence", "typing"]);
  if (typeof who !== "object" || who === null || !(membersDefinition in who))
    throw new ConfigError(
      "channel(): members must say who may see it: members(…), a user's or an owner's column by user(…) or ownerOf(…), claim(…) or everyone()",
    );
  for (const [name, value] of Object.entries({ presence, typing }))
    if (typeof value !== "boolean") throw new ConfigError(`channel(): ${name} must be true or false`);
  const made: ChannelDefinition = {
    row: columnOf(row, "channel(), at row,"),
    members: who[membersDefinition],
    rows: Object.fromEntries(Object.entries(sets ?? {}).map(([name, set]) => [name, rowsOf(name, set)])),
    presence,
    typing,
  };
  return { [channelDefinition]: made };
}

function rowsOf(name: string, set: unknown): RowsOfChannel {
  if (typeof set === "object" && set !== null && rowsDefinition in set) return set[rowsDefinition] as RowsOfChannel;
  throw new ConfigError(`channel(): rows.${name} must be rows(table, { … })`);
}

/**
 * The rows of a table, each in the channel that its column names.
 * @param declared.key the column that names a row, which never changes
 * @param declared.newest only so many, from 1 to 1,000, by these columns; clients read older ones page by page. Left out: all, at most 1,000
 * @param declared.deleted rows for which this is true are there no more
 * @param declared.data the columns that clients get; no other leaves the database
 * @param declared.writes what clients may change of the rows. Left out: nothing
 */
export function rows<Table extends string, const Fields extends Readonly<Record<string, ColumnOf<Table>>>>(
  table: TableOf<Table>,
  declared: {
    readonly channel: ColumnOf<NoInfer<Table>>;
    readonly key: ColumnOf<NoInfer<Table>>;
    readonly newest?: { readonly count: number; readonly by: readonly ColumnOf<NoInfer<Table>>[] };
    readonly deleted?: Condition | undefined;
    readonly data: Fields;
    readonly writes?: Writes<NoInfer<Table>, NoInfer<NamesOf<Fields>>> | undefined;
  },
): Rows<RowOf<Fields>> {
  const { channel: inChannel, key, newest, deleted, data, writes, ...others } = declared;
  refuseOthers(others, "rows()", ["channel", "key", "newest", "deleted", "data", "writes"]);
  const own = tableOf(table, "rows()");
  const made: RowsOfChannel = {
    table: own,
    channel: columnOf(inChannel, "rows(), at channel,"),
    key: columnOf(key, "rows(), at key,"),
    newest: newest && {
      count: newest.count,
      by: (newest.by ?? []).map((column) => columnOf(column, "rows(), at newest.by,")),
    },
    deleted: deleted as SQL | undefined,
    data: Object.fromEntries(
      Object.entries(data ?? {}).map(([name, column]) => [name, columnOf(column, `rows(), at data.${name},`)]),
    ),
    writes: writes === undefined ? undefined : writesOf(own, writes),
  };
  return { [rowsDefinition]: made };
}

/**
 * Those whom the rows of a table name, as that table is at every moment: who is removed sees nothing from then on. A user is a token's `sub`.
 * @param columns.where only rows for which this is true; for `by` of `writes`
 */
export function members<Table extends string>(
  table: TableOf<Table>,
  columns: {
    readonly channel: ColumnOf<NoInfer<Table>>;
    readonly user: ColumnOf<NoInfer<Table>>;
    readonly where?: Condition | undefined;
  },
): Members {
  return who({
    kind: "table",
    table: tableOf(table, "members()"),
    channel: columnOf(columns.channel, "members(), at channel,"),
    user: columnOf(columns.user, "members(), at user,"),
    where: columns.where as SQL | undefined,
  });
}

/** The one user whom a column of the channel's own row names by a token's `sub`. */
export function user(column: ColumnOf<string>): Members;
/** The user who inserts a row, by the `sub` of the token: for `insert.defaults` of `writes`. */
export function user(): Given;
export function user(...columns: readonly [column?: ColumnOf<string>]): Members | Given {
  // A misspelt column is undefined, and given.
  if (columns.length === 0) return { [givenDefinition]: { kind: "user" } };
  return who({ kind: "user", column: columnOf(columns[0], "user()") });
}

/** Whoever may see the owner that a column of the channel's own row names. */
export function ownerOf(column: ColumnOf<string>): Members {
  return who({ kind: "owner", column: columnOf(column, "ownerOf()") });
}

/** Those whose token names the channel's key in this claim, a list of strings or whole numbers: for as long as the token says so. */
export function claim(name: string): Members {
  return who({ kind: "claim", claim: name });
}

/** Everybody with a good token. */
export function everyone(): Members {
  return who({ kind: "everyone" });
}

function who(made: MembersDefinition): Members {
  return { [membersDefinition]: made };
}
