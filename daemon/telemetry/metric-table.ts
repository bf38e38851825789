/**
 * The one table of metrics: the registry, docs/metrics.md, the Grafana dashboard and the alerts all come from it. Names are Prometheus's way: base
 * units, `_total` for what only grows. No label holds what a user chose (an owner, a topic, an address): each has few values, known beforehand.
 */
export interface Metric {
  readonly kind: "counter" | "gauge" | "histogram";
  /** One sentence without the full stop, for people. */
  readonly help: string;
  readonly labels: readonly string[];
}

export const METRICS = {
  deltad_ready: {
    kind: "gauge",
    help: "1 while the daemon vouches for what it sends, as /readyz says; else 0",
    labels: [],
  },
  deltad_epochs_total: {
    kind: "counter",
    help: "database sessions from which changes were read; one begins the daemon",
    labels: [],
  },
  deltad_batches_total: {
    kind: "counter",
    help: "batches of changes that were taken, empty ones included",
    labels: [],
  },
  deltad_grains_total: {
    kind: "counter",
    help: "groups of changed rows that PostgreSQL has summed, for watched owners or, where those are more than 256, for all",
    labels: [],
  },
  deltad_resets_total: {
    kind: "counter",
    help: "bulk statements and TRUNCATEs, by owner, after which owners are read again",
    labels: [],
  },
  deltad_row_events_total: {
    kind: "counter",
    help: "declared events that came with a batch of changes, of the same owners; those of an import, which are read by themselves, are not among them",
    labels: [],
  },
  deltad_stage_seconds: {
    kind: "histogram",
    help: "how long a batch took in a stage: `read`, from asking the database until its answer was parsed; `apply`, until owners' changes were published",
    labels: ["stage"],
  },
  deltad_loads_total: {
    kind: "counter",
    help: "statements that loaded owners, by `outcome`: `loaded` or `failed`",
    labels: ["outcome"],
  },
  deltad_load_seconds: {
    kind: "histogram",
    help: "how long a statement that loads owners took, with its waiting for a session",
    labels: [],
  },
  deltad_owners: {
    kind: "gauge",
    help: "watched owners by `phase`: `live`; `waiting` or `loading`, also once more; `noRow`; stale in `badZone`, `unreadable` and `offline`",
    labels: ["phase"],
  },
  deltad_audits_total: { kind: "counter", help: "loaded owners that were compared with what SQL says", labels: [] },
  deltad_drift_total: {
    kind: "counter",
    help: "those of them that showed other numbers: the log says which, and what to do",
    labels: [],
  },
  deltad_topics: {
    kind: "gauge",
    help: "topics that are watched, those whose last subscriber left within a minute included",
    labels: [],
  },
  deltad_connections: {
    kind: "gauge",
    help: "open connections of clients, by WebSocket or as an event stream",
    labels: [],
  },
  deltad_connections_opened_total: { kind: "counter", help: "connections of clients that began", labels: [] },
  deltad_connections_ended_total: {
    kind: "counter",
    help: "connections that ended, by `reason`: the name of the close code, or `gone` where the client left",
    labels: ["reason"],
  },
  deltad_messages_received_total: { kind: "counter", help: "messages of clients", labels: [] },
  deltad_frames_sent_total: { kind: "counter", help: "frames handed to clients' sockets", labels: [] },
  deltad_sent_bytes_total: { kind: "counter", help: "bytes of these frames, before the transport's own", labels: [] },
  deltad_refused_total: {
    kind: "counter",
    help: "messages, requests and connections that a limit stopped, by `limit`",
    labels: ["limit"],
  },
  deltad_operations_total: {
    kind: "counter",
    help: "clients' operations on rows that were answered, by `outcome`",
    labels: ["outcome"],
  },
  deltad_http_requests_total: {
    kind: "counter",
    help: "answered requests by HTTP, by `route` and `status`; an event stream is answered when it begins",
    labels: ["route", "status"],
  },
  deltad_http_request_seconds: {
    kind: "histogram",
    help: "how long such an answer took, by `route`",
    labels: ["route"],
  },
} as const satisfies Record<string, Metric>;

export type MetricName = keyof typeof METRICS;
export type NameOf<Kind extends Metric["kind"]> = {
  [Name in MetricName]: (typeof METRICS)[Name]["kind"] extends Kind ? Name : never;
}[MetricName];
/** A value of each of the metric's labels. */
export type LabelsOf<Name extends MetricName> = Readonly<
  Record<(typeof METRICS)[Name]["labels"][number], string | number>
>;
