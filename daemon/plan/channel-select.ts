/**
 * The plan's channels as SQL: changes -> rows of channels and who may see them, and the tables themselves -> the same. What is read of a row
 * is the same text on both sides. Each select returns the columns of the batch statement (capture/statement.ts), as `TAG.channelRow` and
 * `TAG.channelWho` have them.
 *
 * A row's images in a batch are added up by what is shown of them, so that those which cancel each other are no change; at most one is left
 * on each side, and the one with weight +1 is the row at the batch's own snapshot.
 */
import { unreachable } from "../config/unreachable.ts";
import { qualifiedName, quoteIdentifier } from "../database/identifier.ts";
import { type ChannelPlan, MOST_MEMBERS, MOST_SET_BYTES, type RowSetPlan } from "./channel-plan.ts";
import { orderedBy, placeOf, valueAt } from "./row-order.ts";
import { linkOf } from "./row-link.ts";
import { captured, collation, watchedBy } from "./row-source.ts";
import { TAG } from "./row-tag.ts";
import type { WatchedTable } from "./watched-table.ts";

/** The sources whose changes must say in which order they came. */
export function sourcesOfRows({ sets }: ChannelPlan): readonly string[] {
  return sets.map(({ source }) => source);
}

/**
 * Selects over the CTEs `"delta_<source>"`.
 * @param wanted the parameter that names the channels whose rows are wanted (text[]; null for all)
 */
export function channelDeltaSelects(plan: ChannelPlan, wanted: string): readonly string[] {
  return [
    ...whoSelects(plan).map(changedWho),
    ...plan.sets.map((set, place) => changedRows(place, set, watchedBy(plan, set.source), wanted)),
  ];
}

/** Over the tables: $1 the keys of the channels (text[]). */
export function channelLoadSelect(plan: ChannelPlan): string {
  const keys = `unnest($1::text[]::${plan.keyType}[]) w(channel)`;
  const selects = [
    ...whoSelects(plan).map(
      ({ table, who }) => `select ${TAG.channelWho}, w.channel::text, m.who, null::int, m.times, null::bigint, null
  from ${keys}
 cross join lateral (
   select n.who, count(*) as times
     from (
       select ${who} as who
         from ${tableRows(table)}
        where ${linkOf(table, "t")[0]} = w.channel${who === NOBODY ? "" : ` and ${who} is not null`}
        -- Of rows, not of users: a grouping reads all that it is given.
        limit ${MOST_MEMBERS + 1}
     ) n
    group by 1
 ) m`,
    ),
    ...plan.sets.map((set, place) => {
      const most = (set.count ?? set.limits.rows) + 1;
      return loadedRows(place, set, watchedBy(plan, set.source), { keys, most, before: [] });
    }),
  ];
  return selects.map((select) => `(${select})`).join("\nunion all\n");
}

/**
 * Pages of older rows of one set: $1 the channels' keys, $2 for each how many rows, and from $3 on, for each column of the order, where
 * each page ends (text[]).
 */
export function channelPageSelect(plan: ChannelPlan, place: number): string {
  const set = plan.sets[place] as RowSetPlan;
  const parts = set.order.map((_, at) => `p${at}`);
  const lists = parts.map((_, at) => `$${at + 3}::text[]`);
  const keys = `unnest($1::text[]::${plan.keyType}[], $2::int[], ${lists.join(", ")}) with ordinality w(channel, most, ${parts.join(", ")}, place)`;
  const before = set.order.map((column, at) => valueAt(column, `w.p${at}`));
  return loadedRows(place, set, watchedBy(plan, set.source), { keys, most: "w.most", before, page: "w.place" });
}

/** What one channel says to one user: $1 its key, $2 the user's name, or null. Of a table of members it is that user's rows alone. */
export function channelWhoSelect(plan: ChannelPlan): string {
  const { members } = plan;
  const selects = whoSelects(plan).map(({ table, named, who }) => {
    const isMember = members.kind === "table" && who !== NOBODY;
    const conditions = [
      `${linkOf(table, "t")[0]} = $1::text::${plan.keyType}`,
      // The parameter must have a type where nothing else uses it.
      ...(isMember
        ? namesUser(`t.${quoteIdentifier(members.user)}`, captured(table, members.user).type, "$2::text")
        : ["coalesce($2::text, '') is not null"]),
    ];
    return `select ${TAG.channelWho}, ${named}, ${who}, null::int, 1, null::bigint, null
  from ${tableRows(table)}
 where ${conditions.join(" and ")}`;
  });
  return selects.map((select) => `(${select})`).join("\nunion all\n");
}

/**
 * SQL conditions that a column names a user: by the index on a column of numbers or uuid, where the name may be one; what it prints decides.
 * @param type the column's wide one
 * @param user SQL of the name, as text
 */
export function namesUser(column: string, type: string, user: string): readonly string[] {
  const printed = `${column}::text = ${user}`;
  const form = FORMS[type];
  return form === undefined ? [printed] : [`${column} = case when ${form(user)} then ${user}::${type} end`, printed];
}

/** SQL that says whether a text can be cast: only one that can is printed as it is. */
const FORMS: Readonly<Record<string, (text: string) => string>> = {
  // The inner case keeps a longer number from being cast at all.
  bigint: (text) =>
    `case when ${text} ~ '^-?[0-9]{1,19}$' then ${text}::numeric between -9223372036854775808 and 9223372036854775807 else false end`,
  uuid: (text) => `${text} ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'`,
};

