import { memo, useMemo } from "react";
import type { Listing, Stay } from "../hangars/rows.ts";
import type { TimeFormat } from "../hangars/time-format.ts";
import { cellName } from "../hangars/use-roving.ts";
import { useHangarWords } from "../hangars/words.ts";
import { called, useWords } from "../words.ts";
import { type Bar, barsOf } from "./bars.ts";
import type { Zone } from "./zone.ts";

export interface Day {
  readonly date: string;
  readonly kind: "today" | "weekend" | undefined;
}

interface Props {
  readonly row: number;
  readonly listing: Listing;
  readonly stays: readonly Stay[];
  readonly lit: ReadonlyMap<string, number>;
  readonly zone: Zone;
  readonly columns: readonly Day[];
  readonly format: TimeFormat;
  /** Who is there now. */
  readonly occupant: Stay | undefined;
  /** The column of the tab stop, where it is in this row. */
  readonly active: number | undefined;
}

/** A hangar's days. Each cell tells its stays; a bar lies over the cells of all of its days, in the first of them. */
export const CalendarRow = memo(function CalendarRow({
  row,
  listing,
  stays,
  lit,
  zone,
  columns,
  format,
  occupant,
  active,
}: Props) {
  const { calendar: words } = useHangarWords();
  const { status } = useWords();
  const first = columns[0]?.date ?? "";
  const bars = useMemo(() => barsOf(stays, first, columns.length, zone), [stays, first, columns.length, zone]);
  const told = useMemo(() => {
    const at = (instant: string) => format.dayAndTime(Date.parse(instant));
    const text = ({ row: { guestName, status: is, checkIn, checkOut } }: Stay) =>
      `${guestName}, ${called(status, is)}, ${at(checkIn)} – ${at(checkOut)}`;
    return new Map(bars.map(({ stay }) => [stay, text(stay)]));
  }, [bars, status, format]);
  return (
    <tr aria-rowindex={row + 2}>
      <th scope="row">
        <b>{listing.row.hangarNumber}</b> <small>{occupant?.row.guestName ?? words.free}</small>
      </th>
      {columns.map(({ date, kind }, at) => {
        const here = bars.filter(({ from, until }) => from < at + 1 && until > at);
        return (
          <td
            key={date}
            className={kind}
            data-cell={cellName({ row, column: at })}
            data-stays={here.length > 0 ? here.map(({ stay }) => stay.key).join(" ") : undefined}
            tabIndex={at === active ? 0 : undefined}
          >
            {here.map((bar) =>
              Math.floor(bar.from) === at ? (
                <Stretch
                  key={`${bar.stay.key} ${lit.get(bar.stay.key) ?? 0}`}
                  bar={bar}
                  at={at}
                  isLit={lit.has(bar.stay.key)}
                  title={told.get(bar.stay)}
                />
              ) : undefined,
            )}
            {here.length > 0 && <span className="unseen">{here.map(({ stay }) => told.get(stay)).join("; ")}</span>}
          </td>
        );
      })}
    </tr>
  );
}, isSame);

function Stretch({
  bar,
  at,
  isLit,
  title,
}: {
  readonly bar: Bar;
  readonly at: number;
  readonly isLit: boolean;
  readonly title: string | undefined;
}) {
  const { stay, from, until, lane, lanes } = bar;
  return (
    <span
      className={isLit ? "stay changed" : "stay"}
      data-stay={stay.key}
      data-key={stay.row.status}
      aria-hidden="true"
      title={title}
      style={{
        insetInlineStart: percent(from - at),
        inlineSize: percent(until - from),
        insetBlockStart: percent(lane / lanes),
        blockSize: percent(1 / lanes),
      }}
    >
      <i>{stay.row.guestName}</i>
    </span>
  );
}

function percent(share: number): string {
  return `${share * 100}%`;
}

/** Stays are other lists whenever one of any hangar changes. */
function isSame({ stays, lit, ...before }: Props, { stays: after, lit: litAfter, ...now }: Props): boolean {
  const isSameList = stays.length === after.length && stays.every((stay, at) => stay === after[at]);
  return (
    isSameList &&
    stays.every(({ key }) => lit.get(key) === litAfter.get(key)) &&
    (Object.keys(now) as (keyof typeof now)[]).every((name) => before[name] === now[name])
  );
}
