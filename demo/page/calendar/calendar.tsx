/** A live calendar, hangars by days of the owner's clock: a month back and two ahead, and further by months. */
import { memo, useEffect, useState } from "react";
import { Card } from "../../../dashboard/cards/card.tsx";
import type { ShownRows } from "../../../react/channels/use-rows.ts";
import type { Listing, Stay, StayRow } from "../hangars/rows.ts";
import { useTimeFormat } from "../hangars/time-format.ts";
import { useHangarWords } from "../hangars/words.ts";
import { useWords } from "../words.ts";
import { movements } from "./bars.ts";
import { CalendarGrid } from "./calendar-grid.tsx";
import { Movements } from "./movements.tsx";
import { addDays, type Zone } from "./zone.ts";

const BACK_DAYS = 30;
const DAYS = 92;
const STATUSES = ["pending", "confirmed", "completed"];

interface Props {
  readonly listings: readonly Listing[];
  readonly stays: ShownRows<StayRow>;
  /** Who is there now, by listing. */
  readonly there: ReadonlyMap<string, Stay>;
  readonly lit: ReadonlyMap<string, number>;
  readonly zone: Zone;
  readonly now: number;
  readonly onOpen: (booking: string) => void;
}

export const Calendar = memo(function Calendar({ listings, stays, there, lit, zone, now, onOpen }: Props) {
  const { unavailable, loading, noListings, olderFailed, again, calendar: words } = useHangarWords();
  const { status: statuses } = useWords();
  const format = useTimeFormat(zone);
  const [months, setMonths] = useState(0);
  const [looked, setLooked] = useState(0);
  const today = zone.dateOf(now);
  const first = addDays(today, (months - 1) * BACK_DAYS);
  const knownFrom = useReadFrom(stays, zone.startOf(first));
  const move = (by: number) => setMonths((before) => before + by);
  const toToday = () => {
    setMonths(0);
    setLooked((times) => times + 1);
  };
  const { arrivals, departures } = movements(stays.items, today, zone);
  const numbers = new Map(listings.map(({ key, row }) => [key, row.hangarNumber]));
  const note = stays.status === "error" ? unavailable : stays.status === "loading" ? loading : noListings;
  const arrows = (
    <div className="months">
      <button type="button" aria-label={words.earlier} title={words.earlier} onClick={() => move(-1)}>
        ‹
      </button>
      <button type="button" onClick={toToday}>
        {words.today}
      </button>
      <button type="button" aria-label={words.later} title={words.later} onClick={() => move(1)}>
        ›
      </button>
    </div>
  );
  return (
    <Card title={words.title} className="calendar" aside={arrows}>
      <div className="movements">
        <Movements title={words.arrivals} edge="checkIn" {...{ stays: arrivals, numbers, format, onOpen }} />
        <Movements title={words.departures} edge="checkOut" {...{ stays: departures, numbers, format, onOpen }} />
      </div>
      {listings.length === 0 ? (
        <p className="scroll nothing">{note}</p>
      ) : (
        <CalendarGrid
          key={looked}
          {...{ listings, there, lit, zone, first, today, knownFrom, format, onOpen }}
          stays={stays.items}
          days={DAYS}
        />
      )}
      <div className="under">
        <ul className="legend">
          {STATUSES.map((status) => (
            <li key={status} data-key={status}>
              {statuses[status]}
            </li>
          ))}
        </ul>
        <p className="hint">
          {stays.olderError ? olderFailed : stays.isLoadingOlder ? words.reading : words.hint}
          {stays.olderError && (
            <button type="button" onClick={() => void stays.older()}>
              {again}
            </button>
          )}
        </p>
      </div>
    </Card>
  );
});

/** Has stays read that end after this instant; gives the instant from which on all that end are there. */
function useReadFrom(
  { items, status, hasOlder, isLoadingOlder, olderError, older }: ShownRows<StayRow>,
  wanted: number,
): number {
  const [oldest] = items;
  const end = oldest && hasOlder ? Date.parse(oldest.row.checkOut) : Number.NEGATIVE_INFINITY;
  const isMissing = status === "ready" && !isLoadingOlder && !olderError && end > wanted;
  useEffect(() => {
    if (isMissing) void older(100);
  }, [isMissing, older]);
  return items.length === 0 && status !== "ready" ? Number.POSITIVE_INFINITY : end;
}
