import { memo, type MouseEvent, useEffect, useLayoutEffect, useRef } from "react";
import { useLanguage } from "../../../dashboard/language/language.tsx";
import type { ShownRows } from "../../../react/channels/use-rows.ts";
import type { Booking, BookingRow } from "../hangars/rows.ts";
import type { TimeFormat } from "../hangars/time-format.ts";
import { cellName, cellOf, useRoving } from "../hangars/use-roving.ts";
import { useRemPx, useWindowed } from "../../../dashboard/use-windowed.ts";
import { useHangarWords } from "../hangars/words.ts";
import { called, useWords } from "../words.ts";

/** As in bookings.css. */
const ROW_REM = 4;
/** So near the end older ones are read. */
const NEAR_ROWS = 30;

interface Props {
  readonly bookings: ShownRows<BookingRow>;
  /** Those to show, the newest first. */
  readonly found: readonly Booking[];
  /** Numbers by listing. */
  readonly hangars: ReadonlyMap<string, string>;
  readonly lit: ReadonlyMap<string, number>;
  readonly currency: string | undefined;
  readonly format: TimeFormat;
  /** Whether older ones are read when the end is near. */
  readonly isReading: boolean;
  readonly isFiltered: boolean;
  readonly open: string | undefined;
  readonly onOpen: (booking: string) => void;
}

/** However many there are, only those in sight are in the document; older ones are read when the reader comes near them. */
export function BookingList({
  bookings,
  found,
  hangars,
  lit,
  currency,
  format,
  isReading,
  isFiltered,
  open,
  onOpen,
}: Props) {
  const words = useHangarWords();
  const scroller = useRef<HTMLDivElement>(null);
  const rowPx = useRemPx(ROW_REM);
  const { at, first, end, onScroll } = useWindowed(scroller, found.length, rowPx);
  const { active, go, onKeyDown } = useRoving(
    scroller,
    rowPx,
    { rows: found.length, columns: 1 },
    { row: 0, column: 0 },
  );
  const { status, hasOlder, isLoadingOlder, olderError, older } = bookings;
  const isNear = isReading && end + NEAR_ROWS >= found.length;
  const isWanted = isNear && status === "ready" && hasOlder && !isLoadingOlder && !olderError;
  useEffect(() => {
    if (isWanted) void older(100);
  }, [isWanted, older]);
  useSteady(scroller, found, rowPx, at);
  const onClick = ({ target }: MouseEvent) => {
    const cell = cellOf(target);
    const booking = cell && found[cell.row];
    if (!booking) return;
    go(cell);
    onOpen(booking.key);
  };
  const stop = Math.min(Math.max(active.row, first), end - 1);
  const none = isFiltered ? words.bookings.noMatch : words.bookings.none;
  const note = status === "error" ? words.unavailable : status === "loading" ? words.loading : none;
  return (
    <div className="scroll" ref={scroller} onScroll={onScroll} data-booking-list>
      {found.length === 0 && !(isWanted || isLoadingOlder) && <p className="nothing">{note}</p>}
      <ol
        aria-label={words.bookings.title}
        aria-busy={isLoadingOlder}
        style={{ paddingBlock: `${first * rowPx}px ${(found.length - end) * rowPx}px` }}
        onKeyDown={onKeyDown}
        onClick={onClick}
      >
        {found.slice(first, end).map((booking, at) => (
          <Line
            key={booking.key}
            at={first + at}
            size={hasOlder ? -1 : found.length}
            changes={lit.get(booking.key) ?? 0}
            hangar={hangars.get(booking.row.listingId) ?? "—"}
            isOpen={booking.key === open}
            isStop={first + at === stop}
            {...{ booking, currency, format }}
          />
        ))}
      </ol>
      {olderError && (
        <p className="nothing">
          {words.olderFailed}{" "}
          <button type="button" onClick={() => void older(100)}>
            {words.again}
          </button>
        </p>
      )}
    </div>
  );
}

interface LineProps {
  readonly booking: Booking;
  readonly at: number;
  /** How many there are; -1: nobody knows yet. */
  readonly size: number;
  readonly changes: number;
  readonly hangar: string;
  readonly currency: string | undefined;
  readonly format: TimeFormat;
  readonly isOpen: boolean;
  readonly isStop: boolean;
}

const Line = memo(function Line({ booking, at, size, changes, hangar, currency, format, isOpen, isStop }: LineProps) {
  const { format: numbers } = useLanguage();
  const { status } = useWords();
  const { guestName, amount, checkIn, checkOut, status: is } = booking.row;
  return (
    <li aria-posinset={at + 1} aria-setsize={size} data-booking={booking.key}>
      <button
        type="button"
        aria-current={isOpen}
        data-cell={cellName({ row: at, column: 0 })}
        tabIndex={isStop ? 0 : -1}
      >
        <span key={changes} className={changes > 0 ? "line changed" : "line"}>
          <strong>{guestName}</strong>
          <span className="amount">{numbers.money(amount, currency)}</span>
          <span className="when">
            {hangar} · {format.day(Date.parse(checkIn))} – {format.day(Date.parse(checkOut))}
          </span>
          <span className="status" data-key={is}>
            {called(status, is)}
          </span>
        </span>
      </button>
    </li>
  );
});

/** What somebody reads stays where it is while bookings come and go above it; at the very top the newest is seen. */
function useSteady(
  scroller: React.RefObject<HTMLElement | null>,
  found: readonly Booking[],
  rowPx: number,
  at: number,
): void {
  const before = useRef(found);
  useLayoutEffect(() => {
    const element = scroller.current;
    const key = before.current[at]?.key;
    if (element && at > 0 && before.current !== found && found[at]?.key !== key) {
      const to = found.findIndex((booking) => booking.key === key);
      if (to >= 0) element.scrollBy({ top: (to - at) * rowPx });
    }
    before.current = found;
  }, [scroller, found, rowPx, at]);
}
