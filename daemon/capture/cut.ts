import type { LockWatch } from "../database/lock-watch.ts";
import type { Session, TextRow } from "../database/session.ts";
import { lockStatement, type BatchStatements } from "./statement.ts";
import type { WatchedTable } from "../plan/watched-table.ts";

/**
 * Reads a batch inside one transaction whose snapshot stays exported, and open to importers, until `use` settles.
 *
 * The watched, change and reset tables are locked in ACCESS SHARE mode before the snapshot is taken. Snapshot first, then an ALTER
 * TABLE that rewrites the table and commits: a load at that snapshot would count no rows, and nothing would ever correct it.
 * The level is READ COMMITTED, so that the lock's own snapshot does not become the transaction's: the batch statement takes a new
 * one after the locks, exports it, and is the only statement that reads.
 *
 * Errors leave nothing behind: the transaction is rolled back, and `use` was not called or has failed itself.
 */
export async function inCut(
  session: Session,
  tables: readonly WatchedTable[],
  statements: BatchStatements,
  values: readonly unknown[],
  use: (rows: TextRow[]) => Promise<void>,
  locks?: Pick<LockWatch, "during">,
): Promise<void> {
  const begin = (): Promise<void> => session.script(`begin isolation level read committed; ${lockStatement(tables)}`);
  try {
    await (locks ? locks.during(begin) : begin());
    await use(await session.rows(statements.cut, values));
  } catch (error) {
    if (session.isOpen) await session.script("rollback").catch(() => undefined);
    throw error;
  }
  await session.script("commit");
}
