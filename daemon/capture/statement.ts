/**
 * The one statement that reads a batch. It returns, from one snapshot, everything that the cursor has not seen, and the snapshot
 * itself: a consistent cut in one round trip, each row exactly once, no stall behind anyone's long transaction.
 *
 * Parameters: $1 cursor (pg_snapshot), $2 the reader's id (uuid), $3 time zones known to be good (text[]), $4 the owners whose grains
 * are wanted (text[]; null for all), and for a heartbeat $5 the probe's payload (text). Rows are `tag, owner, key, day, from_us, until_us, m`; tags from 0 are grains of that projection.
 */
import { qualifiedName, quoteIdentifier } from "../database/identifier.ts";
import type { Prepared } from "../database/session.ts";
import { TAKE_BELL } from "./bell.ts";
import { fingerprintOf } from "./fingerprint.ts";
import { takeLeaderLock } from "./leader-lock.ts";
import { TAG } from "../plan/row-tag.ts";
import { leadsElsewhere, parentSelects } from "../plan/parent-rows.ts";
import { OWNER_SOURCE, type WatchedTable } from "../plan/watched-table.ts";

/** The forms of the batch statement, by what they do beside reading. */
export interface BatchStatements {
  readonly read: Prepared;
  /** Also tries to take the bell. */
  readonly bell: Prepared;
  /** Also tries to take the leader lock. */
  readonly leaderLock: Prepared;
  /** Also moves the lease and sends the probe, $5. */
  readonly heartbeat: Prepared;
  /** A heartbeat that also tries to take the leader lock. */
  readonly takeover: Prepared;
  /** Also exports its snapshot; for use inside a transaction. */
  readonly cut: Prepared;
}

/** @param eventSources the sources whose changes carry change_xid and change_seq, for the selects that ask for them */
export function batchStatements(
  tables: readonly WatchedTable[],
  deltaSelects: readonly string[],
  eventSources: readonly string[] = [],
): BatchStatements {
  const leaderLock = sideRow(TAG.leaderLock, `case when ${takeLeaderLock(tables)} then 't' else 'f' end`, "null");
  const fingerprint = sideRow(TAG.fingerprint, fingerprintOf(tables), "null");
  // All owners of a source are read again: what became of its capture belongs to the same snapshot.
  const fingerprintIfReset = `${fingerprint} where exists (select from unread_resets r where r.owner is null)`;
  const sides = {
    read: fingerprintIfReset,
    bell: BELL_SIDE + fingerprintIfReset,
    leaderLock: leaderLock + fingerprintIfReset,
    heartbeat: HEARTBEAT_SIDE + fingerprint,
    takeover: HEARTBEAT_SIDE + leaderLock + fingerprint,
    cut: CUT_SIDE + fingerprint,
  };
  const prepared = (form: keyof BatchStatements): Prepared => ({
    name: `deltad_${form}`,
    text: batchStatement(tables, deltaSelects, eventSources, sides[form]),
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

/** A read that goes no further than another snapshot, $5 (pg_snapshot), which its own must include. Without a fingerprint. */
export function readUpTo(tables: readonly WatchedTable[], deltaSelects: readonly string[]): Prepared {
  return { name: "deltad_read_up_to", text: batchStatement(tables, deltaSelects, [], "", UNSEEN_UP_TO) };
}

/** As {@link readUpTo}, of selects of events; it also says what change rows it has read. */
export function readWithheld(
  tables: readonly WatchedTable[],
  eventSelects: readonly string[],
  eventSources: readonly string[],
): Prepared {
  const text = batchStatement(tables, eventSelects, eventSources, ORIGIN_SIDE, UNSEEN_UP_TO);
  return { name: "deltad_read_withheld", text };
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
const HEARTBEAT_SIDE = sideRow(
  TAG.heartbeat,
  "case when deltad.heartbeat($2::uuid, $1::pg_snapshot, $5::text) then 't' else 'f' end",
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

/** The CTEs that the selects of a batch read: `"delta_<source>"`, what parent-rows.ts reads where tables have parents, and `unread_resets`. */
export function changes(
  tables: readonly WatchedTable[],
  eventSources: readonly string[],
  { unread, unreadOfParents = unread, kept = "materialized" }: ReadingOfChanges,
): string {
  const deltas = tables.map((table) => {
    const transaction = eventSources.includes(table.source) ? ["c.change_xid", "c.change_seq"] : [];
    const columns = table.columns.map((column) => `c.${quoteIdentifier(column.name)}`);
    return `${deltaName(table)} as ${kept} (
  select ${["c.change_weight", ...transaction, ...columns].join(", ")}
    from ${changeTable(table)} c
   where ${unread})`;
  });
  const resets = `select c.source, c.owner, c.rows, c.change_xid from ${RESET_TABLE} c where`;
  const parents = parentSelects(tables, unread, unreadOfParents);
  const others =
    parents === undefined
      ? [`unread_resets as materialized (\n  select r.*, false as moved from (${resets} ${unread}) r)`]
      : [
          `written_resets as materialized (\n  ${resets} (${unread}) or (c.source in (${parents.sources}) and (${unreadOfParents})))`,
          ...parents.ctes,
        ];
  return [...deltas, ...others].join(",\n");
}

function batchStatement(
  tables: readonly WatchedTable[],
  deltaSelects: readonly string[],
  eventSources: readonly string[],
  side: string,
  unread = UNSEEN,
): string {
  const resets = tables.some(leadsElsewhere) ? "written_resets" : "unread_resets";
  const found = [...tables.map(deltaName), resets].map((name) => `exists (select from ${name})`).join(" or ");
  return `with ${changes(tables, eventSources, { unread, unreadOfParents: UNSEEN })}
select ${TAG.head}::int as tag, pg_current_snapshot()::text as owner,
       case when exists (select from deltad.reader where id = $2::uuid) then 't' else 'f' end::text as key,
       case when ${found} then 1 else 0 end::int as day,
       (extract(epoch from clock_timestamp()) * 1000000)::bigint as from_us,
       pg_backend_pid()::bigint as until_us,
       -- The latter two give $3 and $4 their types where no select uses them.
       concat_ws(' ', (select count(*) from deltad.reader where id <> $2::uuid), cardinality($3::text[]), cardinality($4::text[])) as m
union all
select ${TAG.reset}, r.owner, r.source, null::int, case when count(*) = count(r.rows) then sum(r.rows)::bigint end,
       r.change_xid::text::bigint, null
  from (select u.*, bool_or(u.owner is null) over (partition by u.change_xid, u.source) as whole from unread_resets u) r
 where r.owner is null or not r.whole -- the whole table says it of each owner
 group by r.owner, r.source, r.change_xid${dimensionSelect(tables)}${side}${deltaSelects.map((select) => `\nunion all\n(${select})`).join("")}`;
}

function dimensionSelect(tables: readonly WatchedTable[]): string {
  const owners = tables.find((table) => table.source === OWNER_SOURCE);
  if (!owners) return "";
  return `
union all
select distinct ${TAG.dimension}, o.owner, null, null::int, null::bigint, null::bigint, null
  from (${changedDimensions(owners)}) o`;
}

/**
 * `owner` (and `change_xid`, a row for each transaction) of owners whose own captured columns differ between before and after: images
 * that cancel each other are no change.
 */
export function changedDimensions(owners: WatchedTable, each?: "transaction"): string {
  const columns = owners.columns.map((column) => `d.${quoteIdentifier(column.name)}`);
  const xid = each === undefined ? [] : ["d.change_xid"];
  return `select ${[`d.${quoteIdentifier(owners.owner)}::text as owner`, ...xid].join(", ")}
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
