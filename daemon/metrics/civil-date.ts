/**
 * Arithmetic on civil dates as days since 2000-01-01. No time zone has a part in it.
 * Years and days by Howard Hinnant's `days_from_civil` and `civil_from_days` (howardhinnant.github.io/date_algorithms.html), with the
 * era's origin moved to 2000-03-01.
 */

const DAY_MICROS = 86_400_000_000;
/** Days from 1970-01-01 to 2000-01-01. */
const EPOCH_DAYS = 10_957;
/** Days from 2000-01-01 to 2000-03-01, where the era's years begin. */
const MARCH_FIRST = 60;
const ERA_DAYS = 146_097;
/** 2000-01-01 was a Saturday: days since a Monday. */
const DAY_0 = 5;

interface CivilDate {
  readonly year: number;
  /** 1 to 12. */
  readonly month: number;
  readonly dayOfMonth: number;
}

/** Midnight UTC of a day, in microseconds since 1970. */
export function utcMidnight(day: number): number {
  return (day + EPOCH_DAYS) * DAY_MICROS;
}

/** The UTC date of an instant in microseconds since 1970. */
export function utcDay(micros: number): number {
  return Math.floor(micros / DAY_MICROS) - EPOCH_DAYS;
}

/** The first day of the month that lies `months` after the day's. */
export function monthStart(day: number, months: number): number {
  return firstOfMonth(civilDate(day), months);
}

function firstOfMonth({ year, month }: CivilDate, months: number): number {
  // Months since March 2000: leap days then come last in their year.
  const sinceMarch = (year - 2000) * 12 + (month - 3) + months;
  const years = Math.floor(sinceMarch / 12);
  const leapDays = Math.floor(years / 4) - Math.floor(years / 100) + Math.floor(years / 400);
  return years * 365 + leapDays + daysBefore(sinceMarch - years * 12) + MARCH_FIRST;
}

/** The first day of the week that lies `weeks` after the day's. Weeks begin on `firstDay`: 0 is Monday, 6 Sunday. */
export function weekStart(day: number, weeks: number, firstDay: number): number {
  const sinceFirst = (day + DAY_0 - firstDay) % 7;
  return day - (sinceFirst < 0 ? sinceFirst + 7 : sinceFirst) + 7 * weeks;
}

/** The first day of the quarter that lies `quarters` after the day's. */
export function quarterStart(day: number, quarters: number): number {
  const date = civilDate(day);
  return firstOfMonth(date, 3 * quarters - ((date.month - 1) % 3));
}

/** The first day of the year that lies `years` after the day's. */
export function yearStart(day: number, years: number): number {
  const date = civilDate(day);
  return firstOfMonth(date, 12 * years - (date.month - 1));
}

/** The same day of the month that lies `months` after the day's; the last one where that month is shorter. */
export function sameDayOfMonth(day: number, months: number): number {
  const date = civilDate(day);
  return Math.min(firstOfMonth(date, months) + date.dayOfMonth, firstOfMonth(date, months + 1)) - 1;
}

/** `YYYY-MM-DD`, with more digits from the year 10000 on, as PostgreSQL prints a date. */
export function dayText(day: number): string {
  return `${monthText(day)}-${String(civilDate(day).dayOfMonth).padStart(2, "0")}`;
}

/** `YYYY-MM-DDTHH`, of hours since 2000-01-01. */
export function hourText(hour: number): string {
  const day = Math.floor(hour / 24);
  return `${dayText(day)}T${String(hour - 24 * day).padStart(2, "0")}`;
}

/** `YYYY-MM`. */
export function monthText(day: number): string {
  const { year, month } = civilDate(day);
  return `${String(year).padStart(4, "0")}-${String(month).padStart(2, "0")}`;
}

/** `YYYY-Qn`. */
export function quarterText(day: number): string {
  const { year, month } = civilDate(day);
  return `${String(year).padStart(4, "0")}-Q${Math.ceil(month / 3)}`;
}

/** `YYYY`. */
export function yearText(day: number): string {
  return String(civilDate(day).year).padStart(4, "0");
}

/** Days before the month in a year that begins in March (0 is March). */
function daysBefore(month: number): number {
  return Math.floor((153 * month + 2) / 5);
}

function civilDate(day: number): CivilDate {
  const sinceMarch = day - MARCH_FIRST;
  const era = Math.floor(sinceMarch / ERA_DAYS);
  const dayOfEra = sinceMarch - era * ERA_DAYS;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const fromMarch = Math.floor((5 * dayOfYear + 2) / 153);
  return {
    year: 2000 + era * 400 + yearOfEra + (fromMarch >= 10 ? 1 : 0),
    month: fromMarch < 10 ? fromMarch + 3 : fromMarch - 9,
    dayOfMonth: dayOfYear - daysBefore(fromMarch) + 1,
  };
}
