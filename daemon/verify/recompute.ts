/**
 * The second way to the same integers, for `verify`: plain predicates on the rows at one instant. No calendar, no grains, no expansion of
 * windows; of the incremental way it shares only which rows a metric is about, and the clamping of instants.
 */
import type { WatchedTable } from "../plan/watched-table.ts";
import { quoteIdentifier } from "../database/identifier.ts";
import { fenced } from "../plan/fallible.ts";
import type { Accumulator, Bound, MeasurePlan, Plan, ProjectionTime, Window } from "../plan/plan.ts";
import { ofOwners, spelled } from "../plan/owner-key.ts";
import { ownerRelation, ownerValue } from "../plan/owner-lookup.ts";
import { OWNER, tableRows, watchedBy, ZONE } from "../plan/row-source.ts";
import { columnsOf } from "../plan/row-link.ts";
import { allOf, clampedDate, clampedInstant, datedValue, instantOf, isSummable } from "../plan/row-value.ts";

const NOW = instantOf("$2::bigint");

/**
 * Returns `kind text, index int, owner text, key text, value text`:
 * - `owner`: an owner that has a row, and its currency as value;
 * - `accumulator`: an integer in units of 10^-scale; `key` is NULL for accumulators without keys, a period as metrics/period.ts writes it;
 * - `first`: what the first of ranked rows shows, as JSON of an array of one;
 * - `overlap`: the number of keys above 0 on both sides.
 * Entries that are 0 are left out. Parameters: $1 the owners' keys (text[]), of owners whose time zone PostgreSQL knows; $2 the instant in
 * microseconds since 1970 (bigint).
 */
export function recomputeSelect(plan: Plan): string {
  const { owner, accumulators, overlaps } = plan;
  const key = columnsOf("o", owner.key);
  const currency = owner.currency === undefined ? "null" : ownerValue(owner.currency);
  const selects = [
    `select 'owner' as kind, 0 as index, ${spelled(key)} collate "C" as owner, null::text as key, ${currency} as value
from ${ownerRelation(owner)} o where ${ofOwners(key, owner.key)} and $2::bigint is not null`,
    ...accumulators.map(({ ranking }, index) =>
      ranking === undefined
        ? `select 'accumulator', ${index}, owner, key, trunc(value)::text from a${index} where value <> 0`
        : `select 'first', ${index}, owner, key, value from a${index}`,
    ),
    ...overlaps.map(
      ({ left, right }, index) => `select 'overlap', ${index}, l.owner, null, count(*)::text
from a${left} l join a${right} r using (owner, key) where l.value > 0 and r.value > 0 group by l.owner`,
    ),
  ];
  const sums = accumulators.map((accumulator, index) => `a${index} as (\n${accumulated(plan, accumulator)}\n)`);
  return `${sums.length === 0 ? "" : `with ${sums.join(",\n")}\n`}${selects.join("\nunion all\n")}`;
}

function accumulated(plan: Plan, accumulator: Accumulator): string {
  const { tallies } = accumulator;
  if (tallies !== undefined)
    return `  select owner, key::json ->> 1 as key, count(*) as value from a${tallies} where value > 0 group by 1, 2`;
  const { projection: at, measure: measureAt, window, keyedBy, andPeriod } = accumulator;
  const projection = plan.projections[at];
  const measure = projection?.measures[measureAt];
  if (projection === undefined || measure === undefined)
    throw new RangeError("the plan lacks an accumulator's projection or measure");
  const table = watchedBy(plan, projection.source);
  const rows = tableRows(table, plan.owner, []);
  const { ranked } = projection;
  const keys = {
    none: undefined,
    key: ranked === undefined ? projection.key : ranked.group,
    hour: `to_char(d.local_hour, 'YYYY-MM-DD"T"HH24')`,
    day: "to_char(d.local_date, 'YYYY-MM-DD')",
    week: window && `to_char(${periodOf("d.local_date", window)}, 'YYYY-MM-DD')`,
    month: "to_char(d.local_date, 'YYYY-MM')",
    quarter: `to_char(d.local_date, 'YYYY-"Q"Q')`,
    year: "to_char(d.local_date, 'YYYY')",
  };
  const own = keys[keyedBy];
  const key = andPeriod === undefined ? own : `json_build_array(${own}, ${keys[andPeriod]})::text`;
  const { value, present } = valueOf(measure, table);
  const conditions = [measure.where, present, own && `${own} is not null`, during(window), within(projection.time)];
  const from = `from ${fenced(rows, [measure])} r${localDates(projection.time)}
  where ${allOf(conditions) ?? "true"}`;
  const named = `${OWNER} as owner, ${key ?? "null::text"} as key`;
  if (ranked === undefined) return `  select ${named}, sum(${value}) as value\n  ${from}\n  group by 1, 2`;
  const { order, tie, shown, isDescending, numericTies } = ranked;
  const ties = tie === undefined ? [] : [numericTies ? `(${tie})::bigint` : `(${tie}) collate "C"`];
  const by = [order, ...ties].map((one) => `${one}${isDescending ? " desc" : ""}`);
  return `  select distinct on (1, 2) ${named}, json_build_array(${shown})::text as value
  ${from}
  order by 1, 2, ${by.join(", ")}`;
}

