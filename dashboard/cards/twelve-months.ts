/**
 * The twelve months to show, `YYYY-MM`, oldest first, ending with the owner's current month.
 *
 * The document does not say the owner's time zone, so around the end of a month the current one must be told from the keys: it is never
 * before the last, nor more than eleven months after the first.
 *
 * @param asOf ISO instant of the document
 */
export function twelveMonths(keys: readonly string[], asOf: string): string[] {
  const months = keys.filter((key) => /^\d{4}-\d\d$/.test(key)).map(ordinal);
  const latest = Math.max(ordinal(asOf), ...months);
  const current = Math.min(latest, ...months.map((month) => month + 11));
  return Array.from({ length: 12 }, (_, index) => label(current - 11 + index));
}

/** Months since the year 0 of the month that an ISO date or instant begins with. */
function ordinal(date: string): number {
  return Number(date.slice(0, 4)) * 12 + Number(date.slice(5, 7)) - 1;
}

function label(month: number): string {
  return `${String(Math.floor(month / 12)).padStart(4, "0")}-${String((month % 12) + 1).padStart(2, "0")}`;
}
