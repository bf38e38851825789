/** The registry of {@link METRICS}, by prom-client: the only file that knows it. */
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from "prom-client";
import { type LabelsOf, METRICS, type Metric, type NameOf } from "./metric-table.ts";

type Labels = Readonly<Record<string, string | number>>;
/** What a metric is at this moment, by its labels. */
export type Reading = readonly (readonly [labels: Labels, value: number])[];

/** Seconds: from a read that finds nothing to a load that is given up. */
const BUCKETS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

export class Telemetry {
  readonly #registry = new Registry();
  readonly #counters = new Map<string, Counter>();
  readonly #histograms = new Map<string, Histogram>();
  readonly #readings = new Map<string, () => Reading>();

  constructor() {
    for (const [name, metric] of Object.entries(METRICS)) this.#add(name, metric);
    // Of the process: processor time, memory, files, garbage collection, and the delay of the event loop.
    collectDefaultMetrics({ register: this.#registry });
  }

  count<Name extends NameOf<"counter">>(name: Name, labels: LabelsOf<Name>, by = 1): void {
    this.#counters.get(name)?.inc({ ...labels }, by);
  }

  observe<Name extends NameOf<"histogram">>(name: Name, labels: LabelsOf<Name>, seconds: number): void {
    this.#histograms.get(name)?.observe({ ...labels }, seconds);
  }

  /** Has it read at each scrape what some part of the daemon counts by itself. A counter's reading must never fall. */
  read(name: NameOf<"counter" | "gauge">, reading: () => Reading): void {
    this.#readings.set(name, reading);
  }

  /** In Prometheus's text format, which {@link contentType} names. */
  text(): Promise<string> {
    return this.#registry.metrics();
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  #add(name: string, { kind, help, labels }: Metric): void {
    const common = { name, help, labelNames: [...labels], registers: [this.#registry] };
    const readings = this.#readings;
    if (kind === "histogram") {
      this.#histograms.set(name, new Histogram({ ...common, buckets: BUCKETS }));
    } else if (kind === "gauge") {
      const gauge: Gauge = new Gauge({
        ...common,
        collect: () => {
          gauge.reset();
          for (const [values, value] of readings.get(name)?.() ?? []) gauge.set({ ...values }, value);
        },
      });
    } else {
      const counter: Counter = new Counter({
        ...common,
        collect: () => {
          const reading = readings.get(name)?.();
          if (reading === undefined) return;
          counter.reset();
          for (const [values, value] of reading) counter.inc({ ...values }, value);
        },
      });
      this.#counters.set(name, counter);
    }
  }
}

/** A metric without labels. */
export function only(value: number): Reading {
  return [[{}, value]];
}

/** A metric with one label, by its values. */
export function byLabel(label: string, values: Iterable<readonly [string, number]>): Reading {
  return Array.from(values, ([value, count]) => [{ [label]: value }, count]);
}
