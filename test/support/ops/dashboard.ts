/** The Grafana dashboard of ops/grafana.json: one panel for each metric of the table, and three of Node's own. */
import { METRICS, type Metric } from "../../../daemon/telemetry/metric-table.ts";

interface Panel {
  readonly title: string;
  readonly help: string;
  readonly unit: string;
  readonly targets: readonly { readonly expr: string; readonly legend: string }[];
}

const NODE: readonly Panel[] = [
  panel("Processor time", "cores that the process uses", "short", "rate(process_cpu_seconds_total[$__rate_interval])"),
  panel("Memory", "resident bytes of the process", "bytes", "process_resident_memory_bytes"),
  panel("Delay of the event loop", "at the 99th percentile", "s", "nodejs_eventloop_lag_p99_seconds"),
];

/** Every panel, in the order of the table. */
export function panels(): readonly Panel[] {
  return [...Object.entries(METRICS).map(([name, metric]) => panelOf(name, metric)), ...NODE];
}

export function dashboard(): string {
  const shown = panels().map(({ title, help, unit, targets }, at) => ({
    id: at + 1,
    type: "timeseries",
    title,
    description: help,
    datasource: { type: "prometheus", uid: "${datasource}" },
    gridPos: { x: (at % 3) * 8, y: Math.floor(at / 3) * 8, w: 8, h: 8 },
    fieldConfig: { defaults: { unit, min: 0 }, overrides: [] },
    targets: targets.map(({ expr, legend }, index) => ({
      refId: String.fromCodePoint(65 + index),
      expr,
      legendFormat: legend,
    })),
  }));
  const board = {
    title: "deltad",
    uid: "deltad",
    schemaVersion: 38,
    refresh: "10s",
    time: { from: "now-1h", to: "now" },
    templating: { list: [{ name: "datasource", type: "datasource", query: "prometheus" }] },
    panels: shown,
  };
  return `${JSON.stringify(board, undefined, 2)}\n`;
}

function panelOf(name: string, { kind, help, labels }: Metric): Panel {
  const title = name.replace(/^deltad_|_total$|_seconds$/g, "").replaceAll("_", " ");
  const legend = ["{{instance}}", ...labels.map((label) => `{{${label}}}`)].join(" ");
  if (kind === "gauge") return { title, help, unit: "short", targets: [{ expr: name, legend }] };
  if (kind === "counter") {
    const expr = `rate(${name}[$__rate_interval])`;
    const unit = name.includes("bytes") ? "Bps" : "short";
    return { title: `${title} per second`, help, unit, targets: [{ expr, legend }] };
  }
  const by = ["le", "instance", ...labels].join(", ");
  const targets = [0.5, 0.99].map((part) => ({
    expr: `histogram_quantile(${part}, sum by (${by}) (rate(${name}_bucket[$__rate_interval])))`,
    legend: `${legend} p${part * 100}`,
  }));
  return { title, help, unit: "s", targets };
}

function panel(title: string, help: string, unit: string, expr: string): Panel {
  return { title, help, unit, targets: [{ expr, legend: "{{instance}}" }] };
}
