import { memo, useMemo, useRef } from "react";
import { Card } from "../../../dashboard/cards/card.tsx";
import type { Status } from "../../../react/status.ts";
import { isAgreed } from "../calendar/bars.ts";
import type { Zone } from "../calendar/zone.ts";
import type { Listing, Stay } from "../hangars/rows.ts";
import { useTimeFormat } from "../hangars/time-format.ts";
import { Spacer } from "../hangars/spacer.tsx";
import { useRemPx, useWindowed } from "../../../dashboard/use-windowed.ts";
import { useHangarWords } from "../hangars/words.ts";
import { called, useWords } from "../words.ts";

/** As in hangars.css. */
const ROW_REM = 3.25;
const MOST_WHOLE = 200;
const COLUMNS = 4;

interface Props {
  readonly listings: readonly Listing[];
  readonly stays: readonly Stay[];
  /** Who is there now, by listing. */
  readonly there: ReadonlyMap<string, Stay>;
  readonly status: Status;
  readonly zone: Zone;
  readonly now: number;
}

/** Each hangar: whether it is offered, who is there, until when, and who comes next. */
export const ListingsNow = memo(function ListingsNow({ listings, stays, there, status, zone, now }: Props) {
  const words = useHangarWords();
  const { status: statuses } = useWords();
  const format = useTimeFormat(zone);
  const scroller = useRef<HTMLDivElement>(null);
  const rowPx = useRemPx(ROW_REM);
  const shown = useWindowed(scroller, listings.length, listings.length > MOST_WHOLE ? rowPx : 0);
  const next = useMemo(() => nextByListing(stays, now), [stays, now]);
  const { title, status: statusTitle, now: nowTitle, next: nextTitle, free } = words.listings;
  const guest = (stay: Stay, edge: "checkIn" | "checkOut") => (
    <>
      {stay.row.guestName} <small>{format.dayAndTime(Date.parse(stay.row[edge]))}</small>
    </>
  );
  const note = status === "error" ? words.unavailable : status === "loading" ? words.loading : words.noListings;
  return (
    <Card title={title} className="hangars-now">
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls is scrolled by keys */}
      <div
        className="scroll"
        ref={scroller}
        onScroll={shown.onScroll}
        role="region"
        aria-label={words.listings.each}
        tabIndex={0}
      >
        {listings.length === 0 && <p className="nothing">{note}</p>}
        <table aria-rowcount={listings.length + 1} hidden={listings.length === 0}>
          <thead>
            <tr>
              <th scope="col">{words.calendar.hangar}</th>
              <th scope="col">{statusTitle}</th>
              <th scope="col">{nowTitle}</th>
              <th scope="col">{nextTitle}</th>
            </tr>
          </thead>
          <tbody>
            <Spacer rows={shown.first} rowPx={rowPx} columns={COLUMNS} />
            {listings.slice(shown.first, shown.end).map(({ key, row }, at) => {
              const [occupant, after] = [there.get(key), next.get(key)];
              return (
                <tr key={key} aria-rowindex={shown.first + at + 2}>
                  <th scope="row">{row.hangarNumber}</th>
                  <td>
                    <span className="status" data-key={row.status}>
                      {called(statuses, row.status)}
                    </span>
                  </td>
                  <td>{occupant ? guest(occupant, "checkOut") : <span className="nothing">{free}</span>}</td>
                  <td>{after ? guest(after, "checkIn") : <span className="nothing">{words.listings.none}</span>}</td>
                </tr>
              );
            })}
            <Spacer rows={listings.length - shown.end} rowPx={rowPx} columns={COLUMNS} />
          </tbody>
        </table>
      </div>
    </Card>
  );
});

/** Who comes next, by listing. */
function nextByListing(stays: readonly Stay[], now: number): ReadonlyMap<string, Stay> {
  const next = new Map<string, Stay>();
  for (const stay of stays) {
    const known = next.get(stay.row.listingId);
    const [from, before] = [Date.parse(stay.row.checkIn), known ? Date.parse(known.row.checkIn) : Infinity];
    if (isAgreed(stay) && from > now && from < before) next.set(stay.row.listingId, stay);
  }
  return next;
}
