import { shapeOf } from "./points.ts";
import type { Trends } from "./trends-document.ts";

const WEEK = 7;

/** The lines on cards. */
export function shapesOf(
  { document: { revenue, bookings, arrivals, payouts }, asOf }: Trends,
  zone: string | undefined,
) {
  const days = shapeOf(revenue?.byDay, "days", asOf, zone);
  return {
    revenue: { days, weeks: sumsOfWeeks(days) },
    bookings: shapeOf(bookings?.byDay, "days", asOf, zone),
    arrivals: shapeOf(arrivals?.byDay, "days", asOf, zone),
    payouts: shapeOf(payouts?.byMonth, "months", asOf, zone),
  };
}

/** Of each day that has six before it, the sum of the seven: what growth compares, as it went. */
export function sumsOfWeeks(days: readonly number[]): number[] {
  return days.slice(WEEK - 1).map((_, at) => days.slice(at, at + WEEK).reduce((sum, value) => sum + value, 0));
}
