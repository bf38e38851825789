/**
 * What `GET /v1/schema` answers with: which metrics a topic's document holds and which events there are, so that a page can show
 * any configuration. It says nothing of the tables behind them.
 */
import * as v from "valibot";
import { eventName } from "./down/event.ts";

const scale = v.pipe(v.number(), v.integer(), v.minValue(0));

/** A text to write with the number, such as `m²`; or the path of the metric that holds the currency's code. */
const unit = v.union([v.string(), v.object({ currency: v.array(v.string()) })]);
export type Unit = v.InferOutput<typeof unit>;

/** The last `length` local hours, days, weeks, months, quarters or years, the current one included. */
const period = v.object({
  unit: v.picklist(["hour", "day", "week", "month", "quarter", "year"]),
  length: v.pipe(v.number(), v.integer(), v.minValue(1)),
});
export type Period = v.InferOutput<typeof period>;

/** Names on the way to the value in the document. */
const at = { path: v.pipe(v.array(v.string()), v.minLength(1)) };
/** Decimal strings of `scale` digits where there is a scale; else whole numbers, which count something. */
const amounts = { scale: v.optional(scale), unit: v.optional(unit) };
/** Keys are JSON of an array of two texts; otherwise each is one. */
const keys = { keys: v.optional(v.literal("pairs")) };

const metric = v.variant("kind", [
  /** The code of the owner's currency, e.g. `EUR`. */
  v.object({ kind: v.literal("currency"), ...at }),
  v.object({ kind: v.literal("count"), ...at }),
  v.object({ kind: v.literal("sum"), ...at, scale, unit: v.optional(unit) }),
  /** Made of other numbers, absent where that divides by 0; or the smallest or greatest one of some, absent where there is none. */
  v.object({ kind: v.literal("decimal"), ...at, scale, unit: v.optional(unit) }),
  /** By how many percent the period, as far as it has come, exceeds the same stretch of the one before, or the whole of that. */
  v.object({ kind: v.literal("growth"), ...at, period, against: v.optional(v.picklist(["stretch", "whole"])) }),
  v.object({ kind: v.literal("percentage"), ...at }),
  /** `YYYY-MM-DD`. */
  v.object({ kind: v.literal("date"), ...at }),
  /** What one row holds, absent where there is none: `instant` is ISO, in UTC with microseconds. */
  v.object({ kind: v.literal("value"), ...at, as: v.picklist(["text", "number", "boolean", "instant"]) }),
  /** The same for each text or period that occurs; `date`: `YYYY-MM-DD`. */
  v.object({
    kind: v.literal("values"),
    ...at,
    ...keys,
    as: v.picklist(["text", "number", "boolean", "instant", "date"]),
  }),
  /** One value for each text, or pair of two, that occurs. */
  v.object({ kind: v.literal("group"), ...at, ...keys, ...amounts }),
  /** One value for each hour (`YYYY-MM-DDTHH`), day or week (`YYYY-MM-DD`, a week's first), month (`YYYY-MM`), quarter (`YYYY-Q1`) or year of the period; those without a row are left out. */
  v.object({ kind: v.literal("series"), ...at, period, ...amounts }),
]);
export type MetricSchema = v.InferOutput<typeof metric>;

/** What an event tells: of the kinds `decimal` is a string, `instant` is ISO in UTC with microseconds, `days` a number of local days. */
const field = v.object({
  name: v.string(),
  kind: v.picklist(["text", "number", "decimal", "boolean", "instant", "days", "currency"]),
  unit: v.optional(unit),
});
export type FieldSchema = v.InferOutput<typeof field>;

const kind = v.object({
  metrics: v.array(metric),
  events: v.array(v.object({ name: eventName, fields: v.array(field) })),
});
export type KindSchema = v.InferOutput<typeof kind>;

/** Of owners' topics, and in `topics` of those of each other kind. */
export const schema = v.object({ ...kind.entries, topics: v.optional(v.record(v.string(), kind)) });
export type Schema = v.InferOutput<typeof schema>;
