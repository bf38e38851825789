/**
 * Whom a connection serves, and for how long: the bearer of its token, until that expires, is refreshed or is revoked. Expiry has a timer
 * of its own, since a socket may be idle.
 */
import type { ErrorCode } from "../../../protocol/codes.ts";
import type { Down } from "../../../protocol/down.ts";
import type { AlarmClock } from "../sessions/alarm.ts";
import type { TokenName } from "./claims.ts";
import type { Seat } from "../sessions/connection-limits.ts";
import type { Identification, Identity } from "./identity.ts";
import { isSameSubject } from "./refresh.ts";
import { type TokenEvents, watchToken } from "./token-life.ts";

/** The same for every connection. */
export interface BearerServices extends AlarmClock {
  readonly identification: Pick<Identification, "identify">;
}

/** Whose bearer it is. */
export interface BearerOwner {
  send(message: Down): void;
  onExpired(): void;
  /** The topics of a new token could not be looked up. */
  onUnavailable(error: unknown): void;
}

export class Bearer implements TokenEvents {
  readonly #owner: BearerOwner;
  readonly #seat: Seat;
  readonly #services: BearerServices;
  #identity: Identity | undefined;
  #unwatch: (() => void) | undefined;
  #stopped = false;

  constructor(owner: BearerOwner, seat: Seat, services: BearerServices) {
    this.#owner = owner;
    this.#seat = seat;
    this.#services = services;
  }

  isAmong(revoked: (token: TokenName) => boolean): boolean {
    return this.#identity !== undefined && revoked(this.#identity.token);
  }

  /** Serves this bearer until its token expires; the client hears of it a minute before. */
  set(identity: Identity): void {
    this.#identity = identity;
    this.#unwatch?.();
    this.#unwatch = watchToken(identity.expiresAtMs, this, this.#services);
  }

  onExpiring(): void {
    this.#tell("token_expiring");
  }

  onExpired(): void {
    this.#tell("token_expired");
    this.#owner.onExpired();
  }

  /** The bearer of the new token from now on; or what is wrong with it, and everything stays as it was. */
  async refresh(token: string, current: Identity): Promise<Identity | ErrorCode> {
    let next: Identity | undefined;
    try {
      next = await this.#services.identification.identify(token);
    } catch (error) {
      this.#owner.onUnavailable(error);
      return "unavailable";
    }
    if (this.#stopped || next === undefined || !isSameSubject(current, next)) return "refresh_refused";
    if (this.#seat.admit(next.topics) !== undefined) return "refresh_refused";
    this.set(next);
    return next;
  }

  stop(): void {
    this.#stopped = true;
    this.#unwatch?.();
  }

  #tell(type: "token_expiring" | "token_expired"): void {
    const expiresAt = Math.floor(this.#identity?.expiresAtMs ?? 0);
    this.#owner.send({ type, timestamp: this.#services.now(), expiresAt });
  }
}
