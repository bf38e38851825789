/**
 * How many connections there may be: in all, of one address and of one topic, and fewer that have shown no token yet. A connection that is
 * refused is accepted and closed by a code, since a browser shows a page nothing of a handshake that failed.
 *
 * Whoever has shown a token, in the handshake or since, is never refused for the sake of those that have not. Of these the one that has
 * waited longest makes room for the next: who holds the places by silence would have to open them all again in the time that a client
 * takes to show its token.
 */
import type { CloseName } from "../../../protocol/codes.ts";
import type { ClientAddress } from "../http/client-address.ts";
import { AddressTally, Tally } from "./address-tally.ts";
import type { CounterName, Counters } from "./counters.ts";
import { type Unauthenticated, UnauthenticatedConnections, type UnauthenticatedMaxima } from "./unauthenticated.ts";

export interface ConnectionMaxima extends UnauthenticatedMaxima {
  readonly maxConnections: number;
  readonly maxConnectionsPerAddress: number;
  readonly maxConnectionsPerTopic: number;
}

/** One connection's place. */
export interface Seat {
  /** Why there was none; the connection must be closed. */
  readonly refusal: CloseName | undefined;
  /** The connection came without a token; it may have to go until {@link tokenShown}. */
  awaitToken(connection: Unauthenticated): void;
  tokenShown(): void;
  /** The connection's token is good, or another one is: it counts for these topics. The reason why it may not, and all stays as it was. */
  admit(topics: ReadonlySet<string>): CloseName | undefined;
  /** Idempotent. */
  leave(): void;
}

export class ConnectionLimits {
  readonly #maxima: ConnectionMaxima;
  readonly #counters: Counters;
  readonly #perAddress = new AddressTally();
  readonly #perTopic = new Tally();
  readonly #unauthenticated: UnauthenticatedConnections;
  #all = 0;

  constructor(maxima: ConnectionMaxima, counters: Counters) {
    this.#maxima = maxima;
    this.#counters = counters;
    this.#unauthenticated = new UnauthenticatedConnections(maxima, counters);
  }

  enter(address: ClientAddress): Seat {
    const refusal = this.#full(address);
    if (refusal !== undefined) return new NoSeat(refusal);
    this.#all++;
    this.#perAddress.add(address);
    return new TakenSeat(this, this.#unauthenticated, address);
  }

  /** @see Seat.admit; `before` is undefined for a connection that had no good token yet */
  admit(before: ReadonlySet<string> | undefined, next: ReadonlySet<string>): CloseName | undefined {
    for (const topic of next) {
      if (before?.has(topic) || this.#perTopic.count(topic) < this.#maxima.maxConnectionsPerTopic) continue;
      return this.#refuse("connectionsPerTopic", "tooMany");
    }
    for (const topic of before ?? []) this.#perTopic.remove(topic);
    for (const topic of next) this.#perTopic.add(topic);
    return undefined;
  }

  leave(address: ClientAddress, topics: ReadonlySet<string> | undefined): void {
    this.#all--;
    this.#perAddress.remove(address);
    for (const topic of topics ?? []) this.#perTopic.remove(topic);
  }

  #full(address: ClientAddress): CloseName | undefined {
    const maxima = this.#maxima;
    if (this.#all >= maxima.maxConnections) return this.#refuse("connections", "overloaded");
    if (!this.#perAddress.isFull(address, maxima.maxConnectionsPerAddress)) return undefined;
    return this.#refuse("connectionsPerAddress", "tooMany");
  }

  #refuse(counter: CounterName, close: CloseName): CloseName {
    this.#counters.count(counter);
    return close;
  }
}

class NoSeat implements Seat {
  readonly refusal: CloseName;

  constructor(refusal: CloseName) {
    this.refusal = refusal;
  }

  awaitToken(): void {}
  tokenShown(): void {}
  leave(): void {}

  admit(): CloseName {
    return this.refusal;
  }
}

class TakenSeat implements Seat {
  readonly refusal = undefined;
  readonly #limits: ConnectionLimits;
  readonly #unauthenticated: UnauthenticatedConnections;
  readonly #address: ClientAddress;
  #connection: Unauthenticated | undefined;
  #topics: ReadonlySet<string> | undefined;
  #isHere = true;

  constructor(limits: ConnectionLimits, unauthenticated: UnauthenticatedConnections, address: ClientAddress) {
    this.#limits = limits;
    this.#unauthenticated = unauthenticated;
    this.#address = address;
  }

  awaitToken(connection: Unauthenticated): void {
    this.#connection = connection;
    this.#unauthenticated.add(connection, this.#address);
  }

  tokenShown(): void {
    if (this.#connection !== undefined) this.#unauthenticated.remove(this.#connection);
    this.#connection = undefined;
  }

  admit(topics: ReadonlySet<string>): CloseName | undefined {
    const refusal = this.#limits.admit(this.#topics, topics);
    if (refusal === undefined) this.#topics = topics;
    return refusal;
  }

  leave(): void {
    if (!this.#isHere) return;
    this.#isHere = false;
    this.tokenShown();
    this.#limits.leave(this.#address, this.#topics);
  }
}
