/** One card of any configuration: its values, groups and series. */
import { type ReactNode, useId, useState } from "react";
import type { MetricSchema } from "../../protocol/schema.ts";
import type { CardPlan } from "./arrange.ts";
import { scalarAt, valuesAt } from "./document-value.ts";
import { Heading, nameOf, useShown } from "./shown.tsx";
import { metricWriter, pairName } from "./write-metric.ts";

export function Card({ card }: { readonly card: CardPlan }): ReactNode {
  const { labels } = useShown();
  const heading = useId();
  const { name, figures, rings, growths, groups, series } = card;
  const single = [...rings, ...figures, ...growths];
  return (
    <section className="deltad-card" aria-labelledby={heading} data-card={name ?? ""}>
      <Heading id={heading}>{name === undefined ? labels.overview : nameOf(labels, [name])}</Heading>
      {single.length > 0 && (
        <dl className="deltad-figures">
          {single.map((metric) => (
            <Figure key={metric.path.join(".")} metric={metric} />
          ))}
        </dl>
      )}
      {groups.map((metric) => (
        <Values key={metric.path.join(".")} metric={metric} />
      ))}
      {series.map((metric) => (
        <details key={metric.path.join(".")}>
          <summary>{nameOf(labels, metric.path)}</summary>
          <Values metric={metric} isNamed={false} />
        </details>
      ))}
    </section>
  );
}

function Figure({ metric }: { readonly metric: MetricSchema }): ReactNode {
  const { labels, metrics, format } = useShown();
  const value = scalarAt(metrics, metric.path);
  return (
    <div
      className="deltad-figure"
      data-kind={metric.kind}
      data-trend={metric.kind === "growth" ? trendOf(value) : undefined}
    >
      <dt>{nameOf(labels, metric.path)}</dt>
      <dd>
        <Value path={metric.path.join(".")} value={value} write={metricWriter(metric, metrics, format)} />
      </dd>
    </div>
  );
}

interface ValuesProps {
  readonly metric: CardPlan["groups"][number] | CardPlan["series"][number];
  readonly isNamed?: boolean;
}

/** Values by key: of a group the greatest first, of a series the newest. */
function Values({ metric, isNamed = true }: ValuesProps): ReactNode {
  const { labels, metrics, format, isKnown } = useShown();
  const path = metric.path.join(".");
  const values = valuesAt(metrics, metric.path) ?? {};
  const isByKey = metric.kind !== "group";
  const keys = Object.keys(values).toSorted((left, right) =>
    isByKey ? (left < right ? 1 : -1) : Number(values[right]) - Number(values[left]),
  );
  const write = metricWriter(metric, metrics, format);
  const called = (key: string) => {
    if (Object.hasOwn(labels.names, `${path}.${key}`)) return labels.names[`${path}.${key}`];
    if (key === "") return labels.noText;
    return "keys" in metric && metric.keys === "pairs" ? pairName(key) : key;
  };
  return (
    <div className="deltad-values">
      {isNamed && <Heading below={1}>{nameOf(labels, metric.path)}</Heading>}
      {keys.length === 0 && <p className="deltad-none">{isKnown ? labels.none : labels.unknown}</p>}
      {keys.length > 0 && (
        <dl>
          {keys.map((key) => (
            <div key={key}>
              <dt>{called(key)}</dt>
              <dd>
                <Value path={`${path}.${key}`} value={values[key]} write={write} />
              </dd>
            </div>
          ))}
        </dl>
      )}
    </div>
  );
}

interface ValueProps {
  readonly path: string;
  readonly value: string | number | undefined;
  readonly write: (value: never) => string;
}

/** One value: a number, a zero, nothing there, or not known yet, each looks different. Marked shortly when it changed. */
function Value({ path, value, write }: ValueProps): ReactNode {
  const { labels, isKnown } = useShown();
  const [seen, setSeen] = useState({ value, changes: 0 });
  if (seen.value !== value) setSeen({ value, changes: seen.value === undefined ? seen.changes : seen.changes + 1 });
  const state = value === undefined ? (isKnown ? "none" : "unknown") : isZero(value) ? "zero" : "some";
  return (
    <span
      key={seen.changes}
      className={seen.changes > 0 ? "deltad-value deltad-changed" : "deltad-value"}
      data-metric={path}
      data-state={state}
      // Two machines may write a number with another kind of space in it.
      suppressHydrationWarning
    >
      {value === undefined ? (isKnown ? labels.none : labels.unknown) : write(value as never)}
    </span>
  );
}

function isZero(value: string | number): boolean {
  return typeof value === "number" ? value === 0 : /^-?0+(\.0+)?$/.test(value);
}

function trendOf(value: string | number | undefined): string {
  const by = Number(value ?? 0);
  return by > 0 ? "up" : by < 0 ? "down" : "flat";
}
