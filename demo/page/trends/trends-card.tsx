import { type KeyboardEvent, useMemo, useState } from "react";
import { Card } from "../../../dashboard/cards/card.tsx";
import { useLanguage } from "../../../dashboard/language/language.tsx";
import { remember, remembered } from "../../../dashboard/storage.ts";
import { movedTo } from "./moved-to.ts";
import { PlotView } from "./plot-view.tsx";
import { type Range, RANGES, pointsOf } from "./points.ts";
import type { Trends } from "./trends-document.ts";
import { TrendsTable } from "./trends-table.tsx";
import { useTrendWords } from "./words.ts";
import { writerOf } from "./write-point.ts";
import "./trends.css";

interface Props {
  readonly trends: Trends;
  /** The owner's; undefined while it is not known. */
  readonly zone: string | undefined;
}

const RANGE_NAMES = Object.keys(RANGES) as Range[];

/** What was earned and booked by hours, days, weeks or months: as a chart that follows, whose cursor keys move, and as a table. */
export function TrendsCard({ trends: { document, asOf }, zone }: Props) {
  const { format } = useLanguage();
  const words = useTrendWords();
  const [range, setRange] = useState<Range>(rememberedRange);
  const [at, setAt] = useState<number>();
  const points = useMemo(
    () => (asOf === undefined ? [] : pointsOf(document, range, asOf, zone)),
    [document, range, asOf, zone],
  );
  const writer = useMemo(
    () => writerOf({ range, format, words, currency: document.currency }),
    [range, format, words, document.currency],
  );
  const choose = (chosen: Range) => {
    remember("range", chosen);
    setRange(chosen);
    setAt(undefined);
  };
  const last = Math.max(
    0,
    points.findLastIndex(({ bookings }) => bookings !== undefined),
  );
  const shown = at === undefined ? last : Math.min(at, points.length - 1);
  const point = points[shown];
  const move = (event: KeyboardEvent) => {
    const to = movedTo(event.key, shown, points.length);
    if (to === undefined) return;
    event.preventDefault();
    setAt(to);
  };
  return (
    <Card
      title={words.title}
      className="trends"
      aside={
        <fieldset className="switch ranges">
          <legend className="unseen">{words.range}</legend>
          {RANGE_NAMES.map((name) => (
            <button key={name} type="button" aria-pressed={name === range} onClick={() => choose(name)}>
              {words.ranges[name]}
            </button>
          ))}
        </fieldset>
      }
    >
      <p className="readout" aria-hidden="true">
        {point && (
          <>
            <span>{writer.name(point)}</span>
            <strong data-series="revenue">{writer.revenue(point)}</strong>
            <strong data-series="bookings">{writer.bookings(point)}</strong>
          </>
        )}
      </p>
      <div
        className="plot"
        role="slider"
        tabIndex={0}
        aria-label={`${words.revenue}, ${words.bookings}: ${words.ranges[range]}`}
        aria-valuemin={0}
        aria-valuemax={Math.max(0, points.length - 1)}
        aria-valuenow={Math.max(0, shown)}
        aria-valuetext={point ? writer.whole(point) : "—"}
        onKeyDown={move}
        onBlur={() => setAt(undefined)}
      >
        <PlotView points={points} at={at} onPoint={setAt} texts={writer} />
      </div>
      <TrendsTable points={points} writer={writer} title={`${words.title}: ${words.ranges[range]}`} />
    </Card>
  );
}

function rememberedRange(): Range {
  const known = remembered("range");
  return RANGE_NAMES.find((name) => name === known) ?? "days";
}
