/**
 * The statement that reads what clients missed: events as the batch statement gives them, of transactions from one on, beside what
 * makes them doubtful.
 *
 * Parameters: $1 and $4 the owners (text[]), $2 the earliest instant from which their clients have seen nothing, in microseconds since
 * 1970, $3 time zones known to be good (text[]), $5 the first transaction of each owner (text[], as long as $1), $6 the first of all
 * (xid8). Rows are `tag, owner, key, day, from_us, until_us, m`, as in `TAG` but for those of {@link HISTORY_TAG}.
 */
import { changedDimensions, changes } from "../capture/statement.ts";
import type { WatchedTable } from "../plan/watched-table.ts";
import { quoteLiteral } from "../database/identifier.ts";
import type { Prepared } from "../database/session.ts";
import { eventSelects, sourcesOfEvents } from "../plan/event-select.ts";
import { leadsElsewhere } from "../plan/parent-rows.ts";
import type { Plan } from "../plan/plan.ts";
import { watchedBy } from "../plan/row-source.ts";
import { occupantDeltaSelects, occupantLoadSelects } from "../plan/select.ts";

/** Rows that no batch has. */
export const HISTORY_TAG = {
  /** owner: the snapshot; key: the floor, null if there is none; m: the incarnation in hexadecimal. */
  head: -20,
  /** owner, or null for all of them; until_us: a transaction whose events can't be told. */
  doubt: -21,
  /** owner, or null for all of them; until_us: a transaction by which rows came to other owners through their parents. Whose events were before it, nobody can tell. */
  moved: -26,
  /** A grain of a place or of a stay as one transaction changed it; day: its projection; the last value of m is the xid. */
  touched: -22,
  /** A grain of a place or of a stay as it is now, but for stays that were over at $2; day: its projection. */
  there: -23,
} as const;

/** Of one owner in one read; of an owner of which a client missed more, a replay reads on by itself (long-history-statement.ts). */
export const MAX_EVENTS = 500;

export function historyStatement(plan: Plan): Prepared {
  const { sources, tables } = historySources(plan);
  const parts = [
    headSelect("$1::text[], $2::bigint, $3::text[], $5::text[]"),
    ...doubtSelects(plan, sources),
    ...movedSelects(tables),
    ...rowsOf(eventSelects(plan), (rows) => firstOfEach(`select e.*, e.until_us as xid from (${rows}) e`)),
    ...rowsOf(occupantDeltaSelects(plan, "each"), (rows) =>
      firstOfEach(
        `select ${HISTORY_TAG.touched}, t.owner, t.key, t.tag, t.from_us, t.until_us, t.m, t.xid from (${rows}) t`,
      ),
    ),
    ...rowsOf(
      occupantLoadSelects(plan),
      (rows) => `select ${HISTORY_TAG.there}, g.owner, g.key, g.tag, g.from_us, g.until_us, g.m from (${rows}) g`,
    ),
  ];
  return {
    name: `deltad_history_${plan.kind}`,
    text: `with ${changes(tables, sources, { unread: "c.change_xid >= $6::xid8" })}\n${parts.join("\nunion all\n")}`,
  };
}

/** What has to be read to say what happened. */
export function historySources(plan: Plan) {
  const told = sourcesOfEvents(plan);
  const parents = plan.tables.flatMap((table) => (told.includes(table.source) ? (table.parents ?? []) : []));
  const lookedUp = plan.tables.filter(({ namedIn }) => namedIn !== undefined);
  const own = plan.owner.source === undefined ? [] : [plan.owner.source];
  const sources = [...new Set([...told, ...[...parents, ...lookedUp].map(({ source }) => source), ...own])];
  return { sources, tables: plan.tables.filter(({ source }) => sources.includes(source)) };
}

/** @param parameters all of them with their types, for where no select uses them */
export function headSelect(parameters: string): string {
  return `select ${HISTORY_TAG.head}::int as tag, pg_current_snapshot()::text as owner, (select f.upto::text from deltad.floor f) as key,
       null::int as day, null::bigint as from_us, null::bigint as until_us,
       encode(deltad.incarnation(), 'hex') as m
  from (select ${parameters}) p`;
}

/** Of the owners $4, over the CTEs of changes. */
export function doubtSelects(plan: Plan, sources: readonly string[]): readonly string[] {
  return [
    `select distinct ${HISTORY_TAG.doubt}, u.owner, null, null::int, null::bigint, u.change_xid::text::bigint, null
  from unread_resets u
 where u.source in (${sources.map(quoteLiteral).join(", ")}) and not u.moved and (u.owner is null or u.owner = any($4::text[]))`,
    // Data are made with the owner's zone and currency as they are now: after a change of these nobody knows what was sent.
    ...(plan.owner.source === undefined
      ? []
      : [
          `select ${HISTORY_TAG.doubt}, o.owner, null, null::int, null::bigint, o.change_xid::text::bigint, null
  from (${changedDimensions(watchedBy(plan, plan.owner.source), plan.owner.dimensions, "transaction")}) o
 where o.owner = any($4::text[])`,
        ]),
  ];
}

/** Of the owners $4; none where what all tables name is owners. */
export function movedSelects(tables: readonly WatchedTable[]): readonly string[] {
  if (!tables.some(leadsElsewhere)) return [];
  return [
    `select distinct ${HISTORY_TAG.moved}, u.owner, null, null::int, null::bigint, u.change_xid::text::bigint, null
  from unread_resets u
 where u.moved and (u.owner is null or u.owner = any($4::text[]))`,
  ];
}

export function rowsOf(selects: readonly string[], wrap: (rows: string) => string): readonly string[] {
  return selects.length === 0 ? [] : [wrap(selects.map((select) => `(${select})`).join("\nunion all\n"))];
}

/** Of each owner one row more than it may have, its latest transactions first; none from before its first. */
function firstOfEach(rows: string): string {
  return `select e.tag, e.owner, e.key, e.day, e.from_us, e.until_us, e.m
  from (
    select e.*, row_number() over (partition by e.owner order by e.xid desc) as place
      from (${rows}) e(tag, owner, key, day, from_us, until_us, m, xid)
      join unnest($4::text[], $5::text[]) as w(owner, since) on w.owner collate "C" = e.owner and e.xid >= w.since::bigint
  ) e
 where e.place <= ${MAX_EVENTS + 1}`;
}
