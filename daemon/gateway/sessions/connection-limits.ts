/**
 * How many connections there may be: in all, of one address, of one user and of one topic, and fewer that have shown no token yet; and which they are. A connection that is
 * refused is accepted and closed by a code, since a browser shows a page nothing of a handshake that failed.
 *
 * Whoever has shown a token, in the handshake or since, is never refused for the sake of those that have not. Of these the one that has
 * waited longest makes room for the next: who holds the places by silence would have to open them all again in the time that a client
 * takes to show its token.
 */
import type { CloseName } from "../../../protocol/codes.ts";
import type { ClientAddress } from "../http/client-address.ts";
import type { Identity } from "../auth/identity.ts";
import { AddressTally } from "./address-tally.ts";
import { ConnectionsByName } from "./connections-by-name.ts";
import type { CounterName, Counters } from "./counters.ts";
import { type Unauthenticated, UnauthenticatedConnections, type UnauthenticatedMaxima } from "./unauthenticated.ts";

export interface ConnectionMaxima extends UnauthenticatedMaxima {
  readonly maxConnections: number;
  readonly maxConnectionsPerAddress: number;
  readonly maxConnectionsPerTopic: number;
  /** Of one token's `sub`; administrators may have any number. */
  readonly maxConnectionsPerUser: number;
}

/** For whom a connection counts. */
type Bearer = Pick<Identity, "topics" | "user" | "isAdmin">;

/** One connection's place. */
export interface Seat<Connection> {
  /** Why there was none; the connection must be closed. */
  readonly refusal: CloseName | undefined;
  /** That the connection counts for. */
  readonly address: ClientAddress;
  /** The connection came without a token; it may have to go until {@link tokenShown}. */
  awaitToken(connection: Unauthenticated): void;
  tokenShown(): void;
  /** The connection's token is good, or another one is: it counts for its bearer. The reason why it may not, and all stays as it was. */
  admit(connection: Connection, bearer: Bearer): CloseName | undefined;
  /** Idempotent. */
  leave(): void;
}

/** How many users have connections, and how many connections are a user's. */
export interface UsersCount {
  readonly subjects: number;
  readonly connectionsOfSubjects: number;
}

export class ConnectionLimits<Connection extends object> {
  readonly #maxima: ConnectionMaxima;
  readonly #counters: Counters;
  readonly #perAddress = new AddressTally();
  readonly #byTopic = new ConnectionsByName<Connection>();
  readonly #byUser = new ConnectionsByName<Connection>();
  readonly #unauthenticated: UnauthenticatedConnections;
  #all = 0;

  constructor(maxima: ConnectionMaxima, counters: Counters) {
    this.#maxima = maxima;
    this.#counters = counters;
    this.#unauthenticated = new UnauthenticatedConnections(maxima, counters);
  }

  /** Those that were admitted by a token of this user. */
  ofUser(user: string): Iterable<Connection> {
    return this.#byUser.of(user);
  }

  get users(): UsersCount {
    return { subjects: this.#byUser.names, connectionsOfSubjects: this.#byUser.size };
  }

  /** Those whose token names the topic. */
  ofTopic(topic: string): Iterable<Connection> {
    return this.#byTopic.of(topic);
  }

  enter(address: ClientAddress): Seat<Connection> {
    const refusal = this.#full(address);
    if (refusal !== undefined) return new NoSeat(refusal, address);
    this.#all++;
    this.#perAddress.add(address);
    return new TakenSeat(this, this.#unauthenticated, address);
  }

  /** @see Seat.admit; `before` is undefined for a connection that had no good token yet */
  admit(connection: Connection, before: Bearer | undefined, next: Bearer): CloseName | undefined {
    const { maxConnectionsPerTopic, maxConnectionsPerUser } = this.#maxima;
    const { user, topics, isAdmin } = next;
    for (const topic of topics) {
      if (before?.topics.has(topic) || this.#byTopic.count(topic) < maxConnectionsPerTopic) continue;
      return this.#refuse("connectionsPerTopic", "tooMany");
    }
    const isMore = user !== undefined && user !== before?.user && !isAdmin;
    if (isMore && this.#byUser.count(user) >= maxConnectionsPerUser)
      return this.#refuse("connectionsPerUser", "tooMany");
    if (before !== undefined) this.#forget(connection, before);
    for (const topic of topics) this.#byTopic.add(topic, connection);
    if (user !== undefined) this.#byUser.add(user, connection);
    return undefined;
  }

  /** @param admitted undefined for a connection that never had a good token */
  leave(address: ClientAddress, admitted: Admitted<Connection> | undefined): void {
    this.#all--;
    this.#perAddress.remove(address);
    if (admitted !== undefined) this.#forget(admitted.connection, admitted.bearer);
  }

  #forget(connection: Connection, { topics, user }: Bearer): void {
    for (const topic of topics) this.#byTopic.remove(topic, connection);
    if (user !== undefined) this.#byUser.remove(user, connection);
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

class NoSeat implements Seat<object> {
  readonly refusal: CloseName;
  readonly address: ClientAddress;

  constructor(refusal: CloseName, address: ClientAddress) {
    this.refusal = refusal;
    this.address = address;
  }

  awaitToken(): void {}
  tokenShown(): void {}
  leave(): void {}

  admit(): CloseName {
    return this.refusal;
  }
}

interface Admitted<Connection> {
  readonly connection: Connection;
  readonly bearer: Bearer;
}

class TakenSeat<Connection extends object> implements Seat<Connection> {
  readonly refusal = undefined;
  readonly #limits: ConnectionLimits<Connection>;
  readonly #unauthenticated: UnauthenticatedConnections;
  readonly address: ClientAddress;
  #connection: Unauthenticated | undefined;
  #admitted: Admitted<Connection> | undefined;
  #isHere = true;

  constructor(
    limits: ConnectionLimits<Connection>,
    unauthenticated: UnauthenticatedConnections,
    address: ClientAddress,
  ) {
    this.#limits = limits;
    this.#unauthenticated = unauthenticated;
    this.address = address;
  }

  awaitToken(connection: Unauthenticated): void {
    this.#connection = connection;
    this.#unauthenticated.add(connection, this.address);
  }

  tokenShown(): void {
    if (this.#connection !== undefined) this.#unauthenticated.remove(this.#connection);
    this.#connection = undefined;
  }

  admit(connection: Connection, bearer: Bearer): CloseName | undefined {
    const refusal = this.#limits.admit(connection, this.#admitted?.bearer, bearer);
    if (refusal === undefined) this.#admitted = { connection, bearer };
    return refusal;
  }

  leave(): void {
    if (!this.#isHere) return;
    this.#isHere = false;
    this.tokenShown();
    this.#limits.leave(this.address, this.#admitted);
  }
}
