import assert from "node:assert/strict";
import { it } from "node:test";
import { METRICS, type Metric } from "../../../daemon/telemetry/metric-table.ts";

const METRIC_LIST: readonly (readonly [string, Metric])[] = Object.entries(METRICS);

it("Metrics have Prometheus's names: base units, and _total for what only grows", () => {
  for (const [name, { kind, help }] of METRIC_LIST) {
    assert.match(name, /^deltad_[a-z_]+$/);
    assert.equal(name.endsWith("_total"), kind === "counter", name);
    assert.equal(name.endsWith("_seconds"), kind === "histogram", name);
    assert.match(help, /[^.]$/, "a sentence without the full stop");
  }
});

it("No label can hold what a user chose", () => {
  const known = new Set(["stage", "outcome", "phase", "reason", "limit", "route", "status"]);
  assert.deepEqual(
    METRIC_LIST.flatMap(([, { labels }]) => labels.filter((label) => !known.has(label))),
    [],
  );
});
