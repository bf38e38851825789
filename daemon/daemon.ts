/**
 * The composition root: builds the chain from the database to the sockets, starts it from the top, stops it from the bottom.
 *
 *     reader --Batch--> owners --Published--> hub --frame--> gateway
 */
import { fileURLToPath } from "node:url";
import { HEARTBEAT, type HeartbeatOptions } from "./capture/capture-options.ts";
import { Reader } from "./capture/reader.ts";
import { databaseCheck } from "./capture/check-database.ts";
import type { Config, JwtKey } from "./config/config.ts";
import { loadDefinitionFile } from "./define/definition-file.ts";
import type { Log } from "./config/log.ts";
import { SYSTEM_TIMERS } from "./config/timers.ts";
import { canonicalOwners } from "./database/canonical-owner.ts";
import { SessionPool } from "./database/session-pool.ts";
import { createAuth } from "./gateway/auth/auth.ts";
import { createGateway, type Gateway, type GatewayOptions } from "./gateway/gateway.ts";
import { JwksKeys } from "./gateway/auth/jwks.ts";
import { fixedKeys, type KeyFinder, publicKeys, secretKeys } from "./gateway/auth/jwt-key.ts";
import { Cursors, writeCursor } from "./stream/cursor.ts";
import { History } from "./resume/history.ts";
import { pastReader } from "./resume/history-reader.ts";
import { RevocationFeed } from "./gateway/auth/revocation-feed.ts";
import { Hub } from "./hub/hub.ts";
import { parseTopic } from "../protocol/topic.ts";
import { captureChoices } from "./plan/capture-choices.ts";
import { Clock } from "./metrics/clock.ts";
import { compile } from "./plan/compile.ts";
import { dayStartsFrom } from "./owners/day-starts.ts";
import { Owners } from "./owners/owners.ts";
import { SnapshotLoader } from "./owners/loader.ts";
import { sourcesOfEvents } from "./plan/event-select.ts";
import { pageSchema } from "./plan/page-schema.ts";
import { deltaSelects } from "./plan/select.ts";
import { Slices } from "./owners/slices.ts";

