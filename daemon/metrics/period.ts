/** The calendar's periods: where they begin, and what they are called. Days are those since 2000-01-01, and so are hours. */
import { unreachable } from "../config/unreachable.ts";
import type { PeriodUnit, Window } from "../plan/plan.ts";
import {
  dayText,
  hourText,
  monthStart,
  monthText,
  quarterStart,
  quarterText,
  sameDayOfMonth,
  weekStart,
  yearStart,
  yearText,
} from "./civil-date.ts";

export type Calendar = Pick<Window, "unit" | "firstDay">;

/** The first day (of an hour, itself) of the period that lies `by` after the day's. */
export function periodStart(day: number, by: number, { unit, firstDay = 0 }: Calendar): number {
  switch (unit) {
    case "hour":
    case "day":
      return day + by;
    case "week":
      return weekStart(day, by, firstDay);
    case "month":
      return monthStart(day, by);
    case "quarter":
      return quarterStart(day, by);
    case "year":
      return yearStart(day, by);
    default:
      return unreachable(unit);
  }
}

const MONTHS = { month: 1, quarter: 3, year: 12 } as const;

/** The same day of the period that lies `by` after the day's; the last of its month where that is shorter. */
export function sameDay(day: number, by: number, { unit }: Calendar): number {
  if (unit === "hour" || unit === "day" || unit === "week") return day + by * (unit === "week" ? 7 : 1);
  return sameDayOfMonth(day, by * MONTHS[unit]);
}

/** `YYYY-MM-DDTHH` of an hour, `YYYY-MM-DD` of a day and of a week's first one, `YYYY-MM`, `YYYY-Qn`, `YYYY`. */
export function periodText(day: number, unit: PeriodUnit): string {
  return TEXTS[unit](day);
}

const TEXTS: Readonly<Record<PeriodUnit, (day: number) => string>> = {
  hour: hourText,
  day: dayText,
  week: dayText,
  month: monthText,
  quarter: quarterText,
  year: yearText,
};
