import { useState } from "react";

interface Props {
  /** Where the value is in the document, e.g. `revenue.today`. */
  readonly path: string;
  readonly value: string | number | undefined;
  /** How a present value is written. */
  readonly write: (value: never) => string;
}

/** One value of the document: "—" while it is absent; lights up shortly when it changed. */
export function Metric({ path, value, write }: Props) {
  const [seen, setSeen] = useState({ value, changes: 0 });
  if (seen.value !== value) setSeen({ value, changes: seen.value === undefined ? seen.changes : seen.changes + 1 });
  return (
    <span key={seen.changes} className={seen.changes > 0 ? "metric changed" : "metric"} data-metric={path}>
      {value === undefined ? "—" : write(value as never)}
    </span>
  );
}
