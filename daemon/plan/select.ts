/**
 * The plan's projections as SQL: rows -> grains, grouped by PostgreSQL. One text has two sources, the changes of a batch and the tables
 * themselves, so that `load + deltas` is the same arithmetic on both sides. Each statement returns
 *
 *   tag int (index of the projection), owner text, key text, day int (or hour, since 2000-01-01; NULL where the owner's zone is not in $3),
 *   from_us bigint, until_us bigint (since 1970, or days as the plan's `Accumulator.days` says), m text (one integer per measure, separated by spaces)
 *
 * without the rows whose measures are all 0, and can be joined to others by UNION ALL. A row whose day is not known is kept whatever
 * its measures: images of different days may cancel each other in it, and yet change the numbers.
 */
import type { WatchedTable } from "./watched-table.ts";
import { quoteIdentifier } from "../database/identifier.ts";
import { crowdedOwners, eventSelect, sourcesOfEvents, TRANSACTION, withheldSelect } from "./event-select.ts";
import { fenced } from "./fallible.ts";
import type { Bound, Dated, MeasurePlan, Plan, Projection, ProjectionTime, Ranked, SumPlan } from "./plan.ts";
import { ofOwners } from "./owner-key.ts";
import { columnsOf } from "./row-link.ts";
import { changedRows, indexedColumn, OWNER, settledRows, tableRows, watchedBy, ZONE } from "./row-source.ts";
import {
  allOf,
  anyOf,
  clampedDate,
  clampedInstant,
  datedValue,
  instantOf,
  instantUs,
  isSummable,
} from "./row-value.ts";

/** A local date is at most a day from UTC's; a day more for a clock that is behind, and one for the eye. */
const MARGIN_DAYS = 3;

/**
 * Selects over the CTEs `"delta_<source>"`: change_weight and the captured columns; one select per source, so that a changed row looks
 * its owner up once for all projections and events. Parameter $3: text[], the good zones. `wanted`: as in {@link settledRows}.
 */
export function deltaSelects(plan: Plan, wanted?: string): readonly string[] {
  const eventSources = new Set(sourcesOfEvents(plan));
  return plan.tables.flatMap((table) => {
    const selects = plan.projections.flatMap((projection, tag) =>
      projection.source === table.source && isRead(plan, tag)
        ? [grains(table, { tag, projection, rows: "owned", asked: [], xid: isOccupancy(plan, tag) ? "last" : "none" })]
        : [],
    );
    const events = eventSelect(plan, table, "owned", "crowded");
    if (events !== undefined) selects.push(events, withheldSelect("crowded"));
    if (selects.length === 0) return [];
    const rows = settledRows(table, plan.owner, eventSources.has(table.source) ? TRANSACTION : [], wanted);
    const crowded = events === undefined ? "" : `,\ncrowded as materialized (\n  ${crowdedOwners("owned")})`;
    return [`with owned as materialized (\n  ${rows})${crowded}\n${selects.join("\nunion all\n")}`];
  });
}

/** Which changes of places and stays are asked for. */
type OccupantChanges =
  /** A grain for each transaction, its xid bigint in one column more and at the end of m. */
  | "each"
  /** What came of the changes `r` that the condition holds for, by the last transaction, which is at the end of m. */
  | { readonly sumWhere: string };

/** The changes of places and stays by transactions. */
export function occupantDeltaSelects(plan: Plan, asked: OccupantChanges): readonly string[] {
  return plan.projections.flatMap((projection, tag) => {
    if (!isOccupancy(plan, tag)) return [];
    const table = watchedBy(plan, projection.source);
    const rows = fenced(changedRows(table, plan.owner, TRANSACTION), projection.measures);
    return [
      asked === "each"
        ? grains(table, { tag, projection, rows, asked: [], xid: "each" })
        : grains(table, { tag, projection, rows, asked: [asked.sumWhere], xid: "last" }),
    ];
  });
}

/** As {@link loadSelects}, of occupants alone. */
export function occupantLoadSelects(plan: Plan): readonly string[] {
  return loadSelects({ ...plan, accumulators: [] });
}

/** A plan without its events: what a batch then costs is what its metrics cost. */
export function withoutEvents(plan: Plan): Plan {
  return { ...plan, events: [], occupants: [] };
}

function isRead(plan: Plan, projection: number): boolean {
  return (
    plan.accumulators.some((accumulator) => accumulator.projection === projection) || isOccupancy(plan, projection)
  );
}

function isOccupancy({ occupants }: Plan, projection: number): boolean {
  return occupants.some(({ groups, stays }) => groups.projection === projection || stays.projection === projection);
}

