import { useId } from "react";
import { useLanguage } from "../language/language.tsx";
import type { Counts } from "../metrics-document.ts";
import { Metric } from "./metric.tsx";

interface Props {
  readonly title: string;
  readonly path: string;
  readonly counts: Counts | undefined;
}

/** Counts by status, the greatest first, with their shares as a bar. A status may be any text. */
export function StatusList({ title, path, counts = {} }: Props) {
  const { format, messages } = useLanguage();
  const heading = useId();
  const statuses = Object.entries(counts).toSorted(([, left], [, right]) => right - left);
  const name = (status: string) => (Object.hasOwn(messages.status, status) ? messages.status[status] : status);
  return (
    <div className="statuses">
      <h3 id={heading}>{title}</h3>
      <div className="shares" aria-hidden="true">
        {statuses.map(([status, count]) => (
          <span key={status} data-status={status} style={{ flexGrow: count }} />
        ))}
      </div>
      <ul aria-labelledby={heading}>
        {statuses.map(([status, count]) => (
          <li key={status} data-status={status}>
            {status === "" ? messages.noStatus : name(status)}{" "}
            <Metric path={`${path}.${status}`} value={count} write={format.count} />
          </li>
        ))}
        {statuses.length === 0 && <li className="nothing">{messages.nothing}</li>}
      </ul>
    </div>
  );
}
