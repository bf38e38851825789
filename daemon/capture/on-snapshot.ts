/**
 * Reads at a snapshot that the reader exported, on another session. The watched tables are locked in ACCESS SHARE mode while the reader
 * still holds the same locks, so that no table is rewritten between the snapshot and the reading. An ALTER TABLE that queues for its lock
 * in between would wait for the reader, the other session for it, and the reader for that one, unseen by PostgreSQL: hence a short
 * lock_timeout, after which the reading fails and is tried again later.
 */
import { within } from "../database/deadline.ts";
import type { Prepared, TextRow, TextSession } from "../database/session.ts";
import type { Sessions } from "../database/session-pool.ts";

/** Nothing but ACCESS EXCLUSIVE makes a reading wait, and then the application's writes wait as well: give way at once. */
const LOCK_TIMEOUT_MS = 200;
/** As long as a session may take to connect. A cut waits for no reading longer, nor could it: it hears of nothing meanwhile. */
const IMPORT_MS = 5_000;
/** The server's own limit on a statement comes first; this side's is for a session that has gone silent. */
const MARGIN_MS = 500;

export interface ReadingSession extends TextSession {
  rows(statement: Prepared, values: readonly unknown[], timeoutMs?: number): Promise<TextRow[]>;
  script(text: string, timeoutMs?: number): Promise<void>;
}

export interface ReadingOnSnapshot<Result> {
  readonly sessions: Sessions<ReadingSession>;
  /** From `pg_export_snapshot()`. */
  readonly snapshotId: string;
  /** That of `lockStatement`. */
  readonly lock: string;
  /** How long each statement may take on the server, in milliseconds; undefined: as long as the session lets it. */
  readonly timeoutMs: number | undefined;
  readonly read: (session: ReadingSession) => Promise<Result>;
}

export interface Reading<Result> {
  /** Settles, without error and within 5 s, once the snapshot is no longer needed. */
  readonly imported: Promise<void>;
  readonly result: Promise<Result>;
}

export function readOnSnapshot<Result>(reading: ReadingOnSnapshot<Result>): Reading<Result> {
  const { sessions, timeoutMs, read } = reading;
  let settle = (): void => undefined;
  const imported = new Promise<void>((resolve) => {
    settle = resolve;
  });
  let isLate = false;
  const inTime = within(IMPORT_MS, "a session that loads", imported).catch(() => {
    isLate = true;
  });
  const result = sessions
    .run(async (session) => {
      if (!isLate) await importSnapshot(session, reading);
      // The reader may have let its locks go before this session had them.
      if (isLate) throw new Error(`no session took the snapshot within ${IMPORT_MS} ms`);
      settle();
      const limited = withTimeout(session, timeoutMs);
      const found = await read(limited);
      await limited.script("commit");
      return found;
    })
    .finally(settle);
  return { imported: inTime, result };
}

async function importSnapshot(
  session: ReadingSession,
  { snapshotId, lock, timeoutMs }: Pick<ReadingOnSnapshot<unknown>, "snapshotId" | "lock" | "timeoutMs">,
): Promise<void> {
  await session.script(
    [
      "begin isolation level repeatable read read only",
      ...(timeoutMs === undefined ? [] : [`set local statement_timeout = ${timeoutMs}`]),
      `set transaction snapshot '${snapshotId.replaceAll("'", "''")}'`,
      `set local lock_timeout = ${LOCK_TIMEOUT_MS}`,
      lock,
    ].join("; "),
    IMPORT_MS,
  );
}

/** The same session, of which a statement that has no answer by then is given up, and the session with it. */
function withTimeout(session: ReadingSession, timeoutMs: number | undefined): ReadingSession {
  if (timeoutMs === undefined) return session;
  return {
    rows: (statement, values) => session.rows(statement, values, timeoutMs + MARGIN_MS),
    script: (text) => session.script(text, timeoutMs + MARGIN_MS),
  };
}
