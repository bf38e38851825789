/** An owner's newest bookings, found by status and by text, and beside them the one that is open. */
import { memo, useDeferredValue, useLayoutEffect, useMemo, useRef, useState } from "react";
import type { AnyStreamTypes, EventOf } from "../../../client/client.ts";
import { Card } from "../../../dashboard/cards/card.tsx";
import { useLanguage } from "../../../dashboard/language/language.tsx";
import type { ShownRows } from "../../../react/channels/use-rows.ts";
import type { Zone } from "../calendar/zone.ts";
import type { BookingRow, Listing, Stay } from "../hangars/rows.ts";
import { useTimeFormat } from "../hangars/time-format.ts";
import { useHangarWords } from "../hangars/words.ts";
import { useWords } from "../words.ts";
import { BookingDetail } from "./booking-detail.tsx";
import { BookingList } from "./booking-list.tsx";
import { matching } from "./matching.ts";

const STATUSES = ["pending", "confirmed", "completed", "cancelled"];
/** So many bookings more are read for a search before it asks. */
const SEARCHED = 1_000;

interface Props {
  /** What happened since the page was opened, the newest first. */
  readonly events: readonly EventOf<AnyStreamTypes>[];
  readonly listings: readonly Listing[];
  readonly bookings: ShownRows<BookingRow>;
  /** A booking of the calendar may be older than those of the list. */
  readonly stays: readonly Stay[];
  readonly lit: ReadonlyMap<string, number>;
  readonly currency: string | undefined;
  readonly zone: Zone;
  readonly open: string | undefined;
  readonly onOpen: (booking: string | undefined) => void;
}

export const Bookings = memo(function Bookings({
  events,
  listings,
  bookings,
  stays,
  lit,
  currency,
  zone,
  open,
  onOpen,
}: Props) {
  const { format: numbers } = useLanguage();
  const words = useHangarWords();
  const { status: statuses } = useWords();
  const { title, status: statusTitle, all, search, shown, more, choose } = words.bookings;
  const format = useTimeFormat(zone);
  const [since] = useState(() => Date.now());
  const opener = useRef<Element>(null);
  const [wanted, setWanted] = useState({ status: "", text: "", most: SEARCHED });
  const late = useDeferredValue(wanted);
  const hangars = useMemo(() => new Map(listings.map(({ key, row }) => [key, row.hangarNumber])), [listings]);
  const found = useMemo(() => matching(bookings.items, late, hangars), [bookings.items, late, hangars]);
  const isFiltered = wanted.status !== "" || wanted.text !== "";
  const isFurther = isFiltered && bookings.hasOlder && bookings.items.length >= wanted.most;
  const select = (status: string, text: string) => setWanted({ status, text, most: bookings.items.length + SEARCHED });
  const booking = bookings.items.find(({ key }) => key === open) ?? stays.find(({ key }) => key === open);
  // Before the detail takes the focus.
  useLayoutEffect(() => {
    const { activeElement } = document;
    if (activeElement?.closest(".detail") === null) opener.current = activeElement;
    // oxlint-disable-next-line react/exhaustive-effect-dependencies -- when another one is opened
  }, [open]);
  const close = () => {
    const from = opener.current;
    onOpen(undefined);
    if (from instanceof HTMLElement) requestAnimationFrame(() => from.focus());
  };
  return (
    <Card title={title} className="bookings-now">
      <search className="filters">
        <label>
          {statusTitle}{" "}
          <select value={wanted.status} onChange={({ target }) => select(target.value, wanted.text)}>
            <option value="">{all}</option>
            {STATUSES.map((status) => (
              <option key={status} value={status}>
                {statuses[status]}
              </option>
            ))}
          </select>
        </label>
        <input
          type="search"
          aria-label={search}
          placeholder={search}
          value={wanted.text}
          onChange={({ target }) => select(wanted.status, target.value)}
        />
        <p>
          {isFiltered &&
            shown(
              numbers.count(found.length),
              `${numbers.count(bookings.items.length)}${bookings.hasOlder ? "+" : ""}`,
            )}
        </p>
        {isFurther && (
          <button type="button" onClick={() => select(wanted.status, wanted.text)}>
            {more}
          </button>
        )}
      </search>
      <div className="split" data-open={open !== undefined}>
        <BookingList
          {...{ bookings, found, hangars, lit, currency, format, open, onOpen }}
          isReading={!isFurther}
          isFiltered={isFiltered}
        />
        {open === undefined ? (
          <p className="detail nothing">{choose}</p>
        ) : (
          <BookingDetail
            key={open}
            {...{ booking, hangars, currency, format, since }}
            events={events.filter(({ data }) => data["bookingId"] === open)}
            onClose={close}
          />
        )}
      </div>
    </Card>
  );
});
