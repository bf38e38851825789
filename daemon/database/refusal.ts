import { finding, FindingsError } from "./findings.ts";

/** A server's answers about itself in the first two statements of a session. */
export interface ServerFacts {
  readonly versionNumber: number;
  readonly inRecovery: boolean;
}

/** Where deltad can't work it says so in one sentence instead of being wrong later. */
export function refuseServer(facts: ServerFacts): void {
  if (facts.versionNumber < 140_000) {
    const major = Math.floor(facts.versionNumber / 10_000);
    throw new FindingsError([
      finding("server_too_old", `PostgreSQL ${major} is too old: deltad needs PostgreSQL 14 or newer.`),
    ]);
  }
  if (facts.inRecovery) {
    throw new FindingsError([
      finding("server_standby", "The server is a standby (read-only replica): point DATABASE_URL at the primary."),
    ]);
  }
}

/**
 * Behind a pooler in transaction mode statements of one session meet different backends, or two sessions the same one; LISTEN,
 * advisory locks and the cursor then mean nothing.
 */
export function refusePooler(pooled: boolean): void {
  if (pooled) {
    throw new FindingsError([
      finding(
        "pooler_transaction_mode",
        "DATABASE_URL leads through a connection pooler in transaction mode: use the direct URL of PostgreSQL (or session mode).",
      ),
    ]);
  }
}
