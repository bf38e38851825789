import { useEffect, useId, useRef } from "react";
import type { AnyStreamTypes, EventOf } from "../../../client/client.ts";
import { useLanguage } from "../../../dashboard/language/language.tsx";
import type { BookingRow, StayRow } from "../hangars/rows.ts";
import type { TimeFormat } from "../hangars/time-format.ts";
import { useHangarWords } from "../hangars/words.ts";
import { called, useWords } from "../words.ts";

interface Props {
  /** Undefined: it is there no more. Of one that only the calendar has, less is known. */
  readonly booking: { readonly row: StayRow & Partial<BookingRow> } | undefined;
  readonly hangars: ReadonlyMap<string, string>;
  readonly currency: string | undefined;
  readonly format: TimeFormat;
  /** What happened to it since `since`, the newest first. */
  readonly events: readonly EventOf<AnyStreamTypes>[];
  /** Milliseconds since 1970. */
  readonly since: number;
  readonly onClose: () => void;
}

/** One booking, and what happened to it: what its row says, and the events that were told since. It takes the focus. */
export function BookingDetail({ booking, hangars, currency, format, events, since, onClose }: Props) {
  const { format: numbers } = useLanguage();
  const words = useHangarWords();
  const { status } = useWords();
  const title = useId();
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  const {
    amount: amountTitle,
    payment,
    stay,
    history,
    made,
    paid,
    begins,
    ends,
    changed,
    since: sinceTitle,
    gone,
    close,
  } = words.bookings;
  const row = booking?.row;
  const facts = row
    ? ([
        [made, row.createdAt],
        [paid, row.paidAt],
        [begins, row.checkIn],
        [ends, row.checkOut],
      ] as const)
    : [];
  const told = events.map(({ id, timestamp, data }) => {
    const { previousStatus: from, status: to } = data;
    const isMoved = typeof from === "string" && typeof to === "string" && from !== to;
    const what = isMoved ? `${called(status, from)} → ${called(status, to)}` : changed;
    return { key: id, at: timestamp, what };
  });
  const steps = [
    ...facts.flatMap(([what, at]) => (at ? [{ key: what, at: Date.parse(at), what }] : [])),
    ...told,
  ].toSorted((a, b) => a.at - b.at);
  return (
    <section
      className="detail"
      aria-labelledby={title}
      onKeyDown={({ key }) => {
        if (key === "Escape") onClose();
      }}
    >
      <header>
        <h3 id={title} ref={heading} tabIndex={-1}>
          {row ? row.guestName : gone}
        </h3>
        <button type="button" onClick={onClose}>
          {close}
        </button>
      </header>
      {row && (
        <>
          <p>
            <span className="status" data-key={row.status}>
              {called(status, row.status)}
            </span>
          </p>
          <dl>
            <Fact name={words.calendar.hangar}>{hangars.get(row.listingId) ?? "—"}</Fact>
            <Fact name={stay}>
              {format.dateAndTime(Date.parse(row.checkIn))} – {format.dateAndTime(Date.parse(row.checkOut))}
            </Fact>
            <Fact name={amountTitle}>{row.amount === undefined ? "—" : numbers.money(row.amount, currency)}</Fact>
            <Fact name={payment}>
              {row.paymentStatus === undefined ? "—" : called(words.payment, row.paymentStatus)}
            </Fact>
          </dl>
          <h4>{history}</h4>
          <ol>
            {steps.map(({ key, at, what }) => (
              <li key={key}>
                <time dateTime={new Date(at).toISOString()}>{format.dateAndTime(at)}</time> {what}
              </li>
            ))}
          </ol>
          <p className="hint">{sinceTitle(format.dateAndTime(since))}</p>
        </>
      )}
    </section>
  );
}

function Fact({ name, children }: { readonly name: string; readonly children: React.ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
