/**
 * The composition root: builds the chain from the database to the sockets, and starts it from the top. One list stops it, from the bottom:
 * what was built last is stopped first, also where the start fails.
 *
 *     reader --Batch--> owners, of each kind of topics --Published--> hub --frame--> gateway
 */
import { fileURLToPath } from "node:url";
import { buildChannels } from "./channel-kind.ts";
import type { AdminListener } from "./admin/admin-listener.ts";
import { buildAdmin } from "./admin/build-admin.ts";
import type { Bus } from "./bus/bus.ts";
import { buildPeers, type BusChoice, chooseBus } from "./bus/build-peers.ts";
import type { BusPeers } from "./bus/peers.ts";
import { kindSinks } from "./capture/batch-sinks.ts";
import { HEARTBEAT, type HeartbeatOptions } from "./capture/capture-options.ts";
import { readChannels, readKind } from "./capture/read-kind.ts";
import { Reader } from "./capture/reader.ts";
import { databaseCheck } from "./capture/check-database.ts";
import type { DaemonConfig } from "./config/config.ts";
import { loadDefinitionFile } from "./define/definition-file.ts";
import { Held } from "./config/held.ts";
import type { Log } from "./config/log.ts";
import { SYSTEM_TIMERS } from "./config/timers.ts";
import { createPools, loadsAtOnce } from "./database/pools.ts";
import type { SessionPool } from "./database/session-pool.ts";
import { configuredAuth } from "./gateway/auth/auth.ts";
import { channelClaims } from "./gateway/auth/guarded-channels.ts";
import { createGateway, type Gateway } from "./gateway/gateway.ts";
import type { GatewayOptions } from "./gateway/gateway-options.ts";
import { openFiles } from "./gateway/open-files.ts";
import { Cursors } from "./stream/cursor.ts";
import { Receipts } from "./stream/receipt.ts";
import { RevocationFeed } from "./gateway/auth/revocation-feed.ts";
import { Hub } from "./hub/hub.ts";
import type { TopicKind } from "./hub/topic-content.ts";
import { captureChoices } from "./plan/capture-choices.ts";
import { Clock } from "./metrics/clock.ts";
import { compileKinds, limitedKinds } from "./plan/compile.ts";
import { dayStartsFrom } from "./owners/day-starts.ts";
import { Presence } from "./presence/presence.ts";
import { sourcesOfRows } from "./plan/channel-select.ts";
import { sourcesOfEvents } from "./plan/event-select.ts";
import { pageSchema } from "./plan/page-schema.ts";
import { Slices } from "./owners/slices.ts";
import { measuredRequests, measuredSink } from "./telemetry/measured.ts";
import { readParts } from "./telemetry/readings.ts";
import { PublicationLog } from "./admin/publication-log.ts";
import { printTopic } from "../protocol/topic.ts";
import { BatchWatch } from "./telemetry/batch-watch.ts";
import { Telemetry } from "./telemetry/telemetry.ts";
import { buildKind } from "./topic-kind.ts";
import { Operator } from "./writes/operator.ts";

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
  readonly bus: Bus;
}

export interface RunningDaemon {
  readonly port: number;
  readonly transport: "uws" | "ws";
  /** Drains the clients, then ends everything. Bounded and idempotent. */
  stop(): Promise<void>;
}

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
    const { peers, reader, revocations, gateway, admin } = build(
      { ...options, maxSockets: files.maxSockets, busChoice: await chooseBus(config) },
      definition,
      held,
    );
    // First, so that it also tells of a database that is away.
    const adminPort = await admin?.start();
    await reader.start();
    // A database that is none for deltad has been refused by now: a session that listens there already would hide what a pooler does.
    peers.start();
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
  readonly peers: BusPeers;
  readonly reader: Reader;
  readonly revocations: RevocationFeed;
  readonly gateway: Gateway;
  readonly admin: AdminListener | undefined;
}

interface Found extends Pick<GatewayOptions, "maxSockets"> {
  readonly busChoice: BusChoice;
}

