import { lockStatement } from "../capture/statement.ts";
import type { Session } from "../database/session.ts";
import type { Sessions } from "../database/session-pool.ts";
import type { Plan } from "../plan/plan.ts";
import type { JsonObject } from "../../protocol/json.ts";
import { recomputeSelect } from "./recompute.ts";
import { recomputedDocuments, type RecomputedRow } from "./recomputed-document.ts";

export interface RecomputeRequest {
  readonly plan: Plan;
  readonly sessions: Sessions<Session>;
  /** From `pg_export_snapshot()`. */
  readonly snapshotId: string;
  /** Owners whose time zone PostgreSQL knows: one that it doesn't would fail the statement. */
  readonly owners: Promise<readonly string[]>;
  /** The instant, in microseconds since 1970. */
  readonly t: number | Promise<number>;
}

export interface Recompute {
  /** Settles, without error, once the snapshot is no longer needed. */
  readonly imported: Promise<void>;
  /** By owner; owners without a row have none. */
  readonly documents: Promise<ReadonlyMap<string, JsonObject>>;
}

/** An ALTER TABLE in between would wait for the exporter, this for it, and the exporter for this: as short as a load waits. */
const LOCK_TIMEOUT_MS = 200;

/** Computes documents the second way, at an exported snapshot. */
export function recomputeAt({ plan, sessions, snapshotId, owners, t }: RecomputeRequest): Recompute {
  let settle = (): void => undefined;
  const imported = new Promise<void>((resolve) => {
    settle = resolve;
  });
  const documents = sessions
    .run(async (session) => {
      const snapshot = `set transaction snapshot '${snapshotId.replaceAll("'", "''")}'`;
      // Locked while the exporter still holds its own locks: a table that is rewritten first would be read as an empty one.
      await session.script(
        `begin isolation level repeatable read read only; ${snapshot}; set local lock_timeout = ${LOCK_TIMEOUT_MS}; ${lockStatement(plan.tables)}`,
      );
      settle();
      const rows = await session.query<RecomputedRow>(recomputeSelect(plan), [await owners, await t]);
      await session.script("commit");
      return recomputedDocuments(plan, rows);
    })
    .finally(settle);
  return { imported, documents };
}
