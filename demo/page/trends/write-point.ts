import { periodNames } from "../../../dashboard/cards/period-names.ts";
import type { Format } from "../../../react/display/format.ts";
import type { PlotTexts } from "./plot.ts";
import { type Point, type Range, RANGES } from "./points.ts";
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
  const namesOf = ({ key }: Point) => periodNames(key, RANGES[range].unit, format);
  const name = (point: Point) => {
    const names = namesOf(point);
    if (range === "today") return names.label;
    return range === "weeks" ? words.weekOf(names.name) : names.name;
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
    tick: (point) => namesOf(point).label,
    border,
    money: format.short,
    count: format.count,
    name,
    revenue,
    bookings,
    whole: (point) => `${name(point)}: ${revenue(point)}, ${bookings(point)}`,
  };
}
