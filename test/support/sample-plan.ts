import type { Accumulator, Plan, Projection, ProjectionTime } from "../../daemon/plan/plan.ts";

const count = { where: undefined, value: { op: "count" } } as const;
const sum = { where: undefined, value: { op: "sum", column: "amount", scale: 2 } } as const;

/** Between two instants. */
export const LASTING: ProjectionTime = {
  kind: "while",
  from: { column: "start", type: "timestamptz" },
  until: { column: "end", type: "timestamptz" },
};

/** The shape of each projection's grains. */
export const BY_DAY = 0;
export const BY_STATUS = 1;
export const WHILE = 2;
export const BY_MONTH = 3;
export const DUE = 4;
export const BY_HOUR = 5;
export const LEASE = 6;
export const BY_STATUS_AND_DAY = 7;

const PROJECTIONS: readonly Projection[] = [
  {
    source: "sales",
    key: undefined,
    time: { kind: "day", column: "paid_at", type: "timestamptz", spanDays: 60 },
    measures: [count, sum],
  },
  { source: "sales", key: `r."status"`, time: { kind: "none" }, measures: [count, sum] },
  { source: "stays", key: `r."room"`, time: LASTING, measures: [count] },
  {
    source: "sales",
    key: undefined,
    time: { kind: "month", column: "created_at", type: "timestamptz", spanDays: 400 },
    measures: [count, sum],
  },
  {
    source: "payouts",
    key: undefined,
    time: { kind: "day", column: "due_on", type: "date", spanDays: 1 },
    measures: [count],
  },
  {
    source: "sales",
    key: undefined,
    time: { kind: "hour", column: "paid_at", type: "timestamptz", spanDays: 1 },
    measures: [count, sum],
  },
  {
    source: "stays",
    key: `r."room"`,
    time: { kind: "while", from: { column: "first", type: "date" }, until: { column: "last", type: "date" } },
    measures: [count],
  },
  {
    source: "sales",
    key: `r."status"`,
    time: { kind: "day", column: "paid_at", type: "timestamptz", spanDays: 60 },
    measures: [count],
  },
];

const ACCUMULATORS: readonly Accumulator[] = [
  { projection: BY_DAY, measure: 1, window: { unit: "day", start: 0, end: 1 }, keyedBy: "none" },
  { projection: BY_DAY, measure: 1, window: { unit: "day", start: 0, end: 7 }, keyedBy: "none" },
  { projection: BY_DAY, measure: 1, window: { unit: "day", start: 7, end: 14 }, keyedBy: "none" },
  { projection: BY_DAY, measure: 1, window: { unit: "month", start: 0, end: 1 }, keyedBy: "none" },
  { projection: BY_DAY, measure: 0, window: { unit: "day", start: 0, end: 30 }, keyedBy: "day" },
  { projection: BY_STATUS, measure: 0, window: undefined, keyedBy: "none" },
  { projection: BY_STATUS, measure: 0, window: undefined, keyedBy: "key" },
  { projection: BY_STATUS, measure: 1, window: undefined, keyedBy: "key" },
  { projection: WHILE, measure: 0, window: undefined, keyedBy: "key" },
  { projection: BY_MONTH, measure: 0, window: { unit: "month", start: 0, end: 3 }, keyedBy: "month" },
  { projection: DUE, measure: 0, window: { unit: "day", start: -Infinity, end: 1 }, keyedBy: "day" },
  { projection: BY_DAY, measure: 1, window: { unit: "week", firstDay: 6, start: 0, end: 2 }, keyedBy: "week" },
  { projection: BY_MONTH, measure: 1, window: { unit: "quarter", start: 0, end: 2 }, keyedBy: "quarter" },
  { projection: BY_MONTH, measure: 1, window: { unit: "year", start: 0, end: 1 }, keyedBy: "year" },
  { projection: BY_HOUR, measure: 1, window: { unit: "hour", start: 0, end: 1 }, keyedBy: "none" },
  { projection: BY_HOUR, measure: 0, window: { unit: "hour", start: 0, end: 5 }, keyedBy: "hour" },
  {
    projection: LEASE,
    measure: 0,
    window: undefined,
    keyedBy: "key",
    days: { from: true, until: true },
  },
  {
    projection: BY_STATUS_AND_DAY,
    measure: 0,
    window: { unit: "week", firstDay: 6, start: 0, end: 2 },
    keyedBy: "key",
    andPeriod: "week",
  },
  {
    projection: BY_STATUS_AND_DAY,
    measure: 0,
    window: { unit: "week", firstDay: 6, start: 0, end: 2 },
    keyedBy: "week",
    tallies: 17,
  },
];

/** Every kind of window, key and leaf once: small numbers of days, so that boundaries are near. */
export const SAMPLE_PLAN: Plan = {
  kind: "owner",
  owner: {
    source: "owner",
    dimensions: ["id", "zone", "currency"],
    schema: "public",
    table: "owners",
    key: [{ name: "id", type: "bigint" }],
    timeZone: { column: "zone" },
    currency: { column: "currency" },
  },
  tables: [],
  projections: PROJECTIONS,
  accumulators: ACCUMULATORS,
  overlaps: [{ left: 6, right: 8 }],
  leaves: [
    { path: ["currency"], value: { kind: "currency" } },
    { path: ["revenue", "today"], value: { kind: "sum", accumulator: 0, scale: 2 } },
    { path: ["revenue", "month"], value: { kind: "sum", accumulator: 3, scale: 2 } },
    {
      path: ["revenue", "growth"],
      value: {
        kind: "growth",
        current: { of: "accumulator", index: 1 },
        previous: { of: "accumulator", index: 2 },
        against: "stretch",
      },
    },
    { path: ["sales", "byDay"], value: { kind: "group", accumulator: 4, counts: 4, scale: undefined } },
    { path: ["sales", "total"], value: { kind: "count", quantity: { of: "accumulator", index: 5 } } },
    { path: ["sales", "byStatus"], value: { kind: "group", accumulator: 6, counts: 6, scale: undefined } },
    { path: ["sales", "amounts"], value: { kind: "group", accumulator: 7, counts: 6, scale: 2 } },
    { path: ["sales", "averages"], value: { kind: "group", accumulator: 7, counts: 6, scale: 2, averageScale: 3 } },
    {
      path: ["sales", "perOccupied"],
      value: {
        kind: "formula",
        formula: {
          op: "/",
          left: { op: "quantity", quantity: { of: "accumulator", index: 3 }, scale: 2 },
          right: { op: "quantity", quantity: { of: "keys", index: 8 }, scale: 0 },
        },
        scale: 1,
      },
    },
    { path: ["sales", "byMonth"], value: { kind: "group", accumulator: 9, counts: 9, scale: undefined } },
    { path: ["occupied", "rooms"], value: { kind: "count", quantity: { of: "keys", index: 8 } } },
    { path: ["occupied", "both"], value: { kind: "count", quantity: { of: "overlap", index: 0 } } },
    {
      path: ["occupied", "share"],
      value: { kind: "percentage", part: { of: "overlap", index: 0 }, whole: { of: "keys", index: 6 } },
    },
    { path: ["payouts", "next"], value: { kind: "earliest", accumulator: 10 } },
  ],
  events: [],
  occupants: [],
};
