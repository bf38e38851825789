import { memo } from "react";
import type { Point } from "./points.ts";
import { useTrendWords } from "./words.ts";
import type { PointWriter } from "./write-point.ts";

interface Props {
  readonly points: readonly Point[];
  readonly writer: PointWriter;
  readonly title: string;
}

/** The chart's numbers, the newest first. */
export const TrendsTable = memo(function TrendsTable({ points, writer, title }: Props) {
  const words = useTrendWords();
  return (
    <details className="twin">
      <summary>{words.table}</summary>
      {/* What scrolls must be reached by keys. */}
      <div className="rows" role="region" aria-label={title} tabIndex={0}>
        <table>
          <caption className="unseen">{title}</caption>
          <thead>
            <tr>
              <th scope="col">{words.period}</th>
              <th scope="col">{words.revenue}</th>
              <th scope="col">{words.bookings}</th>
            </tr>
          </thead>
          <tbody>
            {points.toReversed().map((point) => (
              <tr key={point.key} data-period={point.key}>
                <th scope="row">{writer.name(point)}</th>
                <td>{writer.revenue(point)}</td>
                <td>{point.bookings === undefined ? words.toCome : writer.count(point.bookings)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
});
