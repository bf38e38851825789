/**
 * Public keys from a JWKS URL (RFC 7517): the only file that knows jwks-rsa. The whole set is kept by key id; an id that isn't there may be
 * a key that was just added, so the set is read again, but however many such tokens come, not more than once in a few seconds. A set that
 * can't be read again is used for a while, since the tokens of all clients depend on it, and then no more, since a key may have been taken out.
 *
 * The host behind the URL is trusted to name keys, and for nothing else: an answer that is too long or too late is given up with its
 * connection, and an entry that is no key costs itself alone.
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
/** Some hundreds of keys. */
const MAX_SET_BYTES = 512 * 1024;

export class JwksKeys implements KeyFinder {
  readonly #client: JwksClient;
  readonly #now: () => number;
  readonly #log: Log;
  #keys: ReadonlyMap<string | undefined, JwtKeys> = new Map();
  #readAtMs = Number.NEGATIVE_INFINITY;
  #askedAtMs = Number.NEGATIVE_INFINITY;
  #reading: Promise<void> | undefined;

  constructor({ url, now, log, timeoutMs = TIMEOUT_MS }: JwksOptions) {
    this.#client = new JwksClient({ jwksUri: url, cache: false, fetcher: () => readSet(url, timeoutMs) });
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
      this.#keys = byId(await this.#client.getSigningKeys());
      this.#readAtMs = this.#now();
    } catch (error) {
      this.#log.warn({ error }, "cannot read the keys of DELTAD_JWKS_URL");
    } finally {
      this.#reading = undefined;
    }
  }
}

/** @throws Error where the answer is not a set of keys, longer than any, or not there in time; its connection is closed then */
async function readSet(url: string, timeoutMs: number): Promise<{ keys: object[] }> {
  const abort = new AbortController();
  const reading = readJson(url, abort.signal);
  const answer = await within(timeoutMs, "DELTAD_JWKS_URL", reading, (late) => abort.abort(late));
  const keys: unknown = typeof answer === "object" && answer !== null && "keys" in answer ? answer.keys : undefined;
  if (!Array.isArray(keys)) throw new Error("the answer of DELTAD_JWKS_URL is not a set of keys");
  return { keys: keys.filter((entry): entry is object => typeof entry === "object" && entry !== null) };
}

async function readJson(url: string, signal: AbortSignal): Promise<unknown> {
  const response = await fetch(url, { signal, redirect: "error", headers: { accept: "application/json" } });
  if (!response.ok || response.body === null) {
    await response.body?.cancel();
    throw new Error(`DELTAD_JWKS_URL answered with ${response.status}`);
  }
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of response.body as ReadableStream<Uint8Array>) {
    length += chunk.length;
    // To leave the loop closes the connection.
    if (length > MAX_SET_BYTES) throw new Error(`the answer of DELTAD_JWKS_URL is longer than ${MAX_SET_BYTES} bytes`);
    chunks.push(chunk);
  }
  return JSON.parse(Buffer.concat(chunks).toString()) as unknown;
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
