import type { Timers } from "../../config/timers.ts";

/** A session, as far as a drain needs it. */
export interface Drainable {
  drain(retryMs: readonly [number, number]): void;
  finish(): void;
}

/** Closing 500 connections takes a few milliseconds; ten such batches a second leave the loop free. */
const BATCH = 500;
const BATCH_INTERVAL_MS = 100;
/** After this the rest is closed at once. */
const MAX_DRAIN_MS = 10_000;
/** How long to wait for the peers' part of the closing handshakes. */
const FAREWELL_MS = 500;
const MIN_RETRY_MS = 500;
/** Clients come back spread over at least this, and at no more than a thousand a second. */
const MIN_RETRY_SPREAD_MS = 2_000;
const RETRY_MS_PER_CLIENT = 1;

/**
 * Says `bye` to all sessions, then closes them in batches. Resolves when the last one was told to close and had time to answer.
 * Sessions leave the set as they end.
 */
export async function drainSessions(sessions: ReadonlySet<Drainable>, setTimeout: Timers["setTimeout"]): Promise<void> {
  if (sessions.size === 0) return;
  const pause = (delayMs: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, delayMs));
  const leaving = [...sessions];
  const spreadMs = Math.max(MIN_RETRY_SPREAD_MS, leaving.length * RETRY_MS_PER_CLIENT);
  const perBatch = Math.max(BATCH, Math.ceil((leaving.length * BATCH_INTERVAL_MS) / MAX_DRAIN_MS));
  for (let start = 0; start < leaving.length; start += perBatch) {
    if (start > 0) await pause(BATCH_INTERVAL_MS);
    const batch = leaving.slice(start, start + perBatch);
    for (const session of batch) session.drain([MIN_RETRY_MS, MIN_RETRY_MS + spreadMs]);
    for (const session of batch) session.finish();
  }
  await pause(FAREWELL_MS);
}
