/**
 * The one statement that reads a batch. It returns, from one snapshot, everything that the cursor has not seen, and the snapshot
 * itself: a consistent cut in one round trip, each row exactly once, no stall behind anyone's long transaction.
 *
 * Parameters: $1 cursor (pg_snapshot), $2 the reader's id (uuid), $3 time zones known to be good (text[]), from $4 on, for each kind of
 * topics, those whose grains are wanted (text[]; null for all), and for a heartbeat one more, the probe's payload (text). Rows are
 * `tag, owner, key, day, from_us, until_us, m`; tags from 0 are grains of that projection, and those of each kind begin {@link KIND_TAGS} later
 * than those of the kind before.
 *
 * What changed is read once, whatever the number of kinds. What of it is a kind's, whose each row is and which resets mean it, stands in a
 * WITH of that kind's own select, under the same names for each.
 */
import { qualifiedName, quoteIdentifier, quoteLiteral } from "../database/identifier.ts";
import type { Prepared } from "../database/session.ts";
import { TAKE_BELL } from "./bell.ts";
import { fingerprintOf } from "./fingerprint.ts";
import { takeLeaderLock } from "./leader-lock.ts";
import { type ReadKind, wantedOf } from "./read-kind.ts";
import { KIND_TAGS, TAG } from "../plan/row-tag.ts";
import { parentSelects } from "../plan/parent-rows.ts";
import { spelled } from "../plan/owner-key.ts";
import { linkOf } from "../plan/row-link.ts";
import { linkName, type WatchedTable } from "../plan/watched-table.ts";

/** The forms of the batch statement, by what they do beside reading. */
export interface BatchStatements {
  readonly read: Prepared;
  /** Also tries to take the bell. */
  readonly bell: Prepared;
  /** Also tries to take the leader lock. */
  readonly leaderLock: Prepared;
  /** Also moves the lease and sends the probe, the last parameter. */
  readonly heartbeat: Prepared;
  /** A heartbeat that also tries to take the leader lock. */
  readonly takeover: Prepared;
  /** Also exports its snapshot; for use inside a transaction. */
  readonly cut: Prepared;
}

/** @param eventSources the sources whose changes carry change_xid and change_seq, for the selects that ask for them */
export function batchStatements(
  tables: readonly WatchedTable[],
  kinds: readonly ReadKind[],
  eventSources: readonly string[] = [],
): BatchStatements {
  const leaderLock = sideRow(TAG.leaderLock, `case when ${takeLeaderLock(tables)} then 't' else 'f' end`, "null");
  const fingerprint = sideRow(TAG.fingerprint, fingerprintOf(tables), "null");
  // All owners of a source are read again: what became of its capture belongs to the same snapshot.
  const fingerprintIfReset = `${fingerprint} where exists (select from ${RESET_TABLE} c where (${UNSEEN}) and c.owner is null)`;
  const heartbeat = heartbeatSide(wantedOf(kinds.length));
  const sides = {
    read: fingerprintIfReset,
    bell: BELL_SIDE + fingerprintIfReset,
    leaderLock: leaderLock + fingerprintIfReset,
    heartbeat: heartbeat + fingerprint,
    takeover: heartbeat + leaderLock + fingerprint,
    cut: CUT_SIDE + fingerprint,
  };
  const prepared = (form: keyof BatchStatements): Prepared => ({
    name: `deltad_${form}`,
    text: batchStatement(tables, kinds, eventSources, sides[form]),
  });
  return {
    read: prepared("read"),
    bell: prepared("bell"),
    leaderLock: prepared("leaderLock"),
    heartbeat: prepared("heartbeat"),
    takeover: prepared("takeover"),
    cut: prepared("cut"),
  };
}

/** A read of one kind that goes no further than another snapshot, $5 (pg_snapshot), which its own must include. Without a fingerprint. */
export function readUpTo(kind: ReadKind): Prepared {
  return { name: "deltad_read_up_to", text: batchStatement(kind.tables, [kind], [], "", UNSEEN_UP_TO) };
}

/** As {@link readUpTo}, of selects of events; it also says what change rows it has read. */
export function readWithheld(name: string, kind: ReadKind, eventSources: readonly string[]): Prepared {
  const text = batchStatement(kind.tables, [kind], eventSources, ORIGIN_SIDE, UNSEEN_UP_TO);
  return { name: `deltad_withheld_${name}`, text };
}

/**
 * One statement that locks the watched tables, their change tables and the resets in ACCESS SHARE mode until the transaction's
 * end. A plain select of no rows does that, and needs no more than the right to read one column; LOCK TABLE needs the whole table.
 */