function valueOf({ value }: MeasurePlan, table: WatchedTable): { value: string; present: string | undefined } {
  if (value.op === "count") return { value: "1", present: undefined };
  const units = (amount: string) => `round(${amount}::numeric, ${value.scale}) * 1${"0".repeat(value.scale)}`;
  if ("expression" in value) return { value: units(`(${value.expression})`), present: undefined };
  const column = `r.${quoteIdentifier(value.column)}`;
  const type = table.columns.find(({ name }) => name === value.column)?.type ?? "numeric";
  return { value: units(column), present: isSummable(column, type) };
}

/** The row's local date and the owner's today; or the row's local hour and the latest that the owner's clock has shown. */
function localDates(time: ProjectionTime): string {
  if (!("column" in time)) return "";
  const column = datedValue(time);
  if (time.kind === "hour") return localHours(column);
  const date = time.type === "date" ? clampedDate(column) : `(${clampedInstant(column)} at time zone ${ZONE})::date`;
  // greatest and least pass over NULL: a row without a date must not become one of 1900.
  return `\n  cross join lateral (select case when ${column} is not null then ${date} end as local_date, (${NOW} at time zone ${ZONE})::date as today) d`;
}

/** Clocks go back by three hours at most, on the hour: half an hour before, they show the latest hour. */
function localHours(column: string): string {
  const hourOf = (instant: string): string => `date_trunc('hour', ${instant} at time zone ${ZONE})`;
  return `\n  cross join lateral (select case when ${column} is not null then ${hourOf(clampedInstant(column))} end as local_hour,
    (select max(${hourOf(`(${NOW} - make_interval(mins => 30 * k))`)}) from generate_series(0, 6) k) as this_hour) d`;
}

function during(window: Window | undefined): string | undefined {
  if (window === undefined) return undefined;
  const { start, end, toDate } = window;
  if (window.unit === "hour")
    return `d.this_hour >= d.local_hour + interval '${start} hours' and d.this_hour < d.local_hour + interval '${end} hours'`;
  const today = periodOf("d.today", window);
  const dated = periodOf("d.local_date", window);
  const interval = INTERVAL[window.unit];
  const later = (count: number) => `${dated} + interval '${interval(count)}'`;
  const isUnderWay = `${today} < ${later(end)}`;
  if (start === -Infinity) return `d.local_date is not null and ${isUnderWay}`;
  if (!toDate) return `${today} >= ${later(start)} and ${isUnderWay}`;
  return `(${today} > ${later(start)} or (${today} = ${later(start)} and (${hasCome(window)}))) and ${isUnderWay}`;
}

const INTERVAL: Readonly<Record<Exclude<Window["unit"], "hour">, (count: number) => string>> = {
  day: (count) => `${count} days`,
  week: (count) => `${7 * count} days`,
  month: (count) => `${count} months`,
  quarter: (count) => `${3 * count} months`,
  year: (count) => `${count} years`,
};

/** The first moment of a date's period, without zone. PostgreSQL's weeks begin on Monday. */
function periodOf(date: string, { unit, firstDay = 0 }: Window): string {
  return unit === "week"
    ? `date_trunc('week', (${date} - ${firstDay})::timestamp) + interval '${firstDay} days'`
    : `date_trunc('${unit}', ${date}::timestamp)`;
}

/** By the months since the period's begin and the day of the month: on its last day, whatever that is, a month holds all of another. */
function hasCome(window: Window): string {
  const { unit } = window;
  if (unit === "week")
    return `d.local_date - (${periodOf("d.local_date", window)})::date <= d.today - (${periodOf("d.today", window)})::date`;
  const part = (field: string, date: string) => `extract(${field} from ${date})`;
  const months = (date: string) => `${part("month", date)} - ${part("month", `(${periodOf(date, window)})`)}`;
  const [then, now] = [months("d.local_date"), months("d.today")];
  const day = `${part("day", "d.local_date")} <= ${part("day", "d.today")} or ${part("day", "d.today + 1")} = 1`;
  return `${then} < ${now} or (${then} = ${now} and (${day}))`;
}

function within(time: ProjectionTime): string | undefined {
  if (time.kind !== "while") return undefined;
  const { from, until } = time;
  const compared = (bound: Bound, operator: "<" | "<=" | ">"): string => {
    const now = bound.type === "date" ? `(${NOW} at time zone ${ZONE})::date` : NOW;
    const holds = `${datedValue(bound)} ${operator} ${now}`;
    return bound.isOpen ? `(${holds} or ${datedValue(bound)} is null)` : holds;
  };
  return until === undefined ? compared(from, "<") : `${compared(from, "<=")} and ${compared(until, ">")}`;
}
