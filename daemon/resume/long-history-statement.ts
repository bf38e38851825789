/**
 * The statements by which a long absence is read, of one owner at a time: first an outline, which transactions there were and in what
 * order, then their events page by page, at last who came and went. A page is found by the index of transactions; only the outline
 * reads all that changed since.
 *
 * Parameters of all: $1 and $4 the owner (text[]), $2 the instant up to which the client has seen what the clock did, in microseconds since
 * 1970, $3 time zones known to be good (text[]). Rows are as in history-statement.ts.
 */
import { changes } from "../capture/statement.ts";
import type { Prepared } from "../database/session.ts";
import { eventSelects, TRANSACTION } from "../plan/event-select.ts";
import type { Plan } from "../plan/plan.ts";
import { changedRows, watchedBy } from "../plan/row-source.ts";
import { occupantDeltaSelects, occupantLoadSelects } from "../plan/select.ts";
import { doubtSelects, headSelect, HISTORY_TAG, historySources, movedSelects, rowsOf } from "./history-statement.ts";

/** Rows that only these statements have. */
export const LONG_TAG = {
  /** from_us: place of the first; m: transactions in order of commit, `xid images,xid images,…`. */
  transactions: -24,
  /** As `touched`, but what came of all transactions up to the end of the replay. */
  replayed: -25,
} as const;

/** Transactions in one row of the outline, which is parsed and let go before the next. */
const TRANSACTIONS_IN_ROW = 1_000;

const KNOWN = "$1::text[], $2::bigint, $3::text[], $4::text[]";
const UNSEEN = "not pg_visible_in_snapshot(r.change_xid, $6::pg_snapshot)";
const MISSED = `${UNSEEN} and pg_visible_in_snapshot(r.change_xid, $7::pg_snapshot)`;

/**
 * $5: the first transaction (xid8), $6: the snapshot of what was seen, $7: that of what is to be seen (pg_snapshot), $8: a transaction of
 * which a part is to be seen beside that (xid8).
 */
export function outlineStatement(plan: Plan): Prepared {
  const { sources, tables } = historySources(plan);
  const images = [...new Set(plan.events.map(({ source }) => source))].map(
    (source) => `select r.change_xid, max(r.change_seq) as last, count(*) as images
    from (${changedRows(watchedBy(plan, source), plan.owner, TRANSACTION)}) r
   where ${UNSEEN} and (pg_visible_in_snapshot(r.change_xid, $7::pg_snapshot) or r.change_xid = $8::xid8)
   group by r.change_xid`,
  );
  const parts = [
    headSelect(`${KNOWN}, $6::pg_snapshot, $7::pg_snapshot, $8::xid8`),
    ...doubtSelects(plan, sources),
    ...movedSelects(tables),
    ...rowsOf(
      images,
      (rows) => `select ${LONG_TAG.transactions}, null, null, null, min(t.place), null,
       string_agg(concat(t.change_xid, ' ', t.images), ',' order by t.place)
  from (
    select s.change_xid, sum(s.images) as images, row_number() over (order by max(s.last)) as place
      from (${rows}) s
     group by s.change_xid
  ) t
 group by (t.place - 1) / ${TRANSACTIONS_IN_ROW}`,
    ),
  ];
  return {
    name: `deltad_history_outline_${plan.kind}`,
    text: `with ${changes(tables, sources, { unread: "c.change_xid >= $5::xid8", kept: "not materialized" })}\n${parts.join("\nunion all\n")}`,
  };
}

/**
 * $5: some transactions in order of commit (xid8[]), $6 and $7: of one of them so many events that were had before (bigint), $8: rows at
 * most, $9: the first transaction that the client has not seen (xid8). Events have a column more: how many events of their transaction there are with them.
 */
export function pageStatement(plan: Plan): Prepared {
  const { sources, tables } = historySources(plan);
  const parts = [
    ...[headSelect(`${KNOWN}, $6::bigint, $7::bigint, $8::bigint, $9::xid8`), ...movedSelects(tables)].map(
      (rows) => `select p.*, null::bigint as through from (${rows}) p`,
    ),
    ...rowsOf(
      eventSelects(plan),
      (rows) => `(select e.* from (
    select x.*, sum(cardinality(string_to_array(x.key, ' '))) over (partition by x.until_us order by x.from_us, x.day)::bigint as through
      from (${rows}) x(tag, owner, key, day, from_us, until_us, m)
  ) e
 where not (e.until_us = $6::bigint and e.through <= $7::bigint)
 order by array_position($5::xid8[], e.until_us::text::xid8), e.from_us, e.day
 limit $8::bigint)`,
    ),
  ];
  return {
    name: `deltad_history_page_${plan.kind}`,
    text: `with ${changes(tables, sources, { unread: "c.change_xid = any ($5::xid8[])", unreadOfParents: "c.change_xid >= $9::xid8" })}\n${parts.join("\nunion all\n")}`,
  };
}

/** $5: the first transaction (xid8), $6: the snapshot of what was seen, $7: that of what is to be seen (pg_snapshot), $8: its instant. */
export function occupantsStatement(plan: Plan): Prepared {
  const { sources, tables } = historySources(plan);
  // Stays that were over before, or have not begun by the end, are nobody's that came or went.
  const met =
    (tag: number) =>
    (rows: string): string =>
      `select ${tag}, g.owner, g.key, g.tag, g.from_us, g.until_us, g.m
  from (${rows}) g
 where g.from_us is null or (g.from_us <= $8::bigint and g.until_us > $2::bigint)`;
  const parts = [
    headSelect(`${KNOWN}, $6::pg_snapshot, $7::pg_snapshot, $8::bigint`),
    ...movedSelects(tables),
    ...rowsOf(occupantDeltaSelects(plan, { sumWhere: UNSEEN }), met(HISTORY_TAG.touched)),
    ...rowsOf(occupantDeltaSelects(plan, { sumWhere: MISSED }), met(LONG_TAG.replayed)),
    ...rowsOf(occupantLoadSelects(plan), met(HISTORY_TAG.there)),
  ];
  return {
    name: `deltad_history_occupants_${plan.kind}`,
    text: `with ${changes(tables, sources, { unread: "c.change_xid >= $5::xid8", kept: "not materialized" })}\n${parts.join("\nunion all\n")}`,
  };
}
