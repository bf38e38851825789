import { useId } from "react";
import type { Stay } from "../hangars/rows.ts";
import type { TimeFormat } from "../hangars/time-format.ts";
import { useHangarWords } from "../hangars/words.ts";

interface Props {
  readonly title: string;
  /** By which they move today. */
  readonly edge: "checkIn" | "checkOut";
  readonly stays: readonly Stay[];
  /** Of hangars, by listing. */
  readonly numbers: ReadonlyMap<string, string>;
  readonly format: TimeFormat;
  readonly onOpen: (booking: string) => void;
}

/** Who comes, or goes, today. */
export function Movements({ title, edge, stays, numbers, format, onOpen }: Props) {
  const { calendar } = useHangarWords();
  const heading = useId();
  return (
    <section aria-labelledby={heading}>
      <h3 id={heading}>
        {title} <strong>{stays.length}</strong>
      </h3>
      <ul>
        {stays.map(({ key, row }) => (
          <li key={key}>
            <button type="button" onClick={() => onOpen(key)}>
              <time dateTime={row[edge]}>{format.time(Date.parse(row[edge]))}</time> <b>{numbers.get(row.listingId)}</b>{" "}
              {row.guestName}
            </button>
          </li>
        ))}
        {stays.length === 0 && <li className="nothing">{calendar.nobody}</li>}
      </ul>
    </section>
  );
}
