/**
 * The plan's events as SQL: images -> net changes -> events. A select returns the columns of `TAG.event` (statement.ts).
 *
 * The images of one row in one transaction are added up first, by their weights: what was inserted and deleted again leaves nothing,
 * from A to B to C is from A to C, and what came back to A was never changed. Then at most one image is left on each side. Grouping by
 * owner makes a row that goes to another owner a deletion for the one and an insertion for the other.
 */
import { MOST_CHANGES, TAG } from "./row-tag.ts";
import { keyColumns, type WatchedTable } from "./watched-table.ts";
import { quoteIdentifier, quoteLiteral } from "../database/identifier.ts";
import { dataOf } from "./field-sql.ts";
import type { Plan, RowEventPlan } from "./plan.ts";
import { changedRows, OWNER, ZONE } from "./row-source.ts";
import { keyText } from "./row-value.ts";

/** The columns of a change, beside its weight, that events need. */
export const TRANSACTION = ["change_xid", "change_seq"];

/** Selects of row events alone, over the CTEs `"delta_<source>"` of {@link sourcesOfEvents} and `unread_resets`. Parameters as in statement.ts. */
export function eventSelects(plan: Plan, rowsOf = changedRows): readonly string[] {
  return plan.tables.flatMap((table) => {
    const select = eventSelect(plan, table, "owned");
    if (select === undefined) return [];
    return [`with owned as materialized (\n  ${rowsOf(table, plan.owner, TRANSACTION)})\n${select}`];
  });
}

/** The sources whose changes must carry {@link TRANSACTION}. */
export function sourcesOfEvents({ owner, projections, events, occupants }: Plan): readonly string[] {
  const counted = occupants.flatMap(({ groups, stays }) => [groups, stays]);
  const lookups = events.flatMap(({ data }) =>
    data.flatMap((field) => (field.kind === "lookup" ? [field.source] : [])),
  );
  return distinct([
    ...events.map(({ source }) => source),
    ...counted.flatMap(({ projection }) => projections[projection]?.source ?? []),
    ...lookups.filter((source) => source !== owner.source),
  ]);
}

/** Owners `c.owner` that have too much to be told with others. `rows` as in {@link eventSelect}. */
export function crowdedOwners(rows: string): string {
  return `select ${OWNER} as owner from ${rows} r group by ${OWNER} having count(*) > ${MOST_CHANGES}`;
}

/** Says whose events are left out. `crowded`: a CTE of {@link crowdedOwners}. */
export function withheldSelect(crowded: string): string {
  return `select ${TAG.withheld}, c.owner, null, null::int, null::bigint, null::bigint, null from ${crowded} c`;
}

/**
 * @param rows the CTE of {@link changedRows}, with {@link TRANSACTION}
 * @param crowded a CTE of {@link crowdedOwners}, whose events are left out
 */
export function eventSelect(plan: Plan, table: WatchedTable, rows: string, crowded?: string): string | undefined {
  const events = plan.events.flatMap((event, declared) => (event.source === table.source ? [{ event, declared }] : []));
  const [first] = events;
  if (first === undefined) return undefined;
  const key = keyColumns(first.event).map((name) => `r.${quoteIdentifier(name)}`);
  const source = quoteLiteral(table.source);
  // Data are made once for all events that have the same.
  const selects = distinct(events.map(({ event }) => JSON.stringify(event.data))).map((data) => {
    const same = events.filter(({ event }) => JSON.stringify(event.data) === data);
    const names = same.map(({ event }) => `case when ${event.when} then ${quoteLiteral(event.name)} end`);
    return `select ${same[0]?.declared} as declared, concat_ws(' ', ${names.join(",\n      ")}) as names,
      ${dataOf(same[0]?.event.data ?? [], table, plan)} as data`;
  });
  return `select ${TAG.event} as tag, ${OWNER} as owner, e.names as key, e.declared as day, r.change_seq as from_us,
  r.change_xid::text::bigint as until_us,
  concat(e.data, e'\\n', ${quoteLiteral(`${table.source}.`)}, r.change_xid, '.', ${keyText(key)}) as m
from (
${netChanges(
  events.map(({ event }) => event),
  key.join(", "),
  crowded === undefined ? `${rows} r` : `${rows} r\n    where ${OWNER} not in (select c.owner from ${crowded} c)`,
)}
) r
cross join lateral (
  select ${imagesBefore(events.map(({ event }) => event)).join(",\n    ")}
) b
cross join lateral (
  ${selects.join("\n  union all\n  ")}
) e
where r.deltad_last and e.names <> ''
  and r.change_xid not in (select u.change_xid from unread_resets u where u.source = ${source} and u.owner is null)
  and (r.change_xid, ${OWNER}) not in (
    select u.change_xid, u.owner collate "C" from unread_resets u where u.source = ${source} and u.owner is not null)`;
}

/** One row per row that is there after the transaction, or no more, beside what it was before. */
function netChanges(events: readonly RowEventPlan[], key: string, rows: string): string {
  const columns = distinct(events.flatMap((event) => event.columns)).map((name) => `r.${quoteIdentifier(name)}`);
  const before = distinct(events.flatMap((event) => event.columnsBefore));
  const shown = [...columns, OWNER, ZONE, "r.change_xid"];
  const was = before.map((name, at) => `lag(r.${quoteIdentifier(name)}) over w as deltad_before_${at}`);
  return `  select ${[...shown, "r.change_seq", "r.change_weight", ...was].join(", ")},
    lag(r.change_weight) over w as deltad_weight_before, lead(1) over w is null as deltad_last
  from (
    select ${shown.join(", ")}, max(r.change_seq) as change_seq, sum(r.change_weight) as change_weight
    from ${rows}
    group by ${shown.join(", ")}
    having sum(r.change_weight) <> 0
  ) r
  window w as (partition by r.change_xid, ${OWNER}, ${key} order by r.change_weight)`;
}

/** Of a row that was deleted, what it was is what it was before, too. */
function imagesBefore(events: readonly RowEventPlan[]): readonly string[] {
  const before = distinct(events.flatMap((event) => event.columnsBefore));
  const image = (now: string, was: string, name: string): string =>
    `case when r.change_weight < 0 then ${now} else ${was} end as ${name}`;
  return [
    image("r.change_weight", "r.deltad_weight_before", "change_weight"),
    ...before.map((name, at) => image(`r.${quoteIdentifier(name)}`, `r.deltad_before_${at}`, quoteIdentifier(name))),
  ];
}

function distinct(names: readonly string[]): readonly string[] {
  return [...new Set(names)];
}
