import { randomUUID } from "node:crypto";
import type { Batch } from "../../daemon/capture/batch.ts";
import { parseReply } from "../../daemon/capture/batch-row.ts";
import { HEARTBEAT } from "../../daemon/capture/capture-options.ts";
import { openReaderSession } from "../../daemon/capture/reader-session.ts";
import { readKind } from "../../daemon/capture/read-kind.ts";
import { batchStatements, type BatchStatements } from "../../daemon/capture/statement.ts";
import type { Session } from "../../daemon/database/session.ts";
import { sourcesOfEvents } from "../../daemon/plan/event-select.ts";
import type { Plan } from "../../daemon/plan/plan.ts";

/** Reads a plan's batches one at a time, when a test says so, in a session like the reader's. */
export class BatchReader {
  readonly #session: Session;
  readonly #statements: BatchStatements;
  readonly #zones: readonly string[];
  #cursor: string;

  /** From now on; everything before counts as read. */
  static async open(url: string, plan: Plan, zones: readonly string[] = ["UTC"]): Promise<BatchReader> {
    const session = await openReaderSession({ url, heartbeat: HEARTBEAT });
    const [row] = await session.query<{ cursor: string }>("select pg_current_snapshot()::text as cursor");
    return new BatchReader(session, plan, zones, row?.cursor ?? "");
  }

  private constructor(session: Session, plan: Plan, zones: readonly string[], cursor: string) {
    this.#session = session;
    this.#statements = batchStatements(plan.tables, [readKind(plan)], sourcesOfEvents(plan));
    this.#zones = zones;
    this.#cursor = cursor;
  }

  /** What was committed since the last read, of these owners or of all. */
  async read(owners?: readonly string[]): Promise<Batch> {
    const values = [this.#cursor, randomUUID(), this.#zones, owners ?? null];
    const [batch] = parseReply(await this.#session.rows(this.#statements.read, values), "epoch").batches;
    this.#cursor = batch.snapshot;
    return batch;
  }

  close(): Promise<void> {
    return this.#session.close();
  }
}
