import type { Period } from "../../protocol/schema.ts";

const DAY_MS = 86_400_000;
const FORM = { day: /^\d{4}-\d\d-\d\d$/, month: /^\d{4}-\d\d$/ } as const;

/**
 * The days (`YYYY-MM-DD`) or months (`YYYY-MM`) of a period, oldest first, ending with the owner's current one.
 *
 * The document does not say the owner's time zone, so around a midnight the current day must be told from the keys: it is never before
 * the last, nor does the first lie further back than the period is long.
 *
 * @param asOf ISO instant of the document
 */
export function seriesKeys(keys: readonly string[], asOf: string, { unit, length }: Period): string[] {
  const { ordinal, label } = unit === "day" ? DAYS : MONTHS;
  const known = keys.filter((key) => FORM[unit].test(key)).map(ordinal);
  const latest = Math.max(ordinal(asOf), ...known);
  const current = Math.min(latest, ...known.map((at) => at + length - 1));
  return Array.from({ length }, (_, index) => label(current - length + 1 + index));
}

const DAYS = {
  ordinal: (date: string) => Date.parse(date.slice(0, 10)) / DAY_MS,
  label: (day: number) => new Date(day * DAY_MS).toISOString().slice(0, 10),
};

const MONTHS = {
  /** Months since the year 0. */
  ordinal: (date: string) => Number(date.slice(0, 4)) * 12 + Number(date.slice(5, 7)) - 1,
  label: (month: number) =>
    `${String(Math.floor(month / 12)).padStart(4, "0")}-${String((month % 12) + 1).padStart(2, "0")}`,
};
