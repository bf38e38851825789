import assert from "node:assert/strict";
import { it } from "node:test";
import { seriesKeys } from "../../../dashboard/cards/series-keys.ts";

const YEAR = { unit: "month", length: 12 } as const;
const twelveMonths = (keys: string[], asOf: string) => seriesKeys(keys, asOf, YEAR);

const ends = (keys: string[], asOf: string) => {
  const months = twelveMonths(keys, asOf);
  assert.equal(months.length, 12);
  return [months[0], months[11]];
};

it("shows the month of the document's instant and the eleven before", () => {
  const months = "2025-04 2025-05 2025-06 2025-07 2025-08 2025-09 2025-10 2025-11 2025-12 2026-01 2026-02 2026-03";
  assert.equal(twelveMonths([], "2026-03-08T12:00:00.000000Z").join(" "), months);
});

it("follows an owner whose month has begun before UTC's", () => {
  assert.deepEqual(ends(["2026-06"], "2026-05-31T20:00:00.000000Z"), ["2025-07", "2026-06"]);
});

it("follows an owner whose month ends after UTC's, so that the oldest month is not cut off", () => {
  assert.deepEqual(ends(["2025-06", "2026-05"], "2026-06-01T01:00:00.000000Z"), ["2025-06", "2026-05"]);
});

it("ignores keys that are no months", () => {
  assert.deepEqual(ends(["__proto__", "", "soon"], "2026-05-08T12:00:00.000000Z"), ["2025-06", "2026-05"]);
});

it("shows days across the ends of months and of February, and follows the owner's own midnight", () => {
  const week = { unit: "day", length: 4 } as const;
  assert.deepEqual(seriesKeys([], "2028-03-01T12:00:00.000000Z", week), [
    "2028-02-27",
    "2028-02-28",
    "2028-02-29",
    "2028-03-01",
  ]);
  const ahead = seriesKeys(["2026-01-01"], "2025-12-31T20:00:00.000000Z", week);
  assert.deepEqual(ahead, ["2025-12-29", "2025-12-30", "2025-12-31", "2026-01-01"]);
  const behind = seriesKeys(["2025-12-28"], "2026-01-01T01:00:00.000000Z", week);
  assert.deepEqual(behind, ["2025-12-28", "2025-12-29", "2025-12-30", "2025-12-31"]);
});

it("shows hours across midnight, ending with the last that has an entry, as the owner's clock is not told", () => {
  const hours = (keys: string[]) => seriesKeys(keys, "2026-02-04T12:30:00.000000Z", { unit: "hour", length: 3 });
  assert.deepEqual(hours([]), ["2026-02-04T10", "2026-02-04T11", "2026-02-04T12"]);
  assert.deepEqual(hours(["2026-02-05T01", "soon"]), ["2026-02-04T23", "2026-02-05T00", "2026-02-05T01"]);
});

it("shows weeks from the day on which those of the keys begin, quarters and years", () => {
  const of = (unit: "week" | "quarter" | "year", keys: string[], asOf = "2026-02-04T12:00:00.000000Z") =>
    seriesKeys(keys, asOf, { unit, length: 3 });
  assert.deepEqual(of("week", []), ["2026-01-19", "2026-01-26", "2026-02-02"]);
  assert.deepEqual(of("week", ["soon", "2026-01-25"]), ["2026-01-18", "2026-01-25", "2026-02-01"]);
  assert.deepEqual(of("quarter", ["2025-Q4"]), ["2025-Q3", "2025-Q4", "2026-Q1"]);
  assert.deepEqual(of("quarter", ["2026-Q1"], "2025-12-31T22:00:00.000000Z"), ["2025-Q3", "2025-Q4", "2026-Q1"]);
  assert.deepEqual(of("year", ["2024"]), ["2024", "2025", "2026"]);
});
