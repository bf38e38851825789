import type { Format } from "../../../react/display/format.ts";
import type { PlotTexts } from "./plot.ts";
import type { Point, Range } from "./points.ts";
import type { useTrendWords } from "./words.ts";

/** How the points of a chart are written: around it, under it, and in its table. */
export interface PointWriter extends PlotTexts {
  /** The period's name in full. */
  readonly name: (point: Point) => string;
  readonly revenue: (point: Point) => string;
  readonly bookings: (point: Point) => string;
  /** All of it in one sentence. */
  readonly whole: (point: Point) => string;
}

interface Writing {
  readonly range: Range;
  readonly format: Format;
  readonly words: ReturnType<typeof useTrendWords>;
  readonly currency: string | undefined;
}

export function writerOf({ range, format, words, currency }: Writing): PointWriter {
  const hour = (key: string) => `${key.slice(11)}:00`;
  const nameOf = (key: string) => {
    switch (range) {
      case "today":
        return hour(key);
      case "hours":
        return `${format.date(key.slice(0, 10))}, ${hour(key)}`;
      case "days":
        return format.date(key);
      case "weeks":
        return words.weekOf(format.date(key));
      default:
        return format.monthAndYear(key);
    }
  };
  const tick = ({ key }: Point) => {
    switch (range) {
      case "today":
      case "hours":
        return hour(key);
      case "days":
      case "weeks":
        return format.day(key);
      default:
        return format.month(key);
    }
  };
  const border = (begins: string) => {
    if (range === "hours") return `${format.day(begins)} ${format.month(begins.slice(0, 7))}`;
    return range === "months" ? begins : format.month(begins);
  };
  const revenue = (point: Point) =>
    point.revenue === undefined ? words.toCome : format.money(point.revenue, currency);
  const bookings = ({ bookings: many }: Point) =>
    many === undefined ? words.toCome : words.count(format.count(many), many === 1);
  return {
    tick,
    border,
    money: format.short,
    count: format.count,
    name: ({ key }) => nameOf(key),
    revenue,
    bookings,
    whole: (point) => `${nameOf(point.key)}: ${revenue(point)}, ${bookings(point)}`,
  };
}