export function lockStatement(tables: readonly WatchedTable[]): string {
  const names = tables.flatMap((table) => [qualifiedName(table.schema, table.table), changeTable(table)]);
  return `select ${[...names, RESET_TABLE].map((name) => `(select null from ${name} limit 0)`).join(", ")}`;
}

const RESET_TABLE = "deltad.reset";
/** Only where clients write. */
const LEDGER = "deltad.operation";

/**
 * Rows that the cursor's snapshot did not see. Both sides are index conditions; asking pg_visible_in_snapshot instead would scan
 * again everything since the oldest open writer.
 */
const UNSEEN = `c.change_xid >= pg_snapshot_xmax($1::pg_snapshot)
       or c.change_xid = any(array(select pg_snapshot_xip($1::pg_snapshot)))`;

const UNSEEN_UP_TO = `(${UNSEEN})
      and pg_visible_in_snapshot(c.change_xid, $5::pg_snapshot)`;

const ORIGIN_SIDE = sideRow(
  TAG.origin,
  "(select f.upto::text from deltad.floor f)",
  "encode(deltad.incarnation(), 'hex')",
);
const BELL_SIDE = sideRow(TAG.bell, `case when ${TAKE_BELL} then 't' else 'f' end`, "null");
const heartbeatSide = (payload: string): string =>
  sideRow(
    TAG.heartbeat,
    `case when deltad.heartbeat($2::uuid, $1::pg_snapshot, ${payload}::text) then 't' else 'f' end`,
    "pg_notification_queue_usage()::text",
  );
const CUT_SIDE = sideRow(TAG.cut, "pg_export_snapshot()", "null");

function sideRow(tag: number, key: string, m: string): string {
  return `\nunion all\nselect ${tag}, null, ${key}, null, null, null, ${m}`;
}

/** How {@link changes} reads. */
interface ReadingOfChanges {
  /** Which rows `c` of a change table, or of the resets, are read. */
  readonly unread: string;
  /** Which of a parent's, where more of them are needed to say who was whose: see parent-rows.ts. */
  readonly unreadOfParents?: string;
  /** "not materialized" where little of wide rows is used. */
  readonly kept?: "materialized" | "not materialized";
}

/** The CTEs that the selects of one kind read: `"delta_<source>"`, what parent-rows.ts reads where tables have parents, and `unread_resets`. */
export function changes(
  tables: readonly WatchedTable[],
  eventSources: readonly string[],
  reading: ReadingOfChanges,
): string {
  return [...deltas(tables, eventSources, reading), ...resets(tables, reading, wantedOf(0))].join(",\n");
}

function deltas(
  tables: readonly WatchedTable[],
  eventSources: readonly string[],
  { unread, kept = "materialized" }: ReadingOfChanges,
): readonly string[] {
  return tables.map((table) => {
    const transaction = eventSources.includes(table.source) ? ["c.change_xid", "c.change_seq"] : [];
    const columns = table.columns.map((column) => `c.${quoteIdentifier(column.name)}`);
    return `${deltaName(table)} as ${kept} (
  select ${["c.change_weight", ...transaction, ...columns].join(", ")}
    from ${changeTable(table)} c
   where ${unread})`;
  });
}

/** Those that mean topics of the kind: by what its tables' rows name, or the whole of one of these tables. */
function resets(
  tables: readonly WatchedTable[],
  { unread, unreadOfParents = unread }: ReadingOfChanges,
  wanted: string,
): readonly string[] {
  const sources = tables.map(({ source }) => quoteLiteral(source)).join(", ");
  const links = tables
    .map(({ source, owner }) => `(${quoteLiteral(source)}, ${quoteLiteral(linkName(owner))})`)
    .join(", ");
  const meant =
    tables.length === 0
      ? "false"
      : `(case when c.link is null then c.source in (${sources}) else (c.source, c.link) in (${links}) end)`;
  const select = `select c.source, c.owner, c.rows, c.change_xid from ${RESET_TABLE} c where ${meant} and`;
  const parents = parentSelects(tables, unread, unreadOfParents, wanted);
  const ofParents = `(c.source in (${parents?.sources.join(", ")}) and (${unreadOfParents}))`;
  const allUnread = parents?.sources.length === 0 ? unread : `(${unread}) or ${ofParents}`;
  return parents === undefined
    ? [`unread_resets as materialized (\n  select r.*, false as moved from (${select} (${unread})) r)`]
    : [`written_resets as materialized (\n  ${select} (${allUnread}))`, ...parents.ctes];
}

