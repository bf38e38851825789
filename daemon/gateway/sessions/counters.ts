/** Counts since the start, of what limits stopped. */
const NAMES = [
  /** Messages over the rate, answered by a refusal. */
  "messagesRefused",
  /** Connections closed because they went on. */
  "tooManyMessages",
  /** Messages that made no sense. */
  "nonsense",
  /** Connections refused: of one address, in all, of one topic, of one user. */
  "connectionsPerAddress",
  "connections",
  "connectionsPerTopic",
  "connectionsPerUser",
  /** Connections ended unanswered: of one address, and for want of files. */
  "httpConnectionsPerAddress",
  "sockets",
  /** Requests by HTTP answered with 429: of one address, and of one bearer. */
  "requestsPerAddress",
  "requests",
  /** Batches of operations that were refused: of one user. */
  "operations",
  /** Connections without a token that had to make room for another, of their address and of all. */
  "unauthenticatedPerAddress",
  "unauthenticated",
] as const;

export type CounterName = (typeof NAMES)[number];

export class Counters {
  readonly #counts = new Map<CounterName, number>(NAMES.map((name) => [name, 0]));

  count(name: CounterName): void {
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + 1);
  }

  read(): Readonly<Record<CounterName, number>> {
    return Object.fromEntries(this.#counts) as Record<CounterName, number>;
  }
}
