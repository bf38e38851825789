import { advice } from "./development.ts";

/** Why a token is asked for: there is none, the daemon didn't take the last one, it has expired, or it is about to. */
export type TokenReason = "connect" | "refused" | "expired" | "expiring";

/** Why a token is asked for, and until when. */
export interface TokenRequest {
  readonly reason: TokenReason;
  /** Aborted when the token is no longer wanted. */
  readonly signal: AbortSignal;
}

/** Gets a token from the application's own server. Where it rejects, throws or gives no token, it is asked again after a pause. */
export type GetToken = (request: TokenRequest) => string | Promise<string>;

/** No daemon reads a longer one: it would end the connection for it. */
const LONGEST_TOKEN = 16_000;

/** Keeps a token while it works, so that a connection that is lost costs the application no new one. */
export class Tokens {
  readonly #getToken: GetToken;
  readonly #now: () => number;
  #kept: string | undefined;
  /** By the client's clock. */
  #expiresAt = Infinity;

  constructor(getToken: GetToken, now: () => number) {
    this.#getToken = getToken;
    this.#now = now;
  }

  /** Rejects with what `getToken` throws, and with a TypeError where it gives what can't be a token. */
  async take(reason: TokenReason, signal: AbortSignal): Promise<string> {
    const expired = this.#now() >= this.#expiresAt;
    if (reason === "connect" && this.#kept !== undefined && !expired) return this.#kept;
    if (reason !== "expiring") this.forget();
    const token: unknown = await this.#getToken({
      reason: reason === "connect" && expired ? "expired" : reason,
      signal,
    });
    if (typeof token !== "string" || token === "" || token.length > LONGEST_TOKEN) {
      throw new TypeError(`getToken gave ${typeof token}${advice("token")}`);
    }
    // An attempt that was given up may answer late; what came since is newer.
    if (!signal.aborted) {
      this.#kept = token;
      this.#expiresAt = Infinity;
    }
    return token;
  }

  /** The daemon took the token, and says until when by its own clock. */
  accepted({ timestamp, expiresAt }: { readonly timestamp: number; readonly expiresAt: number }): void {
    this.#expiresAt = this.#now() + expiresAt - timestamp;
  }

  forget(): void {
    this.#kept = undefined;
    this.#expiresAt = Infinity;
  }
}
