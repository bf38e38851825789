import { type CSSProperties, useId } from "react";
import type { Period } from "../../protocol/schema.ts";
import { useLanguage } from "../language/language.tsx";
import { Metric } from "./figures.tsx";
import { periodNames } from "./period-names.ts";
import { seriesKeys } from "./series-keys.ts";

interface Props {
  readonly title: string;
  readonly path: string;
  /** Counts, or decimal strings. */
  readonly values: Readonly<Record<string, number | string>> | undefined;
  readonly period: Period;
  readonly asOf: string | undefined;
  /** How a value is written over its bar, where there is little room. */
  readonly write: (value: never) => string;
  /** How it is written where there is enough; by default the same. */
  readonly writeWhole?: (value: never) => string;
}

/** More bars than this have no room for a number each, but for every seventh label. */
const MOST_LABELLED = 16;
/** A longer period shows its end. */
const MOST_BARS = 92;

/** Bars that are a list to a screen reader: every period with its value. */
export function SeriesChart({ title, path, values, period, asOf, write, writeWhole = write }: Props) {
  const { format } = useLanguage();
  const heading = useId();
  const { unit } = period;
  const keys = values && asOf ? seriesKeys(Object.keys(values), asOf, period).slice(-MOST_BARS) : [];
  const highest = Math.max(1, ...keys.map((key) => Number(values?.[key] ?? 0)));
  const isDense = keys.length > MOST_LABELLED;
  return (
    <div className="series" data-dense={isDense}>
      <h3 id={heading}>{title}</h3>
      <ol aria-labelledby={heading}>
        {keys.map((key, at) => {
          const value = values?.[key] ?? 0;
          const { name, label } = periodNames(key, unit, format);
          const isNamed = !isDense || (keys.length - 1 - at) % 7 === 0;
          return (
            <li key={key} title={`${name}: ${writeWhole(value as never)}`}>
              <span className={isDense ? "count unseen" : "count"}>
                <Metric path={`${path}.${key}`} value={value} write={write} />
              </span>
              <span className="bar" aria-hidden="true" style={share(Number(value) / highest)} />
              <time dateTime={key} className={isNamed ? "" : "unseen"}>
                {label}
              </time>
            </li>
          );
        })}
      </ol>
    </div>
  );
}

function share(ofHighest: number): CSSProperties {
  return { "--share": Math.max(0, ofHighest) } as CSSProperties;
}