export interface DaemonOptions {
  readonly config: Config;
  readonly log: Log;
  /** What tests set; everything has a default that suits production. */
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

/** Loads, pruning. */
const POOL_SIZE = 4;
/** One session stays free, so that a cut never waits for a load that waits for pruning. */
const LOADS_AT_ONCE = POOL_SIZE - 1;
/** Clients cause these at will: a session of their own, so that no number of them keeps a load, and with it the reader, waiting. */
const LOOKUP_SESSIONS = 1;
/** As long as a client has to authenticate. */
const LOOKUP_TIMEOUT_MS = 5_000;
/** A load reads all of an owner's rows where a metric has no window. */
const LOAD_TIMEOUT_MS = 120_000;
/** An ALTER TABLE waits for loads, and writes for it: owners whose loads take longer together are loaded in parts. */
const GROUP_TIMEOUT_MS = 10_000;
const IDLE_MS = 60_000;
/** Clients cause these as well, but together: one read at a time. */
const PAST_SESSIONS = 1;
const PAST_TIMEOUT_MS = 10_000;
/** As for reading changes: a plan must not depend on how many there were when it was made. */
const PAST_SETTINGS = { jit: "off", enable_seqscan: "off", plan_cache_mode: "force_custom_plan" };
const LOAD_SETTINGS = { jit: "off", plan_cache_mode: "force_generic_plan" };
/** Built by Vite beside the compiled daemon. */
const PAGE_DIR = fileURLToPath(new URL("../page/", import.meta.url));

/** @throws ConfigError for the operator's mistakes; a database that is away is waited for. */
export async function startDaemon({ config, log, tuning = {} }: DaemonOptions): Promise<RunningDaemon> {
  const auth = createAuth({
    keys: jwtKeys(config.jwt, log),
    issuer: config.jwtIssuer,
    audience: config.jwtAudience,
    leewaySeconds: config.jwtLeewayS,
    maxLifetimeSeconds: config.jwtMaxLifetimeS,
    now: Date.now,
  });
  const definition = await loadDefinitionFile(config.configFile);
  const plan = compile(definition);
  const eventSources = sourcesOfEvents(plan);
  const choices = captureChoices(definition);
  const timers = { ...SYSTEM_TIMERS, setImmediate };
  const monotonicMs = (): number => performance.now();

  const pool = new SessionPool(
    { url: config.databaseUrl, role: "pool", statementTimeoutMs: LOAD_TIMEOUT_MS, settings: LOAD_SETTINGS },
    POOL_SIZE,
  );
  const lookups = new SessionPool(
    { url: config.databaseUrl, role: "lookups", statementTimeoutMs: LOOKUP_TIMEOUT_MS },
    LOOKUP_SESSIONS,
  );
  const past = new SessionPool(
    { url: config.databaseUrl, role: "past", statementTimeoutMs: PAST_TIMEOUT_MS, settings: PAST_SETTINGS },
    PAST_SESSIONS,
  );
  const slices = new Slices({ monotonicMs, setImmediate });
  const clock = tuning.clock ?? new Clock({ monotonicMs, systemMs: Date.now });
  const owners: Owners = new Owners({
    plan,
    loader: new SnapshotLoader({ plan, sessions: pool, slices, groupTimeoutMs: GROUP_TIMEOUT_MS }),
    loadsAtOnce: LOADS_AT_ONCE,
    readDayStarts: dayStartsFrom({ rows: (statement, values) => reader.rows(statement, values) }),
    clock,
    slices,
    publish: (update) => hub.publish(update),
    nudge: () => reader.nudge(),
    log,
    monotonicMs,
    ...timers,
  });
  const cursors = new Cursors();
  const history = new History({
    read: eventSources.length > 0 ? pastReader({ plan, sessions: past, zones: () => owners.zones() }) : undefined,
    retentionMs: config.retention * 1000,
    log,
    now: () => clock.now(),
    ...timers,
  });
  const hub = new Hub({
    demand: owners,
    minIntervalMs: config.minIntervalMs,
    idleMs: tuning.idleMs ?? IDLE_MS,
    cursorOf: writeCursor,
    recovery: {
      placeOf: (owner, cursor) => cursors.read(owner, cursor),
      missed: (gap) => history.missed(gap),
    },
    log,
    now: Date.now,
    ...timers,
  });
  const reader: Reader = new Reader(
    {
      url: config.databaseUrl,
      tables: plan.tables,
      deltaSelects: deltaSelects(plan),
      eventSources,
      twoPhase: choices.twoPhase,
      heartbeat: tuning.heartbeat ?? HEARTBEAT,
      ...(eventSources.length > 0 ? { retention: { seconds: config.retention, rows: config.retainedRows } } : {}),
    },
    {
      sink: owners,
      sessions: pool,
      check: databaseCheck(plan, choices),
      onBegin: (incarnation) => cursors.begin(incarnation),
      log,
      now: monotonicMs,
    },
  );
  const revocations: RevocationFeed = new RevocationFeed({
    sessions: lookups,
    onChange: () => gateway.endRevoked(revocations.has),
    log,
    ...timers,
  });
  const gateway: Gateway = createGateway({
    hub: { subscribe: (topic, ...rest) => hub.subscribe(parseTopic(topic)?.key ?? "", ...rest) },
    auth,
    kinds: new Map([["owner", canonicalOwners(plan.owner.keyType, lookups)]]),
    isRevoked: (token) => revocations.isRevoked(token),
    ready: () => owners.isLive,
    host: config.host,
    port: config.port,
    transport: config.transport,
    schema: pageSchema(plan),
    pageDir: PAGE_DIR,
    origins: config.origins,
    limits: config,
    trustedProxies: config.trustedProxies,
    heartbeatMs: config.heartbeatMs,
    log,
    now: Date.now,
    random: Math.random,
    ...timers,
    ...tuning.gateway,
  });

  const stop = once(async () => {
    await gateway.drain();
    gateway.stop();
    revocations.stop();
    hub.stop();
    await reader.stop();
    owners.stop();
    history.stop();
    await Promise.all([pool.stop(), lookups.stop(), past.stop()]);
  });
  try {
    await reader.start();
    revocations.start();
    const { host, port, transport, reason } = await gateway.start();
    log.info({ host, port, transport }, `listening; WebSocket by ${transport}: ${reason}`);
    return { port, transport, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function jwtKeys(jwt: JwtKey, log: Log): KeyFinder {
  if ("jwksUrl" in jwt) return new JwksKeys({ url: jwt.jwksUrl, now: Date.now, log });
  return fixedKeys("secret" in jwt ? secretKeys(jwt.secret, jwt.nextSecret) : publicKeys(jwt.publicKey));
}

function once(work: () => Promise<void>): () => Promise<void> {
  let done: Promise<void> | undefined;
  return () => (done ??= work());
}
