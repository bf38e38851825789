/** The alerts of ops/alerts.yml: what an operator must hear of, why, and what to do; and the series of a failure in which each fires. */

export interface Alert {
  readonly name: string;
  readonly expr: string;
  /** How long it must be so. */
  readonly for: string;
  readonly severity: "critical" | "warning";
  readonly summary: string;
  /** What to do first. */
  readonly remedy: string;
  /** Of the failure, minute by minute, as promtool writes series. */
  readonly failure: Readonly<Record<string, string>>;
  /** Of a day without it. */
  readonly quiet: Readonly<Record<string, string>>;
}

const MINUTES = 30;
const steadily = (value: number): string => `${value}x${MINUTES}`;
const growing = (by: number): string => `0+${by}x${MINUTES}`;

export const ALERTS: readonly Alert[] = [
  {
    name: "DeltadDown",
    expr: 'up{job="deltad"} == 0',
    for: "1m",
    severity: "critical",
    summary: "A daemon does not answer.",
    remedy: "Look at its supervisor and its last log lines; clients of other daemons go on.",
    failure: { 'up{job="deltad"}': steadily(0) },
    quiet: { 'up{job="deltad"}': steadily(1) },
  },
  {
    name: "DeltadNotReady",
    expr: "deltad_ready == 0",
    for: "1m",
    severity: "critical",
    summary: "A daemon vouches for nothing: its clients see stale numbers.",
    remedy: "Its log says why; `deltad doctor` looks at the database.",
    failure: { deltad_ready: steadily(0) },
    quiet: { deltad_ready: steadily(1) },
  },
  {
    name: "DeltadDrift",
    expr: "increase(deltad_drift_total[1h]) > 0",
    for: "0m",
    severity: "critical",
    summary: "A loaded owner showed other numbers than SQL says.",
    remedy: "The log names the owner and the values; run `deltad verify`, and find out what wrote past the triggers.",
    failure: { deltad_drift_total: `0x10 1x${MINUTES}` },
    quiet: { deltad_drift_total: steadily(0) },
  },
  {
    name: "DeltadSessionsBreak",
    expr: "increase(deltad_epochs_total[15m]) > 3",
    for: "0m",
    severity: "warning",
    summary: "The session that reads changes is lost again and again; each time all owners are loaded anew.",
    remedy: "The log says why each ended: failovers, DDL, a pooler in transaction mode, a network that drops.",
    failure: { deltad_epochs_total: growing(1) },
    quiet: { deltad_epochs_total: steadily(1) },
  },
  {
    name: "DeltadReadsSlowly",
    expr: 'histogram_quantile(0.99, sum by (le, instance) (rate(deltad_stage_seconds_bucket{stage="read"}[5m]))) > 0.5',
    for: "5m",
    severity: "warning",
    summary: "Reading a batch of changes takes long: all frames are late by that.",
    remedy: "Look for locks, a change table that nobody prunes (`deltad doctor`), and the server's load.",
    failure: {
      'deltad_stage_seconds_bucket{stage="read",le="0.5"}': steadily(0),
      'deltad_stage_seconds_bucket{stage="read",le="1"}': growing(60),
      'deltad_stage_seconds_bucket{stage="read",le="+Inf"}': growing(60),
    },
    quiet: {
      'deltad_stage_seconds_bucket{stage="read",le="0.5"}': growing(60),
      'deltad_stage_seconds_bucket{stage="read",le="1"}': growing(60),
      'deltad_stage_seconds_bucket{stage="read",le="+Inf"}': growing(60),
    },
  },
  {
    name: "DeltadLoadsFail",
    expr: 'increase(deltad_loads_total{outcome="failed"}[10m]) > 3',
    for: "5m",
    severity: "warning",
    summary: "Owners can't be loaded: their subscribers see nothing, or stale numbers.",
    remedy:
      "The log says why: statement timeouts (an index is missing: `deltad doctor`), locks, or rows at which a condition fails.",
    failure: { 'deltad_loads_total{outcome="failed"}': growing(1) },
    quiet: { 'deltad_loads_total{outcome="failed"}': steadily(2) },
  },
  {
    name: "DeltadLoopHeld",
    expr: "nodejs_eventloop_lag_p99_seconds > 0.2",
    for: "5m",
    severity: "warning",
    summary: "A daemon's event loop is held: frames are late.",
    remedy: "It has more to do than one core can: add a daemon, or find the owner whose changes it is.",
    failure: { nodejs_eventloop_lag_p99_seconds: steadily(0.5) },
    quiet: { nodejs_eventloop_lag_p99_seconds: steadily(0.01) },
  },
  {
    name: "DeltadClientsSlow",
    expr: 'rate(deltad_connections_ended_total{reason="tooSlow"}[5m]) > 0.1',
    for: "5m",
    severity: "warning",
    summary: "Clients are closed since they don't read.",
    remedy: "Look at the network and the proxy between; a page that hangs reads nothing.",
    failure: { 'deltad_connections_ended_total{reason="tooSlow"}': growing(12) },
    quiet: { 'deltad_connections_ended_total{reason="tooSlow"}': steadily(3) },
  },
  {
    name: "DeltadRefuses",
    expr: "sum by (limit, instance) (rate(deltad_refused_total[5m])) > 1",
    for: "10m",
    severity: "warning",
    summary: "A limit stops clients all the time.",
    remedy:
      "Either somebody floods, or the limit is too small: its option is named in the README. Behind a proxy set DELTAD_TRUSTED_PROXIES.",
    failure: { 'deltad_refused_total{limit="requests"}': growing(120) },
    quiet: { 'deltad_refused_total{limit="requests"}': growing(6) },
  },
];

/** As Prometheus reads rules. JSON's strings are YAML's. */
export function alertRules(alerts: readonly Alert[]): string {
  const rules = alerts.map(
    ({ name, expr, for: duration, severity, summary, remedy }) => `      - alert: ${name}
        expr: ${JSON.stringify(expr)}
        for: ${duration}
        labels:
          severity: ${severity}
        annotations:
          summary: ${JSON.stringify(summary)}
          description: ${JSON.stringify(remedy)}
`,
  );
  return `# Alerts for Prometheus, whose scrape job for the daemons is called "deltad". Made by test/house/ops.test.ts; docs/metrics.md says how to use them.
groups:
  - name: deltad
    rules:
${rules.join("")}`;
}

/** A test of rules for promtool: each alert fires in its failure, and none of them on a quiet day. */
export function alertTests(alerts: readonly Alert[], rulesFile: string): string {
  const evaluated = `${MINUTES - 5}m`;
  const input = (series: Alert["failure"]): object[] =>
    Object.entries(series).map(([name, values]) => ({ series: name, values }));
  const fires = alerts.map((alert) => ({
    interval: "1m",
    input_series: input(alert.failure),
    promql_expr_test: [
      {
        expr: `count(ALERTS{alertname="${alert.name}",alertstate="firing"})`,
        eval_time: evaluated,
        exp_samples: [{ labels: "{}", value: 1 }],
      },
    ],
  }));
  const quiet = {
    interval: "1m",
    input_series: input(Object.assign({}, ...alerts.map((alert) => alert.quiet)) as Alert["quiet"]),
    promql_expr_test: [{ expr: 'ALERTS{alertstate="firing"}', eval_time: evaluated, exp_samples: [] }],
  };
  return JSON.stringify({ rule_files: [rulesFile], evaluation_interval: "1m", tests: [...fires, quiet] });
}
