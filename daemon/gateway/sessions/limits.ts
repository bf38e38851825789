import { MAX_MESSAGE_BYTES } from "../../../protocol/limits.ts";
import type { ConnectionMaxima } from "./connection-limits.ts";

/** What clients may use of the daemon. */
export interface GatewayLimits extends ConnectionMaxima {
  /** Messages that one connection may send in the long run; at once twice as many, and one for each owner. */
  readonly messagesPerSecond: number;
  /** Owners that one connection may be subscribed to. */
  readonly maxSubscriptions: number;
  /** A longer message ends its connection. */
  readonly maxMessageBytes: number;
  /** How deep a message may nest; those of the protocol need 1. */
  readonly maxJsonDepth: number;
}

/** As the table of options has them. */
const DEFAULT_LIMITS: GatewayLimits = {
  messagesPerSecond: 10,
  maxSubscriptions: 1000,
  maxMessageBytes: MAX_MESSAGE_BYTES,
  maxJsonDepth: 8,
  maxConnections: 20_000,
  maxConnectionsPerAddress: 2_000,
  maxConnectionsPerOwner: 2_000,
  maxUnauthenticated: 2_000,
  maxUnauthenticatedPerAddress: 500,
};

/** @param given may hold more than limits */
export function withDefaults(given: Partial<GatewayLimits>): GatewayLimits {
  const names = Object.keys(DEFAULT_LIMITS) as (keyof GatewayLimits)[];
  return Object.fromEntries(
    names.map((name) => [name, given[name] ?? DEFAULT_LIMITS[name]]),
  ) as unknown as GatewayLimits;
}
