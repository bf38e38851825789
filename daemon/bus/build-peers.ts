/** Which bus a daemon has: the operator's choice, where something of the configuration needs one. */
import { randomUUID } from "node:crypto";
import type { Bus } from "./bus.ts";
import { type Connect, ConnectedBus } from "./connected-bus.ts";
import { MemoryExchange } from "./memory-bus.ts";
import { BusPeers, type BusPeersOptions } from "./peers.ts";
import { connectPostgres, NOTIFY_BETWEEN_MS } from "./postgres-connection.ts";
import { connectRedis } from "./redis-connection.ts";

export interface BusChoice {
  readonly connect: Connect;
  readonly betweenMs: number;
}

export interface PeersOptions extends Omit<BusPeersOptions, "bus" | "node"> {
  readonly choice: BusChoice;
  /** Nobody is told anything otherwise: the daemon has no session more, and is heard by itself alone. */
  readonly isNeeded: boolean;
  /** Instead of the one that was chosen: tests have several daemons on one. */
  readonly bus?: Bus | undefined;
}

/**
 * Connects nothing yet.
 * @throws ConfigError where a package is missing
 */
export async function chooseBus(config: {
  readonly databaseUrl: string;
  readonly busUrl: string | undefined;
}): Promise<BusChoice> {
  if (config.busUrl !== undefined) return { connect: await connectRedis(config.busUrl), betweenMs: 0 };
  return { connect: connectPostgres(config.databaseUrl), betweenMs: NOTIFY_BETWEEN_MS };
}

export function buildPeers({ choice, isNeeded, bus, ...options }: PeersOptions): BusPeers {
  const chosen = isNeeded ? new ConnectedBus({ ...choice, ...options }) : new MemoryExchange().open();
  return new BusPeers({ ...options, bus: bus ?? chosen, node: randomUUID() });
}
