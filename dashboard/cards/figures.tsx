/** Single values, inside a `<dl>`. */
import { type ReactNode, useState } from "react";
import { useLanguage } from "../language/language.tsx";

interface MetricProps {
  /** Where the value is in the document, e.g. `revenue.today`. */
  readonly path: string;
  readonly value: string | number | undefined;
  /** How a present value is written. */
  readonly write: (value: never) => string;
}

/** One value of the document: "—" while it is absent; lights up shortly when it changed. */
export function Metric({ path, value, write }: MetricProps) {
  const [seen, setSeen] = useState({ value, changes: 0 });
  if (seen.value !== value) setSeen({ value, changes: seen.value === undefined ? seen.changes : seen.changes + 1 });
  return (
    <span key={seen.changes} className={seen.changes > 0 ? "metric changed" : "metric"} data-metric={path}>
      {value === undefined ? "—" : write(value as never)}
    </span>
  );
}

interface FigureProps {
  readonly label: string;
  readonly size?: "small" | "large";
  readonly children: ReactNode;
}

/** A value under its label. */
export function Figure({ label, size = "small", children }: FigureProps) {
  return (
    <div className={`figure ${size}`}>
      <dt>{label}</dt>
      <dd>{children}</dd>
    </div>
  );
}

interface GrowthProps {
  readonly path: string;
  readonly value: number | undefined;
  readonly label: string;
  /** What is compared with what, where the label does not say it. */
  readonly hint?: string;
}

export function Growth({ path, value, label, hint }: GrowthProps) {
  const { format } = useLanguage();
  const trend = value === undefined || value === 0 ? "flat" : value > 0 ? "up" : "down";
  return (
    <div className="growth" data-trend={trend}>
      <dt>
        {label}
        {hint !== undefined && <small>{hint}</small>}
      </dt>
      <dd>
        <Metric path={path} value={value} write={format.growth} />
      </dd>
    </div>
  );
}