/** Selects over the tables. Parameters: $1 the owners' keys (text[]), $2 the instant T in microseconds since 1970, $3 the good zones (text[]). */
export function loadSelects(plan: Plan): readonly string[] {
  return plan.projections.flatMap((projection, tag) => {
    if (!isRead(plan, tag)) return [];
    const table = watchedBy(plan, projection.source);
    const rows = tableRows(table, plan.owner, [
      ofOwners(columnsOf("o", plan.owner.key), plan.owner.key),
      ...unexpired(projection.time, table),
    ]);
    // $2 and $3 must have a type in every select, also where nothing else uses them.
    const asked = ["$2::bigint is not null", "$3::text[] is not null"];
    const read = fenced(rows, projection.measures);
    const { ranked } = projection;
    if (ranked === undefined) return [grains(table, { tag, projection, rows: read, asked, xid: "none" })];
    const first = firstOf(table, projection, ranked, read);
    return [grains(table, { tag, projection, rows: first, asked, xid: "none", kept: ranked.kept })];
  });
}

/**
 * Of the rows `r` of ranked ones those of the first ranks of each group and time, with their place. Only these are then written as JSON,
 * of 100,000 rows some 16.
 */
function firstOf(table: WatchedTable, projection: Projection, ranked: Ranked, rows: string): string {
  const { time } = projection;
  const { group, order, tie, kept, isDescending, numericTies } = ranked;
  const bounds = time.kind === "while" ? boundsOf(time) : undefined;
  const part = [OWNER, group && `(${group}) collate "C"`, "column" in time && dayOf(time), bounds?.from, bounds?.until];
  const ties = tie === undefined ? [] : [numericTies ? `(${tie})::bigint` : `(${tie}) collate "C"`];
  const by = [order, ...ties].map((one) => `${one}${isDescending ? " desc" : ""}`);
  return `(select r.* from (
    select r.*, dense_rank() over (partition by ${part.filter(Boolean).join(", ")} order by ${by.join(", ")}) as ${PLACE}
    from ${rows} r
    where ${conditionsOf(table, projection, []) ?? "true"}) r
  where r.${PLACE} <= ${kept})`;
}

interface GrainsOf {
  readonly tag: number;
  readonly projection: Projection;
  /** The rows `r`: the name of a CTE, or a select in parentheses. */
  readonly rows: string;
  readonly asked: readonly string[];
  /** One value more, after the measures: the last transaction that changed the grain, or that of a grain for each. */
  readonly xid: "none" | "last" | "each";
  /** Where rows have a place: one value more, 1 where that is the last of as many as are kept. */
  readonly kept?: number;
}

/** The place of a ranked row that a load reads. */
const PLACE = "rank_place";

function grains(table: WatchedTable, { tag, projection, rows, asked, xid, kept }: GrainsOf): string {
  const { key, time, measures } = projection;
  const bounds = time.kind === "while" ? boundsOf(time) : undefined;
  const conditions = conditionsOf(table, projection, asked);
  const totals = measures.map((measure, index) => `${total(measure, countedOf(table, measure))} as v${index}`);
  const more = [
    ...(xid === "none" ? [] : [`${xid === "last" ? "max" : ""}(r.change_xid::text::bigint)`]),
    ...(kept === undefined ? [] : [`(max(r.${PLACE}) = ${kept})::int`]),
  ];
  const values = measures.map((_, index) => `g.v${index}`);
  const said = [...values.map((value) => `${value} <> 0`), ...("column" in time ? ["g.day is null"] : [])];
  return `select ${tag} as tag, g.owner, g.key, g.day, g.from_us, g.until_us, concat_ws(' ', ${[...values, ...more.map(() => "g.more")].join(", ")}) as m${xid === "each" ? ", g.more as xid" : ""}
from (
  select ${OWNER} as owner,
    ${key === undefined ? "null::text" : `(${key}) collate "C"`} as key,
    ${dayOf(time)} as day,
    ${bounds?.from ?? "null::bigint"} as from_us,
    ${bounds?.until ?? "null::bigint"} as until_us,
    ${[...totals, ...more.map((value) => `${value} as more`)].join(",\n    ")}
  from ${rows} r${conditions === undefined ? "" : `\n  where ${conditions}`}
  group by 1, 2, 3, 4, 5${xid === "each" ? ", r.change_xid" : ""}
) g
where ${said.join(" or ")}`;
}

