/**
 * How many connections there may be: in all, of one address and of one topic, and fewer that have shown no token yet. A connection that is
 * refused is accepted and closed by a code, since a browser shows a page nothing of a handshake that failed.
 */
import type { CloseName } from "../../../protocol/codes.ts";
import type { CounterName, Counters } from "./counters.ts";

export interface ConnectionMaxima {
  readonly maxConnections: number;
  readonly maxConnectionsPerAddress: number;
  readonly maxConnectionsPerTopic: number;
  readonly maxUnauthenticated: number;
  readonly maxUnauthenticatedPerAddress: number;
}

/** One connection's place. */
export interface Seat {
  /** Why there was none; the connection must be closed. */
  readonly refusal: CloseName | undefined;
  /** The connection shows its token, or another one: it counts for these topics. The reason why it may not, and all stays as it was. */
  admit(topics: ReadonlySet<string>): CloseName | undefined;
  /** Idempotent. */
  leave(): void;
}

export class ConnectionLimits {
  readonly #maxima: ConnectionMaxima;
  readonly #counters: Counters;
  readonly #perAddress = new Tally();
  readonly #unauthenticatedPerAddress = new Tally();
  readonly #perTopic = new Tally();
  #all = 0;
  #unauthenticated = 0;

  constructor(maxima: ConnectionMaxima, counters: Counters) {
    this.#maxima = maxima;
    this.#counters = counters;
  }

  /** @param address as {@link clientAddress} groups them */
  enter(address: string): Seat {
    const refusal = this.#full(address);
    if (refusal !== undefined) return { refusal, admit: () => refusal, leave: () => undefined };
    this.#all++;
    this.#unauthenticated++;
    this.#perAddress.add(address);
    this.#unauthenticatedPerAddress.add(address);
    return new TakenSeat(this, address);
  }

  /** @see Seat.admit; `before` is undefined for a connection that has shown no token yet */
  admit(address: string, before: ReadonlySet<string> | undefined, next: ReadonlySet<string>): CloseName | undefined {
    for (const topic of next) {
      if (before?.has(topic) || this.#perTopic.count(topic) < this.#maxima.maxConnectionsPerTopic) continue;
      return this.#refuse("connectionsPerTopic", "tooMany");
    }
    this.#showOut(address, before);
    for (const topic of next) this.#perTopic.add(topic);
    return undefined;
  }

  leave(address: string, topics: ReadonlySet<string> | undefined): void {
    this.#all--;
    this.#perAddress.remove(address);
    this.#showOut(address, topics);
  }

  /** From among those of these topics, or from among those without a token. */
  #showOut(address: string, topics: ReadonlySet<string> | undefined): void {
    for (const topic of topics ?? []) this.#perTopic.remove(topic);
    if (topics !== undefined) return;
    this.#unauthenticated--;
    this.#unauthenticatedPerAddress.remove(address);
  }

  #full(address: string): CloseName | undefined {
    const maxima = this.#maxima;
    if (this.#all >= maxima.maxConnections) return this.#refuse("connections", "overloaded");
    if (this.#unauthenticated >= maxima.maxUnauthenticated) return this.#refuse("unauthenticated", "overloaded");
    if (this.#perAddress.count(address) >= maxima.maxConnectionsPerAddress) {
      return this.#refuse("connectionsPerAddress", "tooMany");
    }
    if (this.#unauthenticatedPerAddress.count(address) >= maxima.maxUnauthenticatedPerAddress) {
      return this.#refuse("unauthenticatedPerAddress", "tooMany");
    }
    return undefined;
  }

  #refuse(counter: CounterName, close: CloseName): CloseName {
    this.#counters.count(counter);
    return close;
  }
}

class TakenSeat implements Seat {
  readonly refusal = undefined;
  readonly #limits: ConnectionLimits;
  readonly #address: string;
  #topics: ReadonlySet<string> | undefined;
  #isHere = true;

  constructor(limits: ConnectionLimits, address: string) {
    this.#limits = limits;
    this.#address = address;
  }

  admit(topics: ReadonlySet<string>): CloseName | undefined {
    const refusal = this.#limits.admit(this.#address, this.#topics, topics);
    if (refusal === undefined) this.#topics = topics;
    return refusal;
  }

  leave(): void {
    if (this.#isHere) this.#limits.leave(this.#address, this.#topics);
    this.#isHere = false;
  }
}

/** How many there are of each key; a key that there is none of costs nothing. */
class Tally {
  readonly #counts = new Map<string, number>();

  count(key: string): number {
    return this.#counts.get(key) ?? 0;
  }

  add(key: string): void {
    this.#counts.set(key, this.count(key) + 1);
  }

  remove(key: string): void {
    const left = this.count(key) - 1;
    if (left > 0) this.#counts.set(key, left);
    else this.#counts.delete(key);
  }
}
