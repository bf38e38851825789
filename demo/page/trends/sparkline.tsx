interface Props {
  /** Oldest first. Empty: nothing is known yet. */
  readonly values: readonly number[];
  /** What they are, and over which time. */
  readonly label: string;
}

const HEIGHT = 28;

/** The shape of what a card counts, over time. To a screen reader only its name is there: the numbers are in the chart's table. */
export function Sparkline({ values, label }: Props) {
  const [least, most] = [Math.min(0, ...values), Math.max(0, ...values)];
  const y = (value: number) => HEIGHT - (most === least ? 0 : ((value - least) / (most - least)) * HEIGHT);
  const line = values.map((value, at) => `${at},${y(value).toFixed(2)}`).join(" ");
  const last = values.length - 1;
  return (
    <figure className="sparkline">
      <svg viewBox={`0 0 ${Math.max(1, last)} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
        {last > 0 && <polygon points={`0,${y(0)} ${line} ${last},${y(0)}`} />}
        {last > 0 && <polyline points={line} />}
      </svg>
      <figcaption>{label}</figcaption>
    </figure>
  );
}
