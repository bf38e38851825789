/**
 * The composition root: builds the chain from the database to the sockets, and starts it from the top. One list stops it, from the bottom:
 * what was built last is stopped first, also where the start fails.
 *
 *     reader --Batch--> owners --Published--> hub --frame--> gateway
 */
import { fileURLToPath } from "node:url";
import { AdminListener } from "./admin/admin-listener.ts";
import { combinedSink } from "./capture/batch-sinks.ts";
import { HEARTBEAT, type HeartbeatOptions } from "./capture/capture-options.ts";
import { Reader } from "./capture/reader.ts";
import { databaseCheck } from "./capture/check-database.ts";
import type { DaemonConfig } from "./config/config.ts";
import { loadDefinitionFile } from "./define/definition-file.ts";
import { Held } from "./config/held.ts";
import type { Log } from "./config/log.ts";
import { SYSTEM_TIMERS } from "./config/timers.ts";
import { canonicalOwners } from "./database/canonical-owner.ts";
import { createPools, LOADS_AT_ONCE } from "./database/pools.ts";
import { configuredAuth } from "./gateway/auth/auth.ts";
import { createGateway, type Gateway } from "./gateway/gateway.ts";
import type { GatewayOptions } from "./gateway/gateway-options.ts";
import { openFiles } from "./gateway/open-files.ts";
import { Cursors, writeCursor } from "./stream/cursor.ts";
import { History } from "./resume/history.ts";
import { historyReader } from "./resume/history-reader.ts";
import { longHistory } from "./resume/long-history-reader.ts";
import { withheldReader } from "./resume/withheld-reader.ts";
import { RevocationFeed } from "./gateway/auth/revocation-feed.ts";
import { Hub } from "./hub/hub.ts";
import { captureChoices } from "./plan/capture-choices.ts";
import { Clock } from "./metrics/clock.ts";
import { compile } from "./plan/compile.ts";
import { dayStartsFrom } from "./owners/day-starts.ts";
import { Owners } from "./owners/owners.ts";
import { SnapshotLoader } from "./owners/loader.ts";
import { sourcesOfEvents } from "./plan/event-select.ts";
import { pageSchema } from "./plan/page-schema.ts";
import { deltaSelects } from "./plan/select.ts";
import { type OwnerHistory, ownerTopics } from "./topics/owner/owner-topic.ts";
import { Slices } from "./owners/slices.ts";
import { measuredLoader, measuredRequests, measuredSink } from "./telemetry/measured.ts";
import { readParts } from "./telemetry/readings.ts";
import { Telemetry } from "./telemetry/telemetry.ts";
import { Audit } from "./verify/audit.ts";

export interface DaemonOptions {
  readonly config: DaemonConfig;
  readonly log: Log;
  /** A folder with an `index.html`, served instead of the page that shows any configuration. */
  readonly pageDir?: string;
  /** Tests set these; everything has a default that suits production. */
  readonly tuning?: Partial<Tuning>;
}

interface Tuning {
  readonly heartbeat: HeartbeatOptions;
  /** How long an owner stays loaded without subscribers. */
  readonly idleMs: number;
  readonly clock: Clock;
  readonly gateway: Partial<GatewayOptions>;
}

export interface RunningDaemon {
  readonly port: number;
  readonly transport: "uws" | "ws";
  /** Drains the clients, then ends everything. Bounded and idempotent. */
  stop(): Promise<void>;
}

/** An ALTER TABLE waits for loads, and writes for it: owners whose loads take longer together are loaded in parts. */
const LOAD_TIMEOUT_MS = 10_000;
const IDLE_MS = 60_000;
/** Built by Vite beside the compiled daemon. */
const PAGE_DIR = fileURLToPath(new URL("../page/", import.meta.url));