function batchStatement(
  tables: readonly WatchedTable[],
  kinds: readonly ReadKind[],
  eventSources: readonly string[],
  side: string,
  unread = UNSEEN,
): string {
  const reading = { unread, unreadOfParents: UNSEEN };
  const resets = `exists (select from ${RESET_TABLE} c where ${unread})`;
  const hasLedger = kinds.some(({ operations }) => operations !== undefined);
  const ledger = hasLedger ? [`exists (select from ${LEDGER} c where ${unread})`] : [];
  const found = [...tables.map((table) => `exists (select from ${deltaName(table)})`), resets, ...ledger].join(" or ");
  const wanted = kinds.map((_, at) => `cardinality(${wantedOf(at)}::text[])`);
  return `with ${deltas(tables, eventSources, reading).join(",\n")}
select ${TAG.head}::int as tag, pg_current_snapshot()::text as owner,
       case when exists (select from deltad.reader where id = $2::uuid) then 't' else 'f' end::text as key,
       case when ${found} then 1 else 0 end::int as day,
       (extract(epoch from clock_timestamp()) * 1000000)::bigint as from_us,
       pg_backend_pid()::bigint as until_us,
       -- All but the first give parameters their types where no select uses them.
       concat_ws(' ', ${["(select count(*) from deltad.reader where id <> $2::uuid)", "cardinality($3::text[])", ...wanted].join(", ")}) as m${side}${kinds
         .map((kind, at) => `\nunion all\n(${ofKind(kindSelect(kind, reading, wantedOf(at)), at)})`)
         .join("")}`;
}

function kindSelect({ tables, own, selects, operations }: ReadKind, reading: ReadingOfChanges, wanted: string): string {
  const parts = [
    `select ${TAG.reset} as tag, r.owner, r.source as key, null::int as day,
       case when count(*) = count(r.rows) then sum(r.rows)::bigint end as from_us, r.change_xid::text::bigint as until_us, null as m
  from (select u.*, bool_or(u.owner is null) over (partition by u.change_xid, u.source) as whole from unread_resets u) r
 where r.owner is null or not r.whole -- the whole table says it of each owner
 group by r.owner, r.source, r.change_xid`,
    ...dimensionSelects(tables, own),
    ...selects.map((select) => `(${select})`),
    ...(operations === undefined ? [] : [operationSelect(operations, reading.unread, wanted)]),
  ];
  return `with ${resets(tables, reading, wanted).join(",\n")}\n${parts.join("\nunion all\n")}`;
}

/** The ledger outlives a crash and a restore: what it has of transactions that are yet to come is of another life of the data. */
function operationSelect(kind: string, unread: string, wanted: string): string {
  return `select ${TAG.operation}, c.channel, c.client::text, null::int, c.seq, c.change_xid::text::bigint,
       json_build_object('subject', c.subject, 'outcome', c.outcome)::text
  from ${LEDGER} c
 where (${unread}) and c.kind = ${quoteLiteral(kind)} and c.change_xid < pg_snapshot_xmax(pg_current_snapshot())
   and (${wanted}::text[] is null or c.channel in (select unnest(${wanted}::text[])))`;
}

/** The select with the tags of the kind at this place. */
function ofKind(select: string, kind: number): string {
  if (kind === 0) return select;
  return `select k.tag + ${kind * KIND_TAGS}, k.owner, k.key, k.day, k.from_us, k.until_us, k.m from (\n${select}\n) k`;
}

function dimensionSelects(tables: readonly WatchedTable[], own: ReadKind["own"]): readonly string[] {
  const table = tables.find(({ source }) => source === own?.source);
  if (table === undefined || own === undefined) return [];
  return [
    `select distinct ${TAG.dimension}, o.owner, null, null::int, null::bigint, null::bigint, null
  from (${changedDimensions(table, own.dimensions)}) o`,
  ];
}

/**
 * `owner` (and `change_xid`, a row for each transaction) of owners whose own rows differ in these columns between before and after: images
 * that cancel each other are no change.
 */
export function changedDimensions(owners: WatchedTable, dimensions: readonly string[], each?: "transaction"): string {
  const columns = dimensions.map((name) => `d.${quoteIdentifier(name)}`);
  const xid = each === undefined ? [] : ["d.change_xid"];
  return `select ${[`${spelled(linkOf(owners, "d"))} as owner`, ...xid].join(", ")}
          from ${deltaName(owners)} d
         group by ${[...columns, ...xid].join(", ")}
        having sum(d.change_weight) <> 0`;
}

function deltaName(table: WatchedTable): string {
  return quoteIdentifier(`delta_${table.source}`);
}

function changeTable(table: WatchedTable): string {
  return qualifiedName("deltad", `change_${table.source}`);
}
