/**
 * The bearer of a connection's token, who is served until the token expires, is refreshed or is revoked. Expiry has a timer of its own,
 * since a socket may be idle.
 */
import type { CloseName, ErrorCode } from "../../../protocol/codes.ts";
import type { Down } from "../../../protocol/down.ts";
import { noticeMs } from "../../../protocol/down/token-expiring.ts";
import { type AlarmClock, setAlarm } from "../sessions/timers.ts";
import type { TokenName } from "./claims.ts";
import type { Identification } from "./identification.ts";
import type { Identity } from "./identity.ts";

/** The same for every connection. */
export interface BearerServices extends AlarmClock {
  readonly identification: Pick<Identification, "identify">;
}

/** The connection whose bearer it is. */
export interface BearerOwner {
  send(message: Down): void;
  /** It counts for this bearer from now on; or why it may not, and all stays as it was. */
  admit(identity: Identity): CloseName | undefined;
  onExpired(): void;
  /** The topics of a token could not be looked up. */
  onUnavailable(error: unknown): void;
}

export class Bearer {
  readonly #owner: BearerOwner;
  readonly #services: BearerServices;
  #identity: Identity | undefined;
  #stopAlarm: (() => void) | undefined;
  /** The end that the client was told of last, in milliseconds since 1970: a token that ends no later is the same, or no better. */
  #toldOf = Number.NEGATIVE_INFINITY;
  #stopped = false;

  constructor(owner: BearerOwner, services: BearerServices) {
    this.#owner = owner;
    this.#services = services;
  }

  /** Undefined before the first good token. */
  get identity(): Identity | undefined {
    return this.#identity;
  }

  isAmong(revoked: (token: TokenName) => boolean): boolean {
    return this.#identity !== undefined && revoked(this.#identity.token);
  }

  /** The bearer of a first token, or why the connection must be closed. */
  async verify(token: string): Promise<Identity | CloseName> {
    try {
      return (await this.#services.identification.identify(token)) ?? "unauthenticated";
    } catch (error) {
      this.#owner.onUnavailable(error);
      return "overloaded";
    }
  }

  /**
   * Serves this bearer until its token expires; the client hears of it a minute before, or when three quarters of what is left have passed,
   * once per token. Gives the reason where there is no place for it, and all stays as it was.
   */
  serve(identity: Identity): CloseName | undefined {
    const refusal = this.#owner.admit(identity);
    if (refusal !== undefined) return refusal;
    this.#identity = identity;
    this.#stopAlarm?.();
    // One alarm after the other: each costs as long as it waits.
    const { expiresAtMs } = identity;
    const tellAtMs = expiresAtMs - noticeMs(expiresAtMs - this.#services.now());
    if (expiresAtMs <= this.#toldOf) this.#awaitEnd(identity);
    else this.#stopAlarm = setAlarm(tellAtMs, () => this.#expiring(identity), this.#services);
    return undefined;
  }

  /** The bearer of the new token from now on; or what is wrong with it, and everything stays as it was. */
  async refresh(token: string, current: Identity): Promise<Identity | ErrorCode> {
    const next = await this.verify(token);
    if (next === "overloaded") return "unavailable";
    if (this.#stopped || typeof next === "string" || !current.isSameSubject(next)) return "refresh_refused";
    return this.serve(next) === undefined ? next : "refresh_refused";
  }

  stop(): void {
    this.#stopped = true;
    this.#stopAlarm?.();
  }

  #expiring(identity: Identity): void {
    this.#toldOf = identity.expiresAtMs;
    this.#awaitEnd(identity);
    this.#tell("token_expiring", identity);
  }

  #awaitEnd(identity: Identity): void {
    this.#stopAlarm = setAlarm(identity.expiresAtMs, () => this.#expired(identity), this.#services);
  }

  #expired(identity: Identity): void {
    this.#tell("token_expired", identity);
    this.#owner.onExpired();
  }

  #tell(type: "token_expiring" | "token_expired", { expiresAtMs }: Identity): void {
    this.#owner.send({ type, timestamp: this.#services.now(), expiresAt: Math.floor(expiresAtMs) });
  }
}