/** @throws ConfigError for the operator's mistakes; a database that is away is waited for. */
export async function startDaemon(options: DaemonOptions): Promise<RunningDaemon> {
  const { config, log } = options;
  const held = new Held(log);
  const stop = (): Promise<void> => held.releaseAll();
  try {
    const files = await openFiles(config.maxConnections);
    const definition = await loadDefinitionFile(config.configFile);
    const { reader, revocations, gateway, admin } = build(
      { ...options, maxSockets: files.maxSockets },
      definition,
      held,
    );
    // First, so that it also tells of a database that is away.
    const adminPort = await admin?.start();
    await reader.start();
    revocations.start();
    const { host, port, transport, reason } = await gateway.start();
    files.tell(log);
    log.info({ host, port, transport }, `listening; WebSocket by ${transport}: ${reason}`);
    if (adminPort !== undefined) log.info({ host: config.adminHost, port: adminPort }, "listening for operators");
    return { port, transport, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

interface Parts {
  readonly reader: Reader;
  readonly revocations: RevocationFeed;
  readonly gateway: Gateway;
  readonly admin: AdminListener | undefined;
}

/** The chain, from the top; nothing of it has begun yet. How each part is stopped is added to `held`. */
function build(
  { config, log, pageDir = PAGE_DIR, tuning = {}, maxSockets }: DaemonOptions & Pick<GatewayOptions, "maxSockets">,
  definition: unknown,
  held: Held,
): Parts {
  const auth = configuredAuth(config, log);
  const plan = compile(definition);
  const choices = captureChoices(definition);
  const eventSources = sourcesOfEvents(plan);
  const timers = { ...SYSTEM_TIMERS, setImmediate };
  const monotonicMs = (): number => performance.now();
  const clock = tuning.clock ?? new Clock({ monotonicMs, systemMs: Date.now });
  const slices = new Slices({ monotonicMs, setImmediate });
  // Without anybody to tell, nothing is measured.
  const telemetry = config.adminPort === undefined ? undefined : new Telemetry();

  const pools = createPools(config.databaseUrl);
  for (const pool of [pools.loads, pools.lookups, pools.revocations, pools.history, pools.audit])
    held.add("a session pool", () => pool.stop());

  const readsHistory = { plan, sessions: pools.history, zones: (): readonly string[] => owners.zones() };
  const loader = new SnapshotLoader({ plan, sessions: pools.loads, slices, timeoutMs: LOAD_TIMEOUT_MS });
  const audit =
    config.auditInterval > 0
      ? new Audit({ plan, sessions: pools.audit, everyMs: config.auditInterval * 1000, monotonicMs, log })
      : undefined;
  const owners: Owners = new Owners({
    plan,
    loader: telemetry ? measuredLoader(loader, telemetry, monotonicMs) : loader,
    loadsAtOnce: LOADS_AT_ONCE,
    readDayStarts: dayStartsFrom({ rows: (statement, values) => reader.rows(statement, values) }),
    readWithheldEvents: withheldReader({ ...readsHistory }),
    clock,
    slices,
    publish: (update) => hub.publish("owner", update.owner, update),
    nudge: () => reader.nudge(),
    audit,
    log,
    monotonicMs,
    ...timers,
  });
  held.add("the owners", () => owners.stop());

  const cursors = new Cursors();
  const sink = combinedSink([owners]);
  const reader: Reader = new Reader(
    {
      url: config.databaseUrl,
      tables: plan.tables,
      deltaSelects: deltaSelects(plan),
      eventSources,
      twoPhase: choices.twoPhase,
      heartbeat: tuning.heartbeat ?? HEARTBEAT,
      suspension: { seconds: config.suspendAfter, rows: config.suspendRows },
      ...(eventSources.length > 0 ? { retention: { seconds: config.retention, rows: config.retainedRows } } : {}),
    },
    {
      sink: telemetry ? measuredSink(sink, telemetry, monotonicMs) : sink,
      sessions: pools.loads,
      check: databaseCheck(plan, choices),
      onBegin: (incarnation) => cursors.begin(incarnation),
      log,
      now: monotonicMs,
    },
  );
  held.add("the reader", () => reader.stop());

  const history = new History({
    reads:
      eventSources.length > 0 ? { short: historyReader(readsHistory), long: longHistory(readsHistory) } : undefined,
    retentionMs: config.retention * 1000,
    log,
    now: () => clock.now(),
    ...timers,
  });
  held.add("the history", () => history.stop());

  const ownerHistory: OwnerHistory = {
    positionOf: (topic, cursor) => cursors.read(topic, cursor),
    replay: (owner, range) => history.replay(owner, range),
  };
  const hub = new Hub({
    kinds: new Map([
      ["owner", ownerTopics({ demand: owners, cursorOf: writeCursor, history: ownerHistory, now: Date.now })],
    ]),
    minIntervalMs: config.minIntervalMs,
    idleMs: tuning.idleMs ?? IDLE_MS,
    log,
    now: Date.now,
    ...timers,
  });
  held.add("the hub", () => hub.stop());

  const revocations: RevocationFeed = new RevocationFeed({
    sessions: pools.revocations,
    onChange: () => gateway.endRevoked(revocations.has),
    log,
    ...timers,
  });
  held.add("the feed of revocations", () => revocations.stop());

  const gateway: Gateway = createGateway({
    hub,
    auth,
    kinds: new Map([["owner", canonicalOwners(plan.owner.keyType, pools.lookups, monotonicMs)]]),
    isRevoked: (token) => revocations.isRevoked(token),
    ready: () => owners.isLive,
    host: config.host,
    port: config.port,
    transport: config.transport,
    schema: pageSchema(plan),
    pageDir,
    origins: config.origins,
    limits: config,
    maxSockets,
    trustedProxies: config.trustedProxies,
    heartbeatMs: config.heartbeatMs,
    asked: telemetry && measuredRequests(telemetry, monotonicMs),
    log,
    now: Date.now,
    random: Math.random,
    ...timers,
    ...tuning.gateway,
  });
  held.add("the gateway", () => gateway.stop());
  held.add("the sessions of clients", () => gateway.drain());
  if (telemetry === undefined) return { reader, revocations, gateway, admin: undefined };
  readParts(telemetry, { gateway, hub, owners, audit });
  const { adminHost, adminPort = 0, adminTokens: tokens } = config;
  const admin = new AdminListener({ host: adminHost, port: adminPort, tokens, metrics: telemetry, log });
  held.add("the operator's listener", () => admin.stop());
  return { reader, revocations, gateway, admin };
}