function conditionsOf(table: WatchedTable, projection: Projection, asked: readonly string[]): string | undefined {
  const { key, ranked, time, measures } = projection;
  const dated = "column" in time ? [datedValue(time)] : [];
  const bounds = time.kind === "while" ? boundsOf(time).required : [];
  // A ranked row's key is never NULL, and can't be told of a row that has no rank.
  const present = [...(key === undefined || ranked !== undefined ? [] : [key]), ...dated, ...bounds];
  const counted = anyOf(measures.map((measure) => countedOf(table, measure)));
  return allOf([...asked, ...present.map((value) => `${value} is not null`), counted]);
}

function countedOf(table: WatchedTable, measure: MeasurePlan): string | undefined {
  return allOf([measure.where, summable(table, measure)]);
}

function total({ value }: MeasurePlan, condition: string | undefined): string {
  // A row is rounded, never the sum; half away from zero, as numeric rounds. numeric: bigint could overflow at its very end.
  const units =
    value.op === "count"
      ? ""
      : ` * round(${amount(value)}::numeric${value.scale === 0 ? "" : ` * 1${"0".repeat(value.scale)}`})`;
  return `coalesce(sum(r.change_weight${units})${condition === undefined ? "" : ` filter (where ${condition})`}, 0)`;
}

function summable(table: WatchedTable, { value }: MeasurePlan): string | undefined {
  if (value.op === "count" || "expression" in value) return undefined;
  const column = table.columns.find(({ name }) => name === value.column);
  return isSummable(reference(value.column), column?.type ?? "numeric");
}

/** Days since 2000-01-01, or hours of the local clock. A zone that PostgreSQL does not know would fail the statement: only zones known to be good are evaluated. */
function dayOf(time: ProjectionTime): string {
  if (!("column" in time)) return "null::int";
  const column = datedValue(time);
  const local =
    time.type === "date" ? `${clampedDate(column)}::timestamp` : `${clampedInstant(column)} at time zone ${ZONE}`;
  const first = time.kind === "month" ? `date_trunc('month', ${local})` : `(${local})`;
  const since =
    time.kind === "hour"
      ? `floor(extract(epoch from ${first} - timestamp '2000-01-01') / 3600)::int`
      : `${first}::date - date '2000-01-01'`;
  return `case when ${ZONE} = any($3::text[]) then ${since} end`;
}

/** Conditions that an index on the column answers, some days wider than the window; the fold drops what is left over. */
function unexpired(time: ProjectionTime, table: WatchedTable): readonly string[] {
  const now = instantOf("$2::bigint");
  if (time.kind === "none") return [];
  if (time.kind === "while") {
    const { until } = time;
    if (until === undefined) return [];
    const isExact = until.type === "timestamptz" && until.zone === undefined;
    const column = indexedColumn(table, until.column);
    const lasts = isExact ? `${column} > ${now}` : since(column, until, MARGIN_DAYS);
    return [until.isOpen ? `(${lasts} or ${column} is null)` : lasts];
  }
  const { spanDays } = time;
  return Number.isFinite(spanDays) ? [since(indexedColumn(table, time.column), time, spanDays + MARGIN_DAYS)] : [];
}

function since(column: string, { type, zone }: Dated, days: number): string {
  const begin = `(${instantOf("$2::bigint")} - interval '${24 * days} hours')`;
  const inUtc = `(${begin} at time zone 'UTC')`;
  return `${column} >= ${type === "date" ? `${inUtc}::date` : zone === undefined ? begin : inUtc}`;
}

/** When a row counts: `required` are the values without which it never does. */
function boundsOf({ from, until }: Extract<ProjectionTime, { kind: "while" }>) {
  const required = [from, until].flatMap((bound) => (bound === undefined || bound.isOpen ? [] : [datedValue(bound)]));
  // Overdue is what is later than the instant, or the day.
  const later = until === undefined ? " + 1" : "";
  return {
    required,
    from: `${boundValue(from, "-infinity")}${later}`,
    until: until === undefined ? instantUs("timestamptz 'infinity'") : boundValue(until, "infinity"),
  };
}

function boundValue(bound: Bound, missing: "infinity" | "-infinity"): string {
  const value = bound.isOpen ? `coalesce(${datedValue(bound)}, '${missing}')` : datedValue(bound);
  return bound.type === "date" ? `(${clampedDate(value)} - date '2000-01-01')::bigint` : instantUs(value);
}

function amount(value: SumPlan): string {
  return "expression" in value ? `(${value.expression})` : reference(value.column);
}

function reference(column: string): string {
  return `r.${quoteIdentifier(column)}`;
}
