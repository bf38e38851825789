/**
 * Whom a connection serves, and for how long: the bearer of its token, until that expires, is refreshed or is revoked. Expiry has a timer
 * of its own, since a socket may be idle.
 */
import type { ErrorCode } from "../../protocol/codes.ts";
import type { Down } from "../../protocol/down.ts";
import type { AlarmClock } from "./alarm.ts";
import type { TokenName } from "./claims.ts";
import type { Seat } from "./connection-limits.ts";
import type { Identity } from "./identity.ts";
import { isSameSubject } from "./refresh.ts";
import { watchToken } from "./token-life.ts";

export interface BearerOptions {
  /** As {@link Identification} has it. */
  readonly identify: (token: string) => Promise<Identity | undefined>;
  readonly seat: Seat;
  readonly clock: AlarmClock;
  readonly send: (message: Down) => void;
  readonly onExpired: () => void;
  /** The owners of a new token could not be looked up. */
  readonly onUnavailable: (error: unknown) => void;
}

export class Bearer {
  readonly #options: BearerOptions;
  #identity: Identity | undefined;
  #unwatch: () => void = () => {};
  #stopped = false;

  constructor(options: BearerOptions) {
    this.#options = options;
  }

  isAmong(revoked: (token: TokenName) => boolean): boolean {
    return this.#identity !== undefined && revoked(this.#identity.token);
  }

  /** Serves this bearer until its token expires; the client hears of it a minute before. */
  set(identity: Identity): void {
    const { clock, send, onExpired } = this.#options;
    this.#identity = identity;
    this.#unwatch();
    const expiresAt = Math.floor(identity.expiresAtMs);
    const tell = (type: "token_expiring" | "token_expired"): void => send({ type, timestamp: clock.now(), expiresAt });
    const end = (): void => {
      tell("token_expired");
      onExpired();
    };
    this.#unwatch = watchToken(
      identity.expiresAtMs,
      { onExpiring: () => tell("token_expiring"), onExpired: end },
      clock,
    );
  }

  /** The bearer of the new token from now on; or what is wrong with it, and everything stays as it was. */
  async refresh(token: string, current: Identity): Promise<Identity | ErrorCode> {
    const { identify, seat, onUnavailable } = this.#options;
    let next: Identity | undefined;
    try {
      next = await identify(token);
    } catch (error) {
      onUnavailable(error);
      return "unavailable";
    }
    if (this.#stopped || next === undefined || !isSameSubject(current, next)) return "refresh_refused";
    if (seat.admit(next.owners) !== undefined) return "refresh_refused";
    this.set(next);
    return next;
  }

  stop(): void {
    this.#stopped = true;
    this.#unwatch();
  }
}
