/** The gateway's options, and their defaults. */
import type { Log } from "../config/log.ts";
import type { Timers } from "../config/timers.ts";
import { MAX_MESSAGE_BYTES } from "../../protocol/limits.ts";
import type { Schema } from "../../protocol/schema.ts";
import type { Auth } from "./auth/auth.ts";
import type { GuardedKinds, IsRevoked, TopicKinds } from "./auth/identification.ts";
import type { RequestMaxima } from "./http/request-rates.ts";
import type { RouteName } from "./http/routes.ts";
import type { TopicSnapshotOptions } from "./http/topic-snapshot.ts";
import type { ReceiptReader } from "./receipt-waits.ts";
import type { ConnectionMaxima } from "./sessions/connection-limits.ts";
import type { SessionSettings } from "./sessions/client-session.ts";
import type { Subscribe } from "./sessions/session-topics.ts";
import type { OperationMaxima, OperationsOptions } from "./operations.ts";
import type { TransportChoice } from "./transports/choose-transport.ts";
import type { TransportLimits } from "./transports/transport.ts";

export interface GatewayOptions extends Timers {
  readonly hub: TopicSnapshotOptions["hub"] & Subscribe;
  readonly auth: Auth;
  readonly kinds: TopicKinds;
  /** Those of {@link kinds} whose topics decide themselves who may see them. */
  readonly guarded?: GuardedKinds;
  readonly isRevoked: IsRevoked;
  /** Undefined: clients may write to no row. */
  readonly writes?: OperationsOptions["writes"];
  /** Called with what became of each operation. */
  readonly operated?: OperationsOptions["told"];
  readonly readReceipt: ReceiptReader;
  /** True while the daemon vouches for what it sends. */
  readonly ready: () => boolean;
  /** Tells pages of the configuration. */
  readonly schema: Schema;
  readonly host: string;
  /** 0: the system chooses. */
  readonly port: number;
  readonly transport: TransportChoice;
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
  /** Limits on clients; those that are missing are as in the table of options. */
  readonly limits?: Partial<GatewayLimits>;
  /** How many connections of all kinds the process may have open; default: any number. */
  readonly maxSockets?: number | undefined;
  /** Proxies whose X-Forwarded-For is believed: addresses and CIDR ranges. */
  readonly trustedProxies?: readonly string[];
  /** Called with each request by HTTP; what it gives is called once, with the status of the answer. */
  readonly asked?: ((route: RouteName) => (status: number) => void) | undefined;
  /** Whether operators may ask what connections were sent. */
  readonly isRecording?: boolean;
  readonly log: Log;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly random: () => number;
}

/** Limits on what clients may use of the daemon. */
export interface GatewayLimits extends ConnectionMaxima, RequestMaxima, OperationMaxima {
  /** Connections of one address that are neither WebSockets nor event streams; trusted proxies may have any number. */
  readonly maxHttpConnectionsPerAddress: number;
  /** Messages that one connection may send in the long run; at once twice as many, and one for each topic. */
  readonly messagesPerSecond: number;
  /** Topics that one connection may be subscribed to. */
  readonly maxSubscriptions: number;
  /** A longer message ends its connection. */
  readonly maxMessageBytes: number;
  /** How deep a message may nest; those of the protocol need 3, and what an operation writes comes on top. */
  readonly maxJsonDepth: number;
}

/** As the table of options has them. */
const DEFAULT_LIMITS: GatewayLimits = {
  messagesPerSecond: 10,
  maxSubscriptions: 1000,
  maxMessageBytes: MAX_MESSAGE_BYTES,
  maxJsonDepth: 16,
  operationsPerSecond: 50,
  maxPendingOperations: 512,
  maxConnections: 20_000,
  maxConnectionsPerAddress: 2_000,
  maxHttpConnectionsPerAddress: 2_000,
  requestsPerSecondPerAddress: 1_000,
  requestsPerSecond: 100,
  maxConnectionsPerTopic: 2_000,
  maxConnectionsPerUser: 50,
  maxUnauthenticated: 2_000,
  maxUnauthenticatedPerAddress: 500,
};
const HIGH_WATER_BYTES = 64 * 1024;
const TOO_SLOW_MS = 30_000;
/** Far above the high-water mark and any document: reached only if the gateway's own limits fail. */
const MAX_BUFFERED_BYTES = 8 * 1024 * 1024;
/** Proxies drop connections after a minute of silence; twice that means that the peer is gone. */
const IDLE_TIMEOUT_MS = 120_000;

export interface GatewaySettings {
  readonly limits: GatewayLimits;
  readonly session: SessionSettings;
  readonly transport: TransportLimits;
}

/** @param options its `limits` may hold more than limits */
export function settingsOf(
  options: Pick<GatewayOptions, "heartbeatMs" | "highWaterBytes" | "tooSlowMs" | "idleTimeoutMs" | "limits">,
): GatewaySettings {
  const names = Object.keys(DEFAULT_LIMITS) as (keyof GatewayLimits)[];
  const limits = Object.fromEntries(
    names.map((name) => [name, options.limits?.[name] ?? DEFAULT_LIMITS[name]]),
  ) as unknown as GatewayLimits;
  return {
    limits,
    session: {
      heartbeatMs: options.heartbeatMs,
      highWaterBytes: options.highWaterBytes ?? HIGH_WATER_BYTES,
      tooSlowMs: options.tooSlowMs ?? TOO_SLOW_MS,
      messagesPerSecond: limits.messagesPerSecond,
      maxSubscriptions: limits.maxSubscriptions,
      maxJsonDepth: limits.maxJsonDepth,
    },
    transport: {
      maxMessageBytes: limits.maxMessageBytes,
      maxBufferedBytes: MAX_BUFFERED_BYTES,
      idleTimeoutMs: options.idleTimeoutMs ?? IDLE_TIMEOUT_MS,
    },
  };
}
