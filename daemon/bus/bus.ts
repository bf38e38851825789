/**
 * What carries messages between the daemons of one database. A message comes to all of them, the sender included, or to some, or to none; it may
 * come late, twice, and after a later one. What daemons make of that is in peers.ts: rows and numbers never depend on it.
 */
export type BusHealth = { readonly isUp: true } | { readonly isUp: false; readonly reason: string };

export interface Bus {
  /** Connects, and again whenever the connection is lost; a bus that is away is told by {@link onHealth}, and never throws. */
  start(): void;
  /** Best effort: while the bus is away the message is lost. */
  publish(message: Uint8Array): void;
  /**
   * One listener, before `start`. What comes can be anybody's: nothing says that a daemon made it. It returns false for what no daemon has
   * made, and need not be given what came together with it.
   */
  onMessage(listener: (message: Uint8Array) => boolean): void;
  /** One listener, before `start`; called when that changes. */
  onHealth(listener: (health: BusHealth) => void): void;
  /** What is published does not come back, though the bus is up: it connects anew, if it has a connection. */
  renew(reason: string): void;
  /** Sends what waits to be sent. Bounded and idempotent. */
  stop(): Promise<void>;
}
