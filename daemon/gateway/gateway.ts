/** Subscribers to sockets: accepts connections, keeps their registry, and lets them go in good order. */
import { randomUUID } from "node:crypto";
import type { Schema } from "../../protocol/schema.ts";
import type { Log } from "../config/log.ts";
import type { Timers } from "../config/timers.ts";
import type { Subscriber, Subscription } from "../hub/subscription.ts";
import type { Auth } from "./auth/auth.ts";
import { chooseTransport, type TransportChoice } from "./transports/choose-transport.ts";
import type { TokenName } from "./auth/claims.ts";
import { createClientAddress } from "./http/client-address.ts";
import { ConnectionLimits } from "./sessions/connection-limits.ts";
import { withCors } from "./http/cors.ts";
import { Counters } from "./sessions/counters.ts";
import { drainSessions } from "./sessions/drain-sessions.ts";
import { eventStream } from "./http/event-stream.ts";
import { type Admission, decideHandshake } from "./sessions/handshake.ts";
import { createIdentification, type IsRevoked, type TopicKinds } from "./auth/identity.ts";
import { type GatewayLimits, withDefaults } from "./sessions/limits.ts";
import { topicSnapshot } from "./http/topic-snapshot.ts";
import { loadPage } from "./http/page.ts";
import { badRequest, plain } from "./http/response.ts";
import { createRoutes, type Route } from "./http/routes.ts";
import { schemaAnswer } from "./http/schema.ts";
import { Session } from "./sessions/session.ts";
import type { Request, Response, Socket, Transport, TransportHandlers } from "./transports/transport.ts";
import { isWellFormed } from "./http/well-formed.ts";

export interface GatewayOptions extends Timers {
  readonly hub: { subscribe(topic: string, subscriber: Subscriber, id?: string, resume?: string): Subscription };
  readonly auth: Auth;
  readonly kinds: TopicKinds;
  readonly isRevoked: IsRevoked;
  /** True while the daemon vouches for what it sends. */
  readonly ready: () => boolean;
  readonly host: string;
  /** 0: the system chooses. */
  readonly port: number;
  readonly transport: TransportChoice;
  /** What pages are told of the configuration. */
  readonly schema: Schema;
  /** The built page; undefined: none is served. */
  readonly pageDir: string | undefined;
  /** Origins of pages that may connect, besides the daemon's own. */
  readonly origins: readonly string[];
  readonly heartbeatMs: number;
  /** Unread bytes from which a socket counts as blocked. Default 64 KiB. */
  readonly highWaterBytes?: number;
  /** How long a socket may stay blocked before it is closed. Default 30 s. */
  readonly tooSlowMs?: number;
  /** How long a peer may answer no ping, 8 s to 960 s. Default 120 s. */
  readonly idleTimeoutMs?: number;
  /** What clients may use; those that are missing are as in the table of options. */
  readonly limits?: Partial<GatewayLimits>;
  /** Proxies whose X-Forwarded-For is believed: addresses and CIDR ranges. */
  readonly trustedProxies?: readonly string[];
  readonly log: Log;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly random: () => number;
}

export interface Listening {
  readonly host: string;
  readonly port: number;
  readonly transport: "uws" | "ws";
  /** Why this transport, and how to get the other. */
  readonly reason: string;
}

export interface Gateway {
  /** @throws ConfigError if the port can't be had, or the transport that was asked for doesn't load */
  start(): Promise<Listening>;
  /** No longer ready, no new connections, `bye` and 1012 to all. Bounded; a second call waits for the first. */
  drain(): Promise<void>;
  /** Ends everything that is left, at once. Idempotent. */
  stop(): void;
  /** Closes the connections whose tokens were revoked since they came. */
  endRevoked(isRevoked: (token: TokenName) => boolean): void;
  /** Open connections. */
  readonly connections: number;
  /** What limits stopped. */
  readonly counters: Counters;
}

/** What an accepted handshake leaves for the connection that it becomes. */
interface Opening {
  readonly admission: Admission;
  readonly address: string;
}

