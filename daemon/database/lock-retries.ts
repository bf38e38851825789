import { FatalError } from "../config/errors.ts";
import { LockWatch } from "./lock-watch.ts";
import { errorCode } from "./reason.ts";
import type { Queryable } from "./session.ts";

export interface LockRetries {
  readonly session: Queryable & { readonly pid: number; script(text: string): Promise<void> };
  /** A second session, to see which session is in the way. */
  readonly observer: Queryable;
  /** One line about what is going on. */
  readonly tell: (line: string) => void;
  readonly random: () => number;
  readonly sleep: (delayMs: number) => Promise<void>;
}

/** Ten tries take about half a minute; a transaction that blocks for longer must be ended by its owner. */
const TRIES = 10;
const FIRST_DELAY_MS = 200;
const LONGEST_DELAY_MS = 5_000;

/** lock_not_available, and deadlock_detected where a server has a shorter deadlock_timeout. */
const LOCKED = new Set(["55P03", "40P01"]);

export function isLocked(error: unknown): boolean {
  return LOCKED.has(errorCode(error) ?? "");
}

/**
 * Runs `attempt`, which is a transaction, and where a lock is not to be had within its timeout rolls back and tries again, with jitter:
 * writers that have queued behind it get their turn. Throws FatalError that names the blocker when a table stays in use.
 */
export async function withLockRetries<T>(options: LockRetries, attempt: () => Promise<T>): Promise<T> {
  const { session, observer, tell } = options;
  const watch = new LockWatch(observer, session.pid, (blocker) => tell(`waiting for ${blocker}`));
  for (let count = 1; ; count += 1) {
    try {
      return await watch.during(attempt);
    } catch (error) {
      await session.script("rollback").catch(() => undefined);
      if (!isLocked(error)) throw error;
      const blocker = watch.describe();
      if (count === TRIES) {
        throw new FatalError(
          `A table that deltad must change is in use by ${blocker}. End its transaction, or try again later.`,
        );
      }
      tell(`waiting for ${blocker} to end its transaction (try ${count} of ${TRIES})`);
    }
    await options.sleep(delayMs(count, options.random));
  }
}

/** Between half and one and a half of a delay that doubles: others that wait for the same lock come at other times. */
function delayMs(count: number, random: () => number): number {
  return Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** (count - 1)) * (0.5 + random());
}
