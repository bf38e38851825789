/**
 * The statement that reads what clients missed: events as the batch statement gives them, of transactions from one on, beside what
 * makes them doubtful.
 *
 * Parameters: $1 and $4 the owners (text[]), $2 the earliest instant from which their clients have seen nothing, in microseconds since
 * 1970, $3 time zones known to be good (text[]), $5 the first transaction of each owner (text[], as long as $1), $6 the first of all
 * (xid8). Rows are `tag, owner, key, day, from_us, until_us, m`, as in `TAG` but for those of {@link PAST}.
 */
import { changes } from "../capture/statement.ts";
import { OWNER_SOURCE, type WatchedTable } from "../capture/watched-table.ts";
import { quoteIdentifier, quoteLiteral } from "../database/identifier.ts";
import type { Prepared } from "../database/session.ts";
import { eventSelects, sourcesOfEvents, TRANSACTION } from "../definition/event-select.ts";
import type { OccupantPlan, Plan } from "../definition/plan.ts";
import { changedRows, OWNER, watchedBy } from "../definition/row-source.ts";
import { allOf, instantUs } from "../definition/row-value.ts";
import { loadSelects } from "../definition/select.ts";

/** Rows that no batch has. */
export const PAST = {
  /** owner: the snapshot; key: the floor, null if there is none. */
  head: -20,
  /** owner, or null for all of them; until_us: a transaction whose events can't be told. */
  doubt: -21,
  /** owner; key: a stay or a place; day: its projection; until_us: a transaction that changed it; m: by how much, and a stay's `from until`. */
  touched: -22,
  /** A grain of a place or of a stay as it is now, but for stays that were over at $2; day: its projection. */
  there: -23,
} as const;

/** Of one owner in one read; who missed more had better read the whole. */
export const MAX_EVENTS = 500;

export function pastStatement(plan: Plan): Prepared {
  const sources = [...new Set([...sourcesOfEvents(plan), OWNER_SOURCE])];
  const tables = plan.tables.filter(({ source }) => sources.includes(source));
  const events = [...eventSelects(plan), ...plan.occupants.flatMap((occupants) => touched(plan, occupants))];
  return {
    name: "deltad_past",
    text: `with ${changes(tables, sources, "c.change_xid >= $6::xid8")}
select ${PAST.head}::int as tag, pg_current_snapshot()::text as owner, (select f.upto::text from deltad.floor f) as key,
       null::int as day, null::bigint as from_us, null::bigint as until_us,
       -- Gives the parameters their types where no select uses them.
       concat_ws(' ', cardinality($1::text[]), $2::bigint, cardinality($3::text[]), cardinality($5::text[])) as m
union all
select distinct ${PAST.doubt}, u.owner, null, null::int, null::bigint, u.change_xid::text::bigint, null
  from unread_resets u
 where u.source in (${sources.map(quoteLiteral).join(", ")}) and (u.owner is null or u.owner = any($4::text[]))
union all
${otherOwnerRows(watchedBy(plan, OWNER_SOURCE))}
union all
select e.tag, e.owner, e.key, e.day, e.from_us, e.until_us, e.m
  from (
    select e.*, row_number() over (partition by e.owner order by e.until_us desc) as place
      from (${events.map((select) => `(${select})`).join("\nunion all\n")}) e
      join unnest($4::text[], $5::text[]) as w(owner, since) on w.owner collate "C" = e.owner and e.until_us >= w.since::bigint
  ) e
 where e.place <= ${MAX_EVENTS + 1}${there(plan)}`,
  };
}

/** Data are made with the owner's zone and currency as they are now: after a change of these nobody knows what was sent. */
function otherOwnerRows(table: WatchedTable): string {
  const columns = table.columns.map(({ name }) => `d.${quoteIdentifier(name)}`);
  return `select ${PAST.doubt}, o.owner, null, null::int, null::bigint, o.change_xid::text::bigint, null
  from (select d.${quoteIdentifier(table.owner)}::text as owner, d.change_xid
          from ${quoteIdentifier(`delta_${OWNER_SOURCE}`)} d
         group by ${columns.join(", ")}, d.change_xid
        having sum(d.change_weight) <> 0) o
 where o.owner = any($4::text[])`;
}

/** Which transactions changed stays, or places, and by how much. */
function touched(plan: Plan, { groups, stays }: OccupantPlan): readonly string[] {
  return [groups, stays].map(({ projection, measure }) => {
    const { source, key, time, measures } = projectionOf(plan, projection);
    const bounds =
      time.kind === "while"
        ? [instantUs(`r.${quoteIdentifier(time.from)}`), instantUs(`r.${quoteIdentifier(time.until)}`)]
        : ["null::bigint", "null::bigint"];
    const condition = allOf([`${key} is not null`, measures[measure]?.where]);
    const rows = changedRows(watchedBy(plan, source), plan.owner, TRANSACTION);
    return `select ${PAST.touched} as tag, t.owner, t.key, ${projection} as day, null::bigint as from_us, t.xid as until_us,
  concat_ws(' ', t.weight, t.began, t.ended) as m
from (
  select ${OWNER} as owner, ${key} as key, r.change_xid::text::bigint as xid, ${bounds[0]} as began, ${bounds[1]} as ended,
    sum(r.change_weight) as weight
    from (${rows}) r
   where ${condition}
   group by 1, 2, 3, 4, 5
  having sum(r.change_weight) <> 0
) t`;
  });
}

function there(plan: Plan): string {
  if (plan.occupants.length === 0) return "";
  const selects = loadSelects({ ...plan, accumulators: [] }).map((select) => `(${select})`);
  return `
union all
select ${PAST.there}, g.owner, g.key, g.tag, g.from_us, g.until_us, g.m
  from (${selects.join("\nunion all\n")}) g`;
}

function projectionOf(plan: Plan, index: number): Plan["projections"][number] {
  const projection = plan.projections[index];
  if (projection === undefined) throw new RangeError(`the plan has no projection ${index}`);
  return projection;
}
