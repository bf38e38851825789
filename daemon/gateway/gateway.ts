/** Subscribers to sockets: accepts connections, keeps their registry, and lets them go in good order. */
import { ownerTopic } from "../../protocol/topic.ts";
import type { Log } from "../config/log.ts";
import type { TokenName } from "./auth/claims.ts";
import { createIdentification } from "./auth/identification.ts";
import { CountedWarning } from "../config/counted-warning.ts";
import { type GatewayOptions, settingsOf } from "./gateway-options.ts";
import { type ClientAddress, createClientAddress, createPeerAddress } from "./http/client-address.ts";
import { withCors } from "./http/cors.ts";
import { eventStream } from "./http/event-stream.ts";
import { originCheck } from "./http/origin.ts";
import { syncAnswer, takesBody } from "./http/sync.ts";
import { loadPage } from "./http/page.ts";
import { PlainConnections } from "./http/plain-connections.ts";
import { RequestRates } from "./http/request-rates.ts";
import { badRequest, plain } from "./http/response.ts";
import { createRoutes, type Route, routeName } from "./http/routes.ts";
import { schemaAnswer } from "./http/schema.ts";
import { topicRows } from "./http/topic-rows.ts";
import { topicSnapshot } from "./http/topic-snapshot.ts";
import { TopicWaits } from "./http/topic-wait.ts";
import { isWellFormed } from "./http/well-formed.ts";
import { Operations } from "./operations.ts";
import { ClientSession } from "./sessions/client-session.ts";
import { type ConnectionFilter, isMeant, type ListedConnection } from "./sessions/connection-info.ts";
import { ConnectionLimits, type UsersCount } from "./sessions/connection-limits.ts";
import { Counters } from "./sessions/counters.ts";
import { drainSessions } from "./sessions/drain-sessions.ts";
import { type Admission, decideHandshake } from "./sessions/handshake.ts";
import { Recordings } from "./sessions/recordings.ts";
import { Traffic } from "./sessions/traffic.ts";
import { TurnFlushes } from "./sessions/turn-flushes.ts";
import { chooseTransport } from "./transports/choose-transport.ts";
import type { Request, Response, Socket, Transport, TransportHandlers } from "./transports/transport.ts";

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
  /** Tells those whom a topic lets in from now on: a user, or those whose token names an owner. */
  tellAvailable(topic: string, to: { readonly user: string } | { readonly owner: string }): void;
  /** Closes the connections that are meant, as an operator wants it; gives how many. Their clients ask for a new token before they come back. */
  endByOperator(filter: ConnectionFilter): number;
  readonly isDraining: boolean;
  /** Open connections. */
  readonly connections: number;
  listed(): Iterable<ListedConnection>;
  /** Those that ended within the last ten minutes, by id, where operators may ask. */
  readonly ended: Recordings["ended"];
  /** Different `sub`s of their tokens, and how many connections have one. */
  readonly subjects: UsersCount;
  /** Counts what limits stopped. */
  readonly counters: Counters;
  readonly traffic: Traffic;
}

const NONE_ENDED: Recordings["ended"] = new Map();

type Respond = (response: Response) => void;

/** An accepted handshake, for the connection that it becomes. */
interface Opening {
  readonly admission: Admission;
  readonly address: ClientAddress;
}

