import type { Period } from "../../protocol/schema.ts";

const DAY_MS = 86_400_000;

interface Unit {
  readonly form: RegExp;
  readonly ordinal: (key: string) => number;
  readonly label: (ordinal: number) => string;
}

/**
 * The hours (`YYYY-MM-DDTHH`), days and weeks (`YYYY-MM-DD`, a week's first), months (`YYYY-MM`), quarters (`YYYY-Qn`) or years (`YYYY`) of a period, oldest first, ending
 * with the owner's current one.
 *
 * The document says neither the owner's time zone nor on which day its weeks begin, so around a midnight the current period must be told
 * from the keys: it is never before the last, nor does the first lie further back than the period is long. Of hours, which differ from
 * UTC's all day long, the last that has an entry stands for the current one.
 *
 * @param asOf ISO instant of the document
 */
export function seriesKeys(keys: readonly string[], asOf: string, { unit, length }: Period): string[] {
  const { form, ordinal, label } = unit === "week" ? weeksFrom(keys) : UNITS[unit];
  const known = keys.filter((key) => form.test(key)).map(ordinal);
  const latest = unit === "hour" && known.length > 0 ? Math.max(...known) : Math.max(ordinal(asOf), ...known);
  const current = Math.min(latest, ...known.map((at) => at + length - 1));
  return Array.from({ length }, (_, index) => label(current - length + 1 + index));
}

const DATE = /^\d{4}-\d\d-\d\d$/;
const dayOf = (date: string): number => Date.parse(date.slice(0, 10)) / DAY_MS;
const dateOf = (day: number): string => new Date(day * DAY_MS).toISOString().slice(0, 10);
const yearOf = (date: string): number => Number(date.slice(0, 4));
const monthOf = (date: string): number => Number(date.slice(5, 7)) - 1;
const padded = (year: number): string => String(year).padStart(4, "0");

const UNITS: Readonly<Record<Exclude<Period["unit"], "week">, Unit>> = {
  hour: {
    form: /^\d{4}-\d\d-\d\dT\d\d$/,
    ordinal: (key) => dayOf(key) * 24 + Number(key.slice(11, 13)),
    label: (hour) => `${dateOf(Math.floor(hour / 24))}T${String(hour % 24).padStart(2, "0")}`,
  },
  day: { form: DATE, ordinal: dayOf, label: dateOf },
  month: {
    form: /^\d{4}-\d\d$/,
    ordinal: (date) => yearOf(date) * 12 + monthOf(date),
    label: (month) => `${padded(Math.floor(month / 12))}-${String((month % 12) + 1).padStart(2, "0")}`,
  },
  quarter: {
    form: /^\d{4}-Q\d$/,
    ordinal: (key) => yearOf(key) * 4 + (key[5] === "Q" ? Number(key[6]) - 1 : Math.floor(monthOf(key) / 3)),
    label: (quarter) => `${padded(Math.floor(quarter / 4))}-Q${(quarter % 4) + 1}`,
  },
  year: { form: /^\d{4}$/, ordinal: yearOf, label: padded },
};

/** Weeks that begin where those of the keys do, on Monday where there are none. 1970-01-05 was a Monday. */
function weeksFrom(keys: readonly string[]): Unit {
  const key = keys.find((text) => DATE.test(text));
  const first = (key === undefined ? 4 : dayOf(key)) % 7;
  return {
    form: DATE,
    ordinal: (date) => Math.floor((dayOf(date) - first) / 7),
    label: (week) => dateOf(7 * week + first),
  };
}
