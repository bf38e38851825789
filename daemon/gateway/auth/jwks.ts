/**
 * Public keys from a JWKS URL (RFC 7517): the only file that knows jwks-rsa. The whole set is kept by key id; an id that isn't there may be
 * a key that was just added, so the set is read again, but however many such tokens come, not more than once in a few seconds. A set that
 * can't be read again is used for a while, since the tokens of all clients depend on it, and then no more, since a key may have been taken out.
 */
import { createPublicKey } from "node:crypto";
import { JwksClient } from "jwks-rsa";
import type { Log } from "../../config/log.ts";
import { within } from "../../database/deadline.ts";
import { algorithmOf, type JwtKeys, type KeyFinder } from "./jwt-key.ts";

export interface JwksOptions {
  readonly url: string;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly log: Log;
  /** For one reading. Default 3 s: a client has 5 s to authenticate. */
  readonly timeoutMs?: number;
}

const TIMEOUT_MS = 3_000;
/** A key that was taken out is refused after this. */
const FRESH_MS = 5 * 60_000;
/** How long to go by a set that can't be read again. */
const KEPT_MS = 60 * 60_000;
const BETWEEN_READS_MS = 5_000;

export class JwksKeys implements KeyFinder {
  readonly #client: JwksClient;
  readonly #timeoutMs: number;
  readonly #now: () => number;
  readonly #log: Log;
  #keys: ReadonlyMap<string | undefined, JwtKeys> = new Map();
  #readAtMs = Number.NEGATIVE_INFINITY;
  #askedAtMs = Number.NEGATIVE_INFINITY;
  #reading: Promise<void> | undefined;

  constructor({ url, now, log, timeoutMs = TIMEOUT_MS }: JwksOptions) {
    this.#timeoutMs = timeoutMs;
    this.#client = new JwksClient({ jwksUri: url, cache: false, timeout: timeoutMs });
    this.#now = now;
    this.#log = log;
  }

  /** @throws Error while the keys can't be read, and the last ones are too old */
  async find(keyId: string | undefined): Promise<JwtKeys | undefined> {
    if (!this.#keys.has(keyId) || this.#ageMs() >= FRESH_MS) await this.#readAgain();
    if (this.#ageMs() >= KEPT_MS) throw new Error("the keys of DELTAD_JWKS_URL cannot be read");
    return this.#keys.get(keyId);
  }

  #ageMs(): number {
    return this.#now() - this.#readAtMs;
  }

  async #readAgain(): Promise<void> {
    if (this.#reading === undefined) {
      if (this.#now() - this.#askedAtMs < BETWEEN_READS_MS) return;
      this.#askedAtMs = this.#now();
      this.#reading = this.#read();
    }
    await this.#reading;
  }

  async #read(): Promise<void> {
    try {
      this.#keys = byId(await within(this.#timeoutMs, "DELTAD_JWKS_URL", this.#client.getSigningKeys()));
      this.#readAtMs = this.#now();
    } catch (error) {
      this.#log.warn({ error }, "cannot read the keys of DELTAD_JWKS_URL");
    } finally {
      this.#reading = undefined;
    }
  }
}

/** Each key with the one algorithm that it is for. A set of one key is also for tokens that name none. */
function byId(
  set: readonly { readonly kid?: string; readonly alg?: string; getPublicKey(): string }[],
): ReadonlyMap<string | undefined, JwtKeys> {
  const keys = new Map<string | undefined, JwtKeys>();
  for (const entry of set) {
    const key = createPublicKey(entry.getPublicKey());
    const algorithm = algorithmOf(key);
    if (algorithm === undefined || (entry.alg !== undefined && entry.alg !== algorithm)) continue;
    keys.set(entry.kid, { algorithm, keys: [key] });
  }
  const [only] = keys.values();
  if (keys.size === 1 && only !== undefined) keys.set(undefined, only);
  else keys.delete(undefined);
  return keys;
}