export function createGateway(options: GatewayOptions): Gateway {
  const { hub, auth, kinds, readReceipt, log, now, setTimeout, clearTimeout, random } = options;
  const identification = createIdentification(auth, kinds, options.isRevoked, options.guarded);
  const settings = settingsOf(options);
  const sessions = new Set<ClientSession>();
  const counters = new Counters();
  const traffic = new Traffic();
  const recordings = options.isRecording ? new Recordings({ now }) : undefined;
  const connections = new ConnectionLimits<ClientSession>(settings.limits, counters);
  const isAllowedOrigin = originCheck({ allowed: options.origins, log, now });
  const addressOf = createClientAddress(options.trustedProxies ?? []);
  const rates = new RequestRates(settings.limits, counters, now);
  const plainConnections = new PlainConnections(
    {
      maxPerAddress: settings.limits.maxHttpConnectionsPerAddress,
      maxSockets: options.maxSockets,
      openSockets: () => transport?.openSockets ?? 0,
      addressOf: createPeerAddress(options.trustedProxies ?? []),
    },
    { counters, log, setTimeout, clearTimeout },
  );
  const httpIdentification = { ...identification, isWithinRate: rates.isWithin };
  const operations = new Operations({
    ...settings.limits,
    writes: options.writes,
    told: options.operated,
    topicOf: identification.topicOf,
    counters,
    now,
  });
  const onEnd = (session: ClientSession): void => void sessions.delete(session);
  const forbidden = new CountedWarning("asked for a topic its token does not name", { log, setTimeout, clearTimeout });
  const services = {
    hub,
    identification,
    operations,
    readReceipt,
    log,
    forbidden,
    counters,
    traffic,
    turnFlushes: new TurnFlushes(),
    recordings,
    now,
    setTimeout,
    clearTimeout,
    random,
    onEnd,
  };
  let transport: Transport | undefined;
  let draining: Promise<void> | undefined;

  const begin = (socket: Socket, { admission, address }: Opening): ClientSession => {
    const session = new ClientSession(socket, connections.enter(address), settings.session, services);
    sessions.add(session);
    // An event stream's token was looked at in between.
    if (draining === undefined) session.start(admission);
    else session.finish();
    return session;
  };

  const routes = async (): Promise<Route> => {
    const page = await loadPage(options.pageDir, log);
    const waits = new TopicWaits({ hub, identification: httpIdentification, readReceipt });
    const route = createRoutes({
      ready: () => draining === undefined && options.ready(),
      page,
      topicSnapshot: (request, name) =>
        topicSnapshot(request, name, { hub, identification: httpIdentification, setTimeout, clearTimeout }),
      topicRows: (request, name, set) =>
        topicRows(request, { name, set }, { hub, identification: httpIdentification, setTimeout, clearTimeout }),
      topicWait: (request, name) => waits.answer(request, name),
      schema: schemaAnswer(options.schema, httpIdentification),
      sync: syncAnswer({ operations, identification: httpIdentification, maxDepth: settings.limits.maxJsonDepth }),
      eventStream: (request) => {
        const address = addressOf(request);
        return eventStream(request, {
          identification: httpIdentification,
          begin: (socket, admission) => begin(socket, { admission, address }),
        });
      },
    });
    return withCors(rates.limited(route, addressOf), isAllowedOrigin);
  };

  const told = (request: Request, respond: Respond): Respond => {
    const answered = options.asked?.(routeName(request.path));
    if (answered === undefined) return respond;
    return (response) => {
      answered(response.status);
      respond(response);
    };
  };

  const handlersFor = (route: Route): TransportHandlers => ({
    connected: (remoteAddress) => plainConnections.connected(remoteAddress),
    left: (remoteAddress) => plainConnections.left(remoteAddress),
    takesBody: (request) => isWellFormed(request) && takesBody(request),
    request: (request, respond) =>
      answer(isWellFormed(request) ? route : badRequest, request, told(request, respond), log),
    handshake: (request) => {
      if (!isWellFormed(request)) return { accept: false, response: badRequest() };
      if (draining !== undefined) return { accept: false, response: plain(503, "restarting") };
      const handshake = decideHandshake(request, isAllowedOrigin);
      if (!handshake.accept) return handshake;
      const context: Opening = { admission: handshake.admission, address: addressOf(request) };
      return { accept: true, subprotocol: handshake.subprotocol, context };
    },
    open: (socket, context) => begin(socket, context as Opening),
  });

  return {
    start: async () => {
      const handlers = handlersFor(await routes());
      const chosen = await chooseTransport(options.transport);
      transport = chosen.create(handlers, settings.transport, log);
      const port = await transport.listen(options.host, options.port);
      return { host: options.host, port, transport: transport.name, reason: chosen.reason };
    },
    drain: () => {
      transport?.stopListening();
      draining ??= drainSessions(sessions, setTimeout);
      return draining;
    },
    stop: () => {
      forbidden.stop();
      plainConnections.stop();
      transport?.close();
    },
    endRevoked: (isRevoked) => {
      for (const session of sessions) session.endIf(isRevoked);
    },
    tellAvailable: (topic, to) => {
      const found = "user" in to ? connections.ofUser(to.user) : connections.ofTopic(ownerTopic(to.owner));
      for (const session of found) session.tellAvailable(topic);
    },
    endByOperator: (filter) => {
      const found = [...sessions].filter(({ listed }) => isMeant(listed, filter));
      for (const session of found) session.endByOperator();
      return found.length;
    },
    *listed() {
      for (const { listed } of sessions) yield listed;
    },
    get ended() {
      return recordings?.ended ?? NONE_ENDED;
    },
    get isDraining() {
      return draining !== undefined;
    },
    get connections() {
      return sessions.size;
    },
    get subjects() {
      return connections.users;
    },
    counters,
    traffic,
  };
}

function answer(route: Route, request: Request, respond: Respond, log: Log): void {
  const response = route(request);
  if (!(response instanceof Promise)) return respond(response);
  response.then(respond, (error: unknown) => {
    log.error({ error }, "a request failed");
    respond(plain(500, "internal error"));
  });
}
