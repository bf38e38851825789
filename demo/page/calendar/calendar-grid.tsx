import { type KeyboardEvent, type MouseEvent, useEffect, useMemo, useRef } from "react";
import type { Listing, Stay } from "../hangars/rows.ts";
import type { TimeFormat } from "../hangars/time-format.ts";
import { cellOf, useRoving } from "../hangars/use-roving.ts";
import { Spacer } from "../hangars/spacer.tsx";
import { useRemPx, useWindowed } from "../../../dashboard/use-windowed.ts";
import { useHangarWords } from "../hangars/words.ts";
import { CalendarRow, type Day } from "./calendar-row.tsx";
import { addDays, DAY_MS, type Zone } from "./zone.ts";

/** As in calendar.css. */
const ROW_REM = 2.5;
/** Of fewer hangars all are there: a page that is printed, or searched by the browser, has them. */
const MOST_WHOLE = 200;

interface Props {
  readonly listings: readonly Listing[];
  readonly stays: readonly Stay[];
  /** Who is there now, by listing. */
  readonly there: ReadonlyMap<string, Stay>;
  readonly lit: ReadonlyMap<string, number>;
  readonly zone: Zone;
  readonly first: string;
  readonly days: number;
  readonly today: string;
  /** Days before this instant may have stays that are not read yet. */
  readonly knownFrom: number;
  readonly format: TimeFormat;
  readonly onOpen: (booking: string) => void;
}

const NO_STAYS: readonly Stay[] = [];

export function CalendarGrid({
  listings,
  stays,
  there,
  lit,
  zone,
  first,
  days,
  today,
  knownFrom,
  format,
  onOpen,
}: Props) {
  const { calendar: words } = useHangarWords();
  const scroller = useRef<HTMLDivElement>(null);
  const rowPx = useRemPx(ROW_REM);
  const todayColumn = (Date.parse(today) - Date.parse(first)) / DAY_MS;
  const size = { rows: listings.length, columns: days };
  const shown = useWindowed(scroller, listings.length, listings.length > MOST_WHOLE ? rowPx : 0);
  const initial = { row: 0, column: Math.min(Math.max(0, todayColumn), days - 1) };
  const { active, go, onKeyDown } = useRoving(scroller, rowPx, size, initial);
  const byListing = useMemo(() => grouped(stays), [stays]);
  const columns = useMemo(
    () => Array.from({ length: days }, (_, at) => dayOf(addDays(first, at), today)),
    [first, days, today],
  );
  // Where the reader begins: a day before today.
  useEffect(() => {
    const element = scroller.current;
    const header = element?.querySelector<HTMLElement>("thead th + th");
    if (element && header) element.scrollLeft = (initial.column - 1) * header.getBoundingClientRect().width;
    // oxlint-disable-next-line react-hooks/exhaustive-deps -- once: from then on the reader scrolls
  }, []);
  /** The stay that was pointed at; of several in a cell the last, which is the one that comes. */
  const open = ({ target }: MouseEvent | KeyboardEvent) => {
    if (!(target instanceof Element)) return;
    const stay = target.closest<HTMLElement>("[data-stay]") ?? target.closest<HTMLElement>("[data-stays]");
    const key = stay?.dataset["stay"] ?? stay?.dataset["stays"]?.split(" ").at(-1);
    if (key !== undefined) onOpen(key);
  };
  const onClick = (event: MouseEvent) => {
    const cell = cellOf(event.target);
    if (cell) go(cell);
    open(event);
  };
  const onKey = (event: KeyboardEvent) => {
    if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      open(event);
    } else onKeyDown(event);
  };
  const unknown = columns.findIndex(({ date }) => zone.startOf(date) >= knownFrom);
  const unknownDays = unknown === -1 ? days : unknown;
  // A tab stop that was scrolled away is no way in.
  const stop = Math.min(Math.max(active.row, shown.first), shown.end - 1);
  return (
    <div className="scroll" ref={scroller} onScroll={shown.onScroll}>
      {unknownDays > 0 && <div className="unknown" style={{ inlineSize: `calc(${unknownDays} * var(--day))` }} />}
      <table
        role="grid"
        aria-label={words.table}
        aria-rowcount={listings.length + 1}
        aria-busy={unknownDays > 0}
        onKeyDown={onKey}
        onClick={onClick}
      >
        <thead>
          <tr aria-rowindex={1}>
            <th scope="col">{words.hangar}</th>
            {columns.map(({ date, kind }, at) => (
              <th key={date} scope="col" className={kind} aria-current={date === today ? "date" : undefined}>
                <span aria-hidden="true">
                  <small>{at === 0 || date.endsWith("-01") ? format.month(date) : format.weekday(date)}</small>
                  {Number(date.slice(8))}
                </span>
                <span className="unseen">{format.wholeDate(date)}</span>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          <Spacer rows={shown.first} rowPx={rowPx} columns={days + 1} />
          {listings.slice(shown.first, shown.end).map((listing, at) => (
            <CalendarRow
              key={listing.key}
              row={shown.first + at}
              {...{ listing, lit, zone, columns, format }}
              stays={byListing.get(listing.key) ?? NO_STAYS}
              occupant={there.get(listing.key)}
              active={shown.first + at === stop ? active.column : undefined}
            />
          ))}
          <Spacer rows={listings.length - shown.end} rowPx={rowPx} columns={days + 1} />
        </tbody>
      </table>
    </div>
  );
}

function dayOf(date: string, today: string): Day {
  const weekday = new Date(date).getUTCDay();
  const kind = date === today ? "today" : weekday === 0 || weekday === 6 ? "weekend" : undefined;
  return { date, kind };
}

/** By listing. */
function grouped(stays: readonly Stay[]): ReadonlyMap<string, readonly Stay[]> {
  const groups = new Map<string, Stay[]>();
  for (const stay of stays) {
    const group = groups.get(stay.row.listingId) ?? [];
    group.push(stay);
    groups.set(stay.row.listingId, group);
  }
  return groups;
}
