/** SQL about the values of a row `r`. */
import { quoteIdentifier, quoteLiteral } from "../database/identifier.ts";
import type { Dated } from "./plan.ts";

/** Before 1900 is -∞ and from 2200 on ∞: in this range instants in microseconds are exact JavaScript numbers, and zone arithmetic never overflows. */
const EARLIEST = "1900-01-01";
const LATEST = "2200-01-01";

/** A row's key as one text, by its columns: of several a JSON array of their texts, so that no two keys have one. */
export function keyText(references: readonly string[]): string {
  const [first, ...others] = references.map((reference) => `${reference}::text`);
  return others.length === 0 ? (first ?? "null") : `json_build_array(${[first, ...others].join(", ")})::text`;
}

/** A column's date or instant, NULL where it has none. A timestamp is clamped before the zone's arithmetic, which could overflow. */
export function datedValue({ column, zone }: Dated): string {
  const value = `r.${quoteIdentifier(column)}`;
  if (zone === undefined) return value;
  const clamped = `least(greatest(${value}, timestamp '1899-12-30'), timestamp '2200-01-03')`;
  return `(case when ${value} is not null then ${clamped} at time zone ${quoteLiteral(zone)} end)`;
}

/** True for values that a sum can take: NaN and the infinities of `numeric` count as NULL. */
export function isSummable(reference: string, type: string): string {
  // NaN sorts above Infinity.
  return type === "numeric" ? `${reference} > '-Infinity' and ${reference} < 'Infinity'` : `${reference} is not null`;
}

/** An instant that is not NULL, clamped. */
export function clampedInstant(reference: string): string {
  return `least(greatest(${reference}, timestamptz '${EARLIEST} 00:00:00+00'), timestamptz '${LATEST} 00:00:00+00')`;
}

/** A date that is not NULL, clamped. */
export function clampedDate(reference: string): string {
  return `least(greatest(${reference}, date '${EARLIEST}'), date '${LATEST}')`;
}

/** True for an instant or a date of which zone arithmetic makes an ordinary date. */
export function isOrdinary(reference: string, type: "timestamptz" | "date"): string {
  const bound = (date: string): string => (type === "date" ? `date '${date}'` : `timestamptz '${date} 00:00:00+00'`);
  return `${reference} >= ${bound(EARLIEST)} and ${reference} < ${bound(LATEST)}`;
}

/** An instant that is not NULL, in microseconds since 1970, clamped. */
export function instantUs(reference: string): string {
  return `(extract(epoch from ${clampedInstant(reference)}) * 1000000)::bigint`;
}

/** An expression of microseconds since 1970 as an instant, exactly: a double of seconds would lose the last digit. */
export function instantOf(microseconds: string): string {
  return `(timestamptz 'epoch' + make_interval(hours => (${microseconds} / 3600000000)::int, secs => (${microseconds} % 3600000000) / 1000000::float8))`;
}

/** Undefined is true: conditions joined by `and`. */
export function allOf(conditions: readonly (string | undefined)[]): string | undefined {
  return joined(
    conditions.filter((condition) => condition !== undefined),
    "and",
  );
}

/** Undefined is true: conditions joined by `or`. */
export function anyOf(conditions: readonly (string | undefined)[]): string | undefined {
  const present = conditions.filter((condition) => condition !== undefined);
  return present.length < conditions.length ? undefined : joined(present, "or");
}

function joined(conditions: readonly string[], word: string): string | undefined {
  return conditions.length < 2 ? conditions[0] : conditions.map((condition) => `(${condition})`).join(` ${word} `);
}