const HIGH_WATER_BYTES = 64 * 1024;
const TOO_SLOW_MS = 30_000;
/** Far above the high-water mark and any document: reached only if the gateway's own limits fail. */
const MAX_BUFFERED_BYTES = 8 * 1024 * 1024;
/** Proxies drop connections after a minute of silence; twice that means that the peer is gone. */
const IDLE_TIMEOUT_MS = 120_000;

export function createGateway(options: GatewayOptions): Gateway {
  const { hub, auth, kinds, log, heartbeatMs } = options;
  const identification = createIdentification(auth, kinds, options.isRevoked);
  const sessions = new Set<Session>();
  const limits = withDefaults(options.limits ?? {});
  const counters = new Counters();
  const connections = new ConnectionLimits(limits, counters);
  const addressOf = createClientAddress(options.trustedProxies ?? []);
  const settings = {
    heartbeatMs,
    highWaterBytes: options.highWaterBytes ?? HIGH_WATER_BYTES,
    tooSlowMs: options.tooSlowMs ?? TOO_SLOW_MS,
    ...limits,
  };
  let transport: Transport | undefined;
  let draining: Promise<void> | undefined;
  const { now, setTimeout, clearTimeout, random } = options;
  const onEnd = (session: Session): void => void sessions.delete(session);
  const services = { hub, identification, log, counters, now, setTimeout, clearTimeout, random, onEnd };

  const begin = (socket: Socket, admission: Admission, address: string): Session => {
    const session = new Session(randomUUID(), socket, connections.enter(address), settings, services);
    sessions.add(session);
    // An event stream's token was looked at in between.
    if (draining === undefined) session.start(admission);
    else session.finish();
    return session;
  };

  const beginFrom = (request: Request) => (socket: Socket, admission: Admission) =>
    begin(socket, admission, addressOf(request));

  const handlersFor = (route: Route): TransportHandlers => ({
    request: (request, respond) =>
      isWellFormed(request) ? answer(route, request, respond, log) : respond(badRequest()),
    handshake: (request) => {
      if (!isWellFormed(request)) return { accept: false, response: badRequest() };
      if (draining !== undefined) return { accept: false, response: plain(503, "restarting") };
      const handshake = decideHandshake(request, options.origins);
      if (!handshake.accept) return handshake;
      const context: Opening = { admission: handshake.admission, address: addressOf(request) };
      return { accept: true, subprotocol: handshake.subprotocol, context };
    },
    open: (socket, context) => {
      const { admission, address } = context as Opening;
      return begin(socket, admission, address);
    },
  });

  return {
    start: async () => {
      const page = await loadPage(options.pageDir, log);
      const ready = (): boolean => draining === undefined && options.ready();
      const snapshotOptions = { hub, identification, setTimeout, clearTimeout };
      const routes = createRoutes({
        ready,
        page,
        topicSnapshot: (request, name) => topicSnapshot(request, name, snapshotOptions),
        schema: schemaAnswer(options.schema, identification),
        eventStream: (request) => eventStream(request, { identification, begin: beginFrom(request) }),
      });
      const route = withCors(routes, options.origins);
      const transportLimits = {
        maxMessageBytes: limits.maxMessageBytes,
        maxBufferedBytes: MAX_BUFFERED_BYTES,
        idleTimeoutMs: options.idleTimeoutMs ?? IDLE_TIMEOUT_MS,
      };
      const chosen = await chooseTransport(options.transport);
      transport = chosen.create(handlersFor(route), transportLimits, log);
      const port = await transport.listen(options.host, options.port);
      return { host: options.host, port, transport: transport.name, reason: chosen.reason };
    },
    drain: () => {
      transport?.stopListening();
      draining ??= drainSessions(sessions, setTimeout);
      return draining;
    },
    stop: () => transport?.close(),
    endRevoked: (isRevoked) => {
      for (const session of sessions) session.endIf(isRevoked);
    },
    get connections() {
      return sessions.size;
    },
    counters,
  };
}

function answer(route: Route, request: Request, respond: (response: Response) => void, log: Log): void {
  const response = route(request);
  if (!(response instanceof Promise)) return respond(response);
  response.then(respond, (error: unknown) => {
    log.error({ error }, "a request failed");
    respond(plain(500, "internal error"));
  });
}
