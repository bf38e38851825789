/** What operators are given for their monitoring is made from the table of metrics, and works. */
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, it } from "node:test";
import { METRICS, type Metric } from "../../daemon/telemetry/metric-table.ts";
import { ALERTS, alertRules, alertTests } from "../support/ops/alerts.ts";
import { dashboard, panels } from "../support/ops/dashboard.ts";
import { assertWritten } from "../support/written-document.ts";

const RULES = fileURLToPath(new URL("../../../ops/alerts.yml", import.meta.url));
const HAS_PROMTOOL = spawnSync("promtool", ["--version"]).status === 0;
/** Of Node and the process, as prom-client names them. */
const NODES_OWN = /^(up|nodejs_eventloop_lag_p99_seconds|process_\w+)$/;

const HEAD = `# Metrics

Where \`DELTAD_ADMIN_PORT\` is set, the daemon serves \`/metrics\` there in Prometheus's text format, to whoever shows one of the tokens of
\`DELTAD_ADMIN_TOKENS\`; on the clients' port there is nothing of it. Without that port nothing is measured.

\`\`\`yaml
scrape_configs:
  - job_name: deltad
    authorization:
      credentials_file: /etc/prometheus/deltad-token
    static_configs:
      - targets: ["127.0.0.1:9464"]
rule_files: [alerts.yml]
\`\`\`

[ops/alerts.yml](../ops/alerts.yml) has alerts for that job, [ops/grafana.json](../ops/grafana.json) a dashboard to import. No label holds an
owner, a topic, an address or anything else that a client chose, so the number of series stays what it is however many there are. Beside
these there are \`process_\` and \`nodejs_\` metrics: processor time, memory, open files, garbage collection, the event loop's delay.

| Metric | Kind | What it tells |
|---|---|---|
`;

const ALERTS_HEAD = `
## Alerts

| Alert | When | What it means, and what to do |
|---|---|---|
`;

describe("for operators", () => {
  it("docs/metrics.md has every metric and every alert", () => {
    const metrics = Object.entries<Metric>(METRICS).map(
      ([name, { kind, help }]) => `| \`${name}\` | ${kind} | ${help.charAt(0).toUpperCase()}${help.slice(1)}. |\n`,
    );
    const alerts = ALERTS.map(
      ({ name, expr, summary, remedy }) => `| ${name} | \`${expr.replaceAll("|", "\\|")}\` | ${summary} ${remedy} |\n`,
    );
    assertWritten("docs/metrics.md", HEAD + metrics.join("") + ALERTS_HEAD + alerts.join(""));
  });

  it("ops/grafana.json and ops/alerts.yml are what the table makes of them", () => {
    assertWritten("ops/grafana.json", dashboard());
    assertWritten("ops/alerts.yml", alertRules(ALERTS));
  });

  it("every metric of a panel or an alert exists", () => {
    const expressions = [
      ...panels().flatMap(({ targets }) => targets.map(({ expr }) => expr)),
      ...ALERTS.map(({ expr }) => expr),
    ];
    const named = expressions.flatMap((expr) => expr.match(/\b(up|deltad_\w+|nodejs_\w+|process_\w+)\b(?!")/g) ?? []);
    assert.ok(named.length > Object.keys(METRICS).length);
    const unknown = named.filter((name) => !(name.replace(/_bucket$/, "") in METRICS) && !NODES_OWN.test(name));
    assert.deepEqual(unknown, []);
  });

  it("every alert fires in its failure, and none on a quiet day", {
    skip: !HAS_PROMTOOL && "promtool is not installed",
  }, () => {
    execFileSync("promtool", ["check", "rules", RULES]);
    const folder = mkdtempSync(join(tmpdir(), "deltad-alerts-"));
    try {
      const tests = join(folder, "tests.yml");
      writeFileSync(tests, alertTests(ALERTS, RULES));
      const { status, stdout, stderr } = spawnSync("promtool", ["test", "rules", tests], { encoding: "utf8" });
      assert.equal(status, 0, stdout + stderr);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
