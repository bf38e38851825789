import type { Session } from "../database/session.ts";
import type { Plan } from "../definition/plan.ts";
import type { JsonObject } from "../metrics/published.ts";
import { recomputeSelect } from "./recompute.ts";
import { recomputedDocuments, type RecomputedRow } from "./recomputed-document.ts";

export interface Sessions {
  run<T>(work: (session: Session) => Promise<T>): Promise<T>;
}

export interface RecomputeRequest {
  readonly plan: Plan;
  readonly sessions: Sessions;
  /** From `pg_export_snapshot()`. */
  readonly snapshotId: string;
  /** Owners whose time zone PostgreSQL knows: one that it doesn't would fail the statement. */
  readonly owners: Promise<readonly string[]>;
  /** The instant, in microseconds since 1970. */
  readonly t: number;
}

export interface Recompute {
  /** Settles, without error, once the snapshot is no longer needed. */
  readonly imported: Promise<void>;
  /** By owner; owners without a row have none. */
  readonly documents: Promise<ReadonlyMap<string, JsonObject>>;
}

/** Computes documents the second way, at an exported snapshot. */
export function recomputeAt({ plan, sessions, snapshotId, owners, t }: RecomputeRequest): Recompute {
  let settle = (): void => undefined;
  const imported = new Promise<void>((resolve) => {
    settle = resolve;
  });
  const documents = sessions
    .run(async (session) => {
      await session.script(
        `begin isolation level repeatable read read only; set transaction snapshot '${snapshotId.replaceAll("'", "''")}'`,
      );
      settle();
      const rows = await session.query<RecomputedRow>(recomputeSelect(plan), [await owners, t]);
      await session.script("commit");
      return recomputedDocuments(plan, rows);
    })
    .finally(settle);
  return { imported, documents };
}
