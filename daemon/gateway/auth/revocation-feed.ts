/**
 * The revoked tokens that the database holds, at most some seconds old: one small statement every two seconds per daemon, whatever the
 * number of sockets, and one that reads them all when there is a new one. A question before the first reading waits for it. While the
 * database is away nobody can revoke, and the last reading still holds.
 */
import type { Log } from "../../config/log.ts";
import type { Timers } from "../../config/timers.ts";
import { errorCode } from "../../database/reason.ts";
import type { Queryable } from "../../database/session.ts";
import type { Sessions } from "../../database/session-pool.ts";
import type { TokenName } from "./claims.ts";
import { type Revocation, RevokedTokens } from "./revoked-tokens.ts";

export interface RevocationFeedOptions extends Timers {
  readonly sessions: Sessions<Queryable>;
  /** There are other revocations than before: open connections must be looked at. */
  readonly onChange: () => void;
  readonly log: Log;
}

const EVERY_MS = 2_000;

/** No such schema, no such table: a database that is not migrated yet, where nobody can have revoked anything. */
const NOT_THERE = new Set(["3F000", "42P01"]);

const STATE = `
  select coalesce(max(id), 0)::text as latest,
         count(*) filter (where expires_at <= clock_timestamp())::int as expired
    from deltad.revocation`;
const ALL = `
  select token_id as "tokenId", subject, extract(epoch from issued_until)::float8 as "issuedUntil"
    from deltad.revocation`;

export class RevocationFeed {
  readonly #options: RevocationFeedOptions;
  #revoked: RevokedTokens | undefined;
  /** The greatest id that was read. */
  #latest: string | undefined;
  #reading: Promise<void> | undefined;
  #timer: unknown;
  #isAway = false;
  #stopped = false;

  constructor(options: RevocationFeedOptions) {
    this.#options = options;
  }

  start(): void {
    void this.#poll();
  }

  /** Idempotent. */
  stop(): void {
    this.#stopped = true;
    this.#options.clearTimeout(this.#timer);
  }

  /** Rejects while the database has not been read once. */
  async isRevoked(token: TokenName): Promise<boolean> {
    if (this.#revoked === undefined) await this.#readOnce();
    if (this.#revoked === undefined) throw new Error("revocations could not be read yet");
    return this.#revoked.has(token);
  }

  /** By what was read last. */
  readonly has = (token: TokenName): boolean => this.#revoked?.has(token) ?? false;

  async #poll(): Promise<void> {
    await this.#readOnce();
    if (!this.#stopped) this.#timer = this.#options.setTimeout(() => void this.#poll(), EVERY_MS);
  }

  #readOnce(): Promise<void> {
    this.#reading ??= this.#read().finally(() => {
      this.#reading = undefined;
    });
    return this.#reading;
  }

  async #read(): Promise<void> {
    try {
      await this.#options.sessions.run((session) => this.#readFrom(session));
      this.#isAway = false;
    } catch (error) {
      if (NOT_THERE.has(errorCode(error) ?? "")) return this.#learn("none", []);
      if (!this.#isAway && !this.#stopped)
        this.#options.log.warn({ error }, "cannot read revoked tokens; trying again");
      this.#isAway = true;
    }
  }

  async #readFrom(session: Queryable): Promise<void> {
    const [state] = await session.query<{ latest: string; expired: number }>(STATE);
    if (state === undefined) throw new Error("deltad.revocation gave no answer");
    if (state.expired > 0) await session.query("select deltad.expire_revocations()");
    // A row that comes between the two statements is read now, and once more with the next state.
    if (state.latest !== this.#latest) this.#learn(state.latest, await session.query<Revocation>(ALL));
  }

  #learn(latest: string, revocations: readonly Revocation[]): void {
    if (latest === this.#latest) return;
    this.#latest = latest;
    this.#revoked = new RevokedTokens(revocations);
    if (!this.#stopped) this.#options.onChange();
  }
}
