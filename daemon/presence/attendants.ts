import { TokenBucket } from "../config/token-bucket.ts";
import type { Attendant } from "../hub/topic-side.ts";

/** Of one connection and topic. At once, and in the long run. */
const UPDATES = { atOnce: 5, perSecond: 5 / 30 };
const SIGNS = { atOnce: 2, perSecond: 1 / 3 };

/** What a connection has said of its user at the topic. Most say nothing. */
interface Said {
  isAway: boolean;
  isTyping: boolean;
}

/** What it may still say. */
interface Limits {
  readonly updates: TokenBucket;
  readonly signs: TokenBucket;
}

/** Connections of a user. */
interface Connections {
  count: number;
  away: number;
}

/** The connections to this daemon that attend one topic, by their users. */
export class Attendants {
  readonly #now: () => number;
  readonly #users = new Map<string, Connections>();
  readonly #said = new Map<Attendant, Said>();
  /** By connection: who unsubscribes and comes back may say no more than who stays. */
  readonly #limits = new WeakMap<object, Limits>();

  /** @param now milliseconds */
  constructor(now: () => number) {
    this.#now = now;
  }

  enter(user: string): void {
    const own = this.#users.get(user);
    if (own === undefined) this.#users.set(user, { count: 1, away: 0 });
    else own.count += 1;
  }

  /** True: it was the user's last. */
  leave(attendant: Attendant, user: string): boolean {
    const own = this.#users.get(user);
    if (own === undefined) return false;
    if (this.#said.get(attendant)?.isAway) own.away -= 1;
    this.#said.delete(attendant);
    own.count -= 1;
    if (own.count === 0) this.#users.delete(user);
    return own.count === 0;
  }

  /** Whether all connections of the user are out of sight. */
  isAway(user: string): boolean {
    const { count, away } = this.#users.get(user) ?? { count: 0, away: 0 };
    return count === away;
  }

  setAway(attendant: Attendant, user: string, isAway: boolean): void {
    const own = this.#users.get(user);
    const said = this.#of(attendant);
    if (own === undefined || said.isAway === isAway) return;
    said.isAway = isAway;
    own.away += isAway ? 1 : -1;
  }

  /** False: it said too much. */
  mayUpdate({ connection }: Attendant): boolean {
    return this.#limitsOf(connection).updates.take();
  }

  /** False: it said that it types too often. */
  mayType(attendant: Attendant): boolean {
    if (!this.#limitsOf(attendant.connection).signs.take()) return false;
    this.#of(attendant).isTyping = true;
    return true;
  }

  /** Never too much, as it is no news where it did not say that it types: false. */
  stopsTyping(attendant: Attendant): boolean {
    const said = this.#said.get(attendant);
    if (!said?.isTyping) return false;
    said.isTyping = false;
    return true;
  }

  #of(attendant: Attendant): Said {
    const said = this.#said.get(attendant) ?? { isAway: false, isTyping: false };
    this.#said.set(attendant, said);
    return said;
  }

  #limitsOf(connection: object): Limits {
    const limits = this.#limits.get(connection) ?? {
      updates: new TokenBucket(UPDATES.atOnce, UPDATES.perSecond, this.#now),
      signs: new TokenBucket(SIGNS.atOnce, SIGNS.perSecond, this.#now),
    };
    this.#limits.set(connection, limits);
    return limits;
  }
}