const NOBODY = "null::text";

interface WhoSelect {
  readonly table: WatchedTable;
  /** SQL of the channel's key as text, over `r`. */
  readonly named: string;
  /** SQL of whom the row lets in, as text; `null` says only that the channel exists. */
  readonly who: string;
}

/** What says that a channel exists, and whom it is for. */
function whoSelects(plan: ChannelPlan): readonly WhoSelect[] {
  const { source, key, members } = plan;
  const own = watchedBy(plan, source);
  const named = text(key);
  const exists: WhoSelect = { table: own, named, who: NOBODY };
  switch (members.kind) {
    case "everyone":
    case "claim":
      return [exists];
    case "user":
    case "owner":
      return [exists, { table: own, named, who: text(members.column) }];
    case "table": {
      const table = watchedBy(plan, members.source);
      return [exists, { table, named: text(members.channel), who: text(members.user) }];
    }
    default:
      return unreachable(members);
  }
}

function changedWho({ table, named, who }: WhoSelect): string {
  return `select ${TAG.channelWho}, ${named}, ${who}, null::int, sum(r.change_weight)::bigint, null::bigint, null
  from ${deltaRows(table, [])} r
 where ${named} is not null${who === NOBODY ? "" : ` and ${who} is not null`}
 group by 1, 2, 3
having sum(r.change_weight) <> 0`;
}

function changedRows(place: number, set: RowSetPlan, table: WatchedTable, wanted: string): string {
  return `select ${TAG.channelRow}, n.channel, n.key, ${place}, n.seq, n.xid,
       case when n.m is null then 'd' when n.gone then 'u' || n.m else 'i' || n.m end
  from (
    select i.channel, i.key, max(i.m) filter (where i.weight > 0) as m, bool_or(i.weight < 0) as gone,
           max(i.seq) as seq, (array_agg(i.xid order by i.seq desc))[1] as xid
      from (
        select ${text(set.channel)} as channel, ${text(set.key)} as key, ${shown(set)} as m, sum(r.change_weight) as weight,
               max(r.change_seq) as seq, max(r.change_xid::text::bigint) as xid
          from ${deltaRows(table, ["change_xid", "change_seq"])} r
         where ${set.where} and (${wanted}::text[] is null or ${text(set.channel)} in (select unnest(${wanted}::text[])))
         group by 1, 2, 3
        having sum(r.change_weight) <> 0
      ) i
     group by i.channel, i.key
  ) n`;
}

interface LoadedRows {
  /** `w.channel`, and what else the others use. */
  readonly keys: string;
  readonly most: number | string;
  /** SQL of the values before which rows must stand, for each column of the order; none: the newest. */
  readonly before: readonly string[];
  /** SQL of what tells one page from another. */
  readonly page?: string;
}

/** The newest rows, newest first; no more of them than make up {@link MOST_SET_BYTES}, and one. */
function loadedRows(
  place: number,
  set: RowSetPlan,
  table: WatchedTable,
  { keys, most, before, page = "null::bigint" }: LoadedRows,
): string {
  const order = set.order.map(orderedBy);
  const descending = order.map((column) => `${column} desc`).join(", ");
  const bound = before.length === 0 ? "" : `\n         and (${order.join(", ")}) < (${before.join(", ")})`;
  return `select ${TAG.channelRow}, w.channel::text, o.key, ${place}, o.number, ${page}, 'i' || o.m
  from ${keys}
 cross join lateral (
   select l.*, sum(octet_length(l.m)) over (order by l.number) - octet_length(l.m) as bytes
     from (
       select ${text(set.key)} as key, ${shown(set)} as m, row_number() over (order by ${descending}) as number
         from ${tableRows(table)}
        where t.${quoteIdentifier(set.channel)} = w.channel and ${set.where}${bound}
        order by ${descending}
        limit ${most}
     ) l
 ) o
 where o.bytes <= ${MOST_SET_BYTES}`;
}

/** Where a row stands, and in the next line the row; nothing there where it is too large. */
function shown({ order, data, limits }: RowSetPlan): string {
  return `${placeOf(order)} || e'\\n' || (select case when octet_length(j.row) <= ${limits.rowBytes} then j.row else '' end from (select ${data} as row) j)`;
}

/** Rows `r` of the table `t`, with the captured columns in their wide types, for a FROM. */
function tableRows(table: WatchedTable): string {
  return `${qualifiedName(table.schema, table.table)} t
  cross join lateral (${wideRow("t", table.columns)}) r`;
}

/** A select of a row's columns in their wide types. */
export function wideRow(row: string, columns: WatchedTable["columns"]): string {
  const wide = columns.map(
    ({ name, type }) => `${row}.${quoteIdentifier(name)}::${type}${collation(type)} as ${quoteIdentifier(name)}`,
  );
  return `select ${wide.join(", ")}`;
}

function deltaRows(table: WatchedTable, more: readonly string[]): string {
  const columns = table.columns.map(
    ({ name, type }) => `c.${quoteIdentifier(name)}${collation(type)} as ${quoteIdentifier(name)}`,
  );
  return `(select ${["c.change_weight", ...more.map((name) => `c.${name}`), ...columns].join(", ")} from ${quoteIdentifier(`delta_${table.source}`)} c)`;
}

function text(column: string): string {
  return `r.${quoteIdentifier(column)}::text`;
}