/** The chain, from the top; nothing of it has begun yet. How each part is stopped is added to `held`. */
function build(
  { config, log, pageDir = PAGE_DIR, tuning = {}, maxSockets, busChoice }: DaemonOptions & Found,
  definition: unknown,
  held: Held,
): Parts {
  const compiled = limitedKinds(compileKinds(definition), config);
  const { plans, tables } = compiled;
  const auth = configuredAuth(config, log, channelClaims(compiled.channels));
  const choices = captureChoices(definition);
  const eventSources = [...new Set(plans.flatMap(sourcesOfEvents))];
  const timers = { ...SYSTEM_TIMERS, setImmediate };
  const monotonicMs = (): number => performance.now();
  const clock = tuning.clock ?? new Clock({ monotonicMs, systemMs: Date.now });
  const slices = new Slices({ monotonicMs, setImmediate });
  // Without anybody to tell, nothing is measured.
  const telemetry = config.adminPort === undefined ? undefined : new Telemetry();

  const pools = createPools(config.databaseUrl, plans.length, compiled.channels.length);
  for (const pool of Object.values<SessionPool>({ ...pools })) held.add("a session pool", () => pool.stop());

  // What the parts below tell those of other daemons; each listens before the start.
  const isShown = compiled.channels.some(({ shows }) => shows.presence || shows.typing);
  const isNeeded = isShown || config.busUrl !== undefined || config.adminPort !== undefined;
  const peers = buildPeers({ choice: busChoice, isNeeded, bus: tuning.bus, log, monotonicMs, ...timers });
  held.add("the bus", () => peers.stop());

  const publications = new PublicationLog(Date.now);
  const publish = (kind: string, key: string, update: object): void => {
    if (telemetry !== undefined) publications.take(printTopic({ kind, key }), update);
    hub.publish(kind, key, update);
  };

  const [cursors, receipts] = [new Cursors(), new Receipts()];
  const kinds = plans.map((plan) =>
    buildKind(
      plan,
      {
        pools,
        loadsAtOnce: loadsAtOnce(plans.length),
        readDayStarts: dayStartsFrom({ rows: (statement, values) => reader.rows(statement, values) }),
        clock,
        slices,
        cursors,
        publish,
        nudge: () => reader.nudge(),
        telemetry,
        auditSeconds: config.auditInterval,
        retentionSeconds: config.retention,
        log,
        monotonicMs,
        ...timers,
      },
      held,
    ),
  );

  const { minIntervalMs } = config;
  const presence = new Presence({ peers, minIntervalMs, now: Date.now, monotonicMs, random: Math.random, ...timers });
  held.add("presence", () => presence.stop());

  const channels = compiled.channels.map((plan) =>
    buildChannels(plan, {
      presence,
      pools,
      publish,
      letIn: (topic, to) => gateway.tellAvailable(topic, to),
      nudge: () => reader.nudge(),
      log,
      monotonicMs,
      now: Date.now,
      ...timers,
    }),
  );
  for (const one of channels) held.add(`the channels of the kind ${one.plan.kind}`, () => one.channels.stop());

  const operator = new Operator({ sessions: pools.writes, plans: compiled.channels, log });
  const batches = new BatchWatch({ now: Date.now, monotonicMs });
  const sink = batches.watching(
    kindSinks([...kinds.map(({ owners }) => owners), ...channels.map((one) => one.channels)]),
  );
  const reader: Reader = new Reader(
    {
      url: config.databaseUrl,
      tables,
      kinds: [...plans.map(readKind), ...compiled.channels.map((plan, at) => readChannels(plan, plans.length + at))],
      eventSources: [...eventSources, ...compiled.channels.flatMap(sourcesOfRows)],
      twoPhase: choices.twoPhase,
      heartbeat: tuning.heartbeat ?? HEARTBEAT,
      suspension: { seconds: config.suspendAfter, rows: config.suspendRows },
      ...(eventSources.length > 0 ? { retention: { seconds: config.retention, rows: config.retainedRows } } : {}),
    },
    {
      sink: telemetry ? measuredSink(sink, telemetry, monotonicMs) : sink,
      sessions: pools.loads,
      check: databaseCheck(compiled, choices),
      onBegin: (incarnation) => {
        for (const part of [cursors, receipts, peers]) part.begin(incarnation);
      },
      log,
      now: monotonicMs,
    },
  );
  held.add("the reader", () => reader.stop());

  const hub = new Hub({
    kinds: new Map<string, TopicKind>([...kinds, ...channels].map(({ plan, topics }) => [plan.kind, topics])),
    minIntervalMs,
    idleMs: tuning.idleMs ?? IDLE_MS,
    log,
    now: Date.now,
    ...timers,
  });
  held.add("the hub", () => hub.stop());

  const isLive = (): boolean => kinds.every(({ owners }) => owners.isLive);
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
    kinds: new Map([...kinds, ...channels].map(({ plan, keys }) => [plan.kind, keys])),
    guarded: new Map(channels.map(({ plan, guard }) => [plan.kind, guard])),
    writes: operator.plans.size === 0 ? undefined : operator,
    operated: telemetry && ((outcome) => telemetry.count("deltad_operations_total", { outcome })),
    isRevoked: (token) => revocations.isRevoked(token),
    readReceipt: (text) => receipts.read(text),
    ready: isLive,
    host: config.host,
    port: config.port,
    transport: config.transport,
    schema: pageSchema(plans),
    pageDir,
    origins: config.origins,
    limits: config,
    maxSockets,
    trustedProxies: config.trustedProxies,
    heartbeatMs: config.heartbeatMs,
    isRecording: telemetry !== undefined,
    asked: telemetry && measuredRequests(telemetry, monotonicMs),
    log,
    now: Date.now,
    random: Math.random,
    ...timers,
    ...tuning.gateway,
  });
  held.add("the gateway", () => gateway.stop());
  held.add("the sessions of clients", () => gateway.drain());
  held.add("the goodbye to other daemons", () => peers.leave());
  const seen = { gateway, hub, peers, reader, batches, publications, isLive, log, monotonicMs, ...timers };
  const operated = [...kinds, ...channels].map((one) => one.operated);
  const operators = { ...seen, config, kinds: operated, sessions: pools.operator, metrics: telemetry };
  const admin = buildAdmin(operators, held);
  if (telemetry !== undefined) readParts(telemetry, { gateway, hub, kinds, isLive });
  return { peers, reader, revocations, gateway, admin };
}
