import { type CSSProperties, useId } from "react";
import { useLanguage } from "../language/language.tsx";
import type { Counts } from "../metrics-document.ts";
import { Metric } from "./metric.tsx";
import { twelveMonths } from "./twelve-months.ts";

interface Props {
  readonly title: string;
  readonly path: string;
  readonly counts: Counts | undefined;
  readonly asOf: string | undefined;
}

/** Twelve bars that are a list to a screen reader: every month with its count. */
export function MonthChart({ title, path, counts, asOf }: Props) {
  const { format } = useLanguage();
  const heading = useId();
  const months = counts && asOf ? twelveMonths(Object.keys(counts), asOf) : [];
  const highest = Math.max(1, ...Object.values(counts ?? {}));
  return (
    <div className="months">
      <h3 id={heading}>{title}</h3>
      <ol aria-labelledby={heading}>
        {months.map((month) => {
          const count = counts?.[month] ?? 0;
          return (
            <li key={month} title={format.monthAndYear(month)}>
              <span className="count">
                <Metric path={`${path}.${month}`} value={count} write={format.count} />
              </span>
              <span className="bar" aria-hidden="true" style={share(count / highest)} />
              <time dateTime={month}>{format.month(month)}</time>
            </li>
          );
        })}
      </ol>
    </div>
  );
}

function share(ofHighest: number): CSSProperties {
  return { "--share": ofHighest } as CSSProperties;
}
