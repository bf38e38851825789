import { setTimeout as sleep } from "node:timers/promises";
import type { Queryable } from "./session.ts";

interface Blocker {
  readonly pid: number;
  readonly role: string | null;
  readonly application: string | null;
  readonly state: string | null;
  readonly seconds: number | null;
}

/** Two looks at least within a lock wait of 800 ms. */
const LOOK_EVERY_MS = 300;
/** In looks: more than a second. */
const LONG_WAIT = 4;

/** Finds, from another session, the sessions that make one wait for a lock. */
export class LockWatch {
  readonly #observer: Queryable;
  readonly #pid: number;
  readonly #onLongWait: (blockers: string) => void;
  #blockers: readonly Blocker[] = [];

  /** `pid`: the backend that may wait. `onLongWait` is told once who makes it wait, when it has waited for more than a second. */
  constructor(observer: Queryable, pid: number, onLongWait: (blockers: string) => void = () => undefined) {
    this.#observer = observer;
    this.#pid = pid;
    this.#onLongWait = onLongWait;
  }

  /** Does the work, looking meanwhile. */
  async during<T>(work: () => Promise<T>): Promise<T> {
    this.#blockers = [];
    const done = new AbortController();
    // Looking is a courtesy: neither its failure nor a slow observer is the work's.
    void this.#look(done.signal).catch(() => undefined);
    try {
      return await work();
    } finally {
      done.abort();
    }
  }

  /** Whether somebody was in the way in the latest {@link during}. */
  get hasSeen(): boolean {
    return this.#blockers.length > 0;
  }

  /** The sessions that were last seen in the way, as a phrase. */
  describe(): string {
    return this.#blockers.map(describeBlocker).join(" and ") || "a session that is gone";
  }

  async #look(done: AbortSignal): Promise<void> {
    let waits = 0;
    for (;;) {
      try {
        await sleep(LOOK_EVERY_MS, undefined, { signal: done });
      } catch {
        return;
      }
      const seen = await this.#observer.query<Blocker>(BLOCKERS, [this.#pid]);
      if (done.aborted) return;
      if (seen.length > 0) this.#blockers = seen;
      waits = seen.length > 0 ? waits + 1 : 0;
      if (waits === LONG_WAIT) this.#onLongWait(this.describe());
    }
  }
}

// Their statements are not shown: those may hold data. Without pg_read_all_stats their state is hidden, but not their role.
const BLOCKERS = `select pid, usename as role, application_name as application, state,
       extract(epoch from clock_timestamp() - xact_start)::int as seconds
  from pg_stat_activity
 where pid = any (pg_blocking_pids($1))`;

function describeBlocker({ pid, role, application, state, seconds }: Blocker): string {
  const details = [
    role && `role ${role}`,
    application && `application ${application}`,
    state && seconds !== null && `${state}, its transaction began ${seconds} s ago`,
  ].filter(Boolean);
  return details.length > 0 ? `session ${pid} (${details.join(", ")})` : `session ${pid}`;
}
