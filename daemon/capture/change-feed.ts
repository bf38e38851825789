/**
 * Feeds the sink from one session: every change that commits after the first cursor comes in exactly one batch that the sink took; the
 * cursor moves only once the sink has taken the batch; calls never overlap. A turn rejects where one of these becomes doubtful.
 */
import type { LockWatch } from "../database/lock-watch.ts";
import { isDataError } from "../database/data-error.ts";
import { reasonOf } from "../database/reason.ts";
import type { Prepared, Session, TextRow } from "../database/session.ts";
import { badRowsOf } from "./bad-rows.ts";
import { parseReply, type Reply } from "./batch-row.ts";
import type { CaptureCollaborators, CaptureOptions } from "./capture-options.ts";
import { Contention, type Refusal, refusable } from "./contention.ts";
import { inCut } from "./cut.ts";
import { Fingerprint } from "./fingerprint.ts";
import type { Heartbeat } from "./heartbeat.ts";
import type { Listener } from "./listener.ts";
import type { Pruner } from "./pruner.ts";
import type { ReadScheduler } from "./read-scheduler.ts";
import { type BatchStatements, batchStatements } from "./statement.ts";

export interface ChangeFeedOptions {
  readonly capture: CaptureOptions;
  readonly with: CaptureCollaborators;
  readonly epoch: string;
  readonly session: Session;
  /** Watches the session. */
  readonly locks: LockWatch;
  /** The snapshot from which on the feed owes every change. */
  readonly cursor: string;
  /** Whether writers notify while the bell is held. */
  readonly writersNotify: boolean;
  readonly scheduler: ReadScheduler;
  readonly heartbeat: Heartbeat;
  readonly listener: Pick<Listener, "isConnected">;
  readonly pruner: Pick<Pruner, "noteRead">;
}

/** Of each kind, the owners whose grains are wanted; undefined for all. */
type Wanted = readonly (readonly string[] | undefined)[];

/** A reply that comes later than this is told in the log. */
const SLOW_MS = 2_000;
/** A turn that is to be read again at once, without a pause. */
const RETRY_MS = 1;

export interface Turn {
  /** Whether it was a heartbeat. */
  readonly wasHeartbeat: boolean;
  /** A delay in milliseconds before the same batch is tried again; 0 when a batch was taken. */
  readonly retryMs: number;
}

export class ChangeFeed {
  readonly #options: ChangeFeedOptions;
  readonly #statements: BatchStatements;
  readonly #contention: Contention;
  readonly #fingerprint = new Fingerprint();
  #cursor: string;

  constructor(options: ChangeFeedOptions) {
    const { capture, cursor } = options;
    this.#options = options;
    this.#statements = batchStatements(capture.tables, capture.kinds, capture.eventSources);
    this.#contention = new Contention(options.with.log);
    this.#cursor = cursor;
  }

  /** Reads once, and gives the batch to the sink. */
  async turn(): Promise<Turn> {
    const { with: collaborators, heartbeat } = this.#options;
    const nowMs = collaborators.now();
    const wasHeartbeat = heartbeat.isDue(nowMs);
    if (!wasHeartbeat && collaborators.sink.wantsCut() && this.#contention.msUntilLoads(nowMs) === 0) {
      const refusal = await this.#readInCut();
      if (!refusal) return { wasHeartbeat, retryMs: 0 };
      if (isDataError(refusal.error)) return { wasHeartbeat, retryMs: await this.#refused(refusal.error, nowMs) };
      this.#contention.loadsRefused(refusal.error, nowMs);
    }
    const refusal = await this.#readPlainly(wasHeartbeat);
    if (refusal) return { wasHeartbeat, retryMs: await this.#refused(refusal.error, nowMs) };
    this.#contention.batchRead();
    return { wasHeartbeat, retryMs: 0 };
  }

  /** How long the pause before the next turn may be. */
  longestPauseMs(): number {
    const { with: collaborators, heartbeat } = this.#options;
    const nowMs = collaborators.now();
    const untilHeartbeat = heartbeat.msUntilDue(nowMs);
    return collaborators.sink.wantsCut()
      ? Math.min(untilHeartbeat, this.#contention.msUntilLoads(nowMs))
      : untilHeartbeat;
  }

  async #readPlainly(isHeartbeat: boolean): Promise<Refusal | undefined> {
    const { sink } = this.#options.with;
    this.#options.scheduler.readBegins();
    const beganMs = this.#options.with.now();
    const zones = sink.zones().length;
    const read = (): Promise<TextRow[]> => this.#read(isHeartbeat);
    const rows = await refusable(this.#contention.isRefused ? this.#options.locks.during(read) : read());
    if ("error" in rows) return this.#named(rows);
    const reply = this.#vouchFor(rows.value, beganMs);
    if (isHeartbeat) this.#options.heartbeat.answered(reply.queueUsage ?? 0, this.#options.listener.isConnected);
    // A heartbeat has moved the lease to the cursor from which its batch was read.
    this.#options.pruner.noteRead(reply.found, isHeartbeat);
    const owed = this.#readEnded(reply);
    if (sink.needsCut(reply.batches)) {
      await this.#send(owed);
      return this.#readInCut();
    }
    if (this.#lacksZones(reply, zones)) {
      await this.#send(owed);
      return this.#readPlainly(false);
    }
    const compared = await refusable(this.#compare(reply));
    if ("error" in compared) {
      await this.#send(owed);
      return compared;
    }
    // Clients first: giving the bell back is for writers to come.
    const applied = sink.apply(reply.batches);
    await allOver(applied, this.#send(owed));
    this.#cursor = reply.batches[0].snapshot;
    return undefined;
  }

  async #readInCut(): Promise<Refusal | undefined> {
    const { capture, session, locks, scheduler, pruner } = this.#options;
    let taken: Reply | undefined;
    let early: Reply | undefined;
    const given = scheduler.cutBegins();
    if (given) await this.#send([given]);
    scheduler.readBegins();
    const beganMs = this.#options.with.now();
    const zones = this.#options.with.sink.zones().length;
    const use = async (rows: TextRow[]): Promise<void> => {
      const reply = this.#vouchFor(rows, beganMs);
      if (this.#lacksZones(reply, zones)) {
        early = reply;
        return;
      }
      await this.#compare(reply);
      taken = reply;
      await this.#options.with.sink.applyCut(reply.batches, { snapshotId: reply.exportedSnapshot ?? "" });
    };
    const cut = inCut(session, capture.tables, this.#statements, this.#values(), use, locks);
    const done = await refusable(cut);
    // Once the sink has been given the batch, reading it again would fold it twice.
    if ("error" in done) {
      if (taken) throw done.error;
      return this.#named(done);
    }
    if (early) {
      await this.#send(this.#readEnded(early));
      return this.#readInCut();
    }
    if (!taken) throw new Error("a cut ended without a batch");
    this.#contention.loadsBegun();
    this.#cursor = taken.batches[0].snapshot;
    pruner.noteRead(taken.found, false);
    await this.#send(this.#readEnded(taken));
    return undefined;
  }

  /** Gives how long to wait, in milliseconds, before the batch is read again. */
  async #refused(error: unknown, nowMs: number): Promise<number> {
    if (!isDataError(error)) return this.#contention.batchRefused(error, nowMs);
    const outcome = await refusable(this.#setBadRowsAside(error));
    return "error" in outcome ? this.#contention.batchRefused(outcome.error, nowMs) : RETRY_MS;
  }

  /** Tells the sinks whose rows make the batch fail. Rejects with `error` where it is no owner's rows that do. */
  async #setBadRowsAside(error: unknown): Promise<void> {
    const { session, with: collaborators } = this.#options;
    const canRead = async (owners: Wanted): Promise<boolean> => {
      try {
        await session.rows(this.#statements.read, this.#values(owners));
        return true;
      } catch (failure) {
        if (isDataError(failure)) return false;
        throw failure;
      }
    };
    const found = await badRowsOf(collaborators.sink.kinds, canRead);
    if (found.length === 0) throw error;
    for (const { sink, owners } of found) sink.unreadable(owners, error);
  }

  /** The refusal with who was in the way, where that was seen. */
  #named(refusal: Refusal): Refusal {
    const { locks } = this.#options;
    if (!locks.hasSeen) return refusal;
    const { error } = refusal;
    return { error: new Error(`${reasonOf(error)}: ${locks.describe()} is in the way`, { cause: error }) };
  }

  #read(isHeartbeat: boolean): Promise<TextRow[]> {
    const { session, scheduler, heartbeat } = this.#options;
    const statement = this.#statements[scheduler.nextForm(isHeartbeat)];
    if (!isHeartbeat) return session.rows(statement, this.#values());
    const values = [...this.#values(), heartbeat.begin(this.#options.with.now())];
    return session.rows(statement, values, heartbeat.timeoutMs);
  }

  #values(owners: Wanted = this.#options.with.sink.owners()): unknown[] {
    const { epoch, with: collaborators } = this.#options;
    return [this.#cursor, epoch, collaborators.sink.zones(), ...owners.map((wanted) => wanted ?? null)];
  }

  #vouchFor(rows: TextRow[], beganMs: number): Reply {
    const { epoch, session, with: collaborators } = this.#options;
    const tookMs = collaborators.now() - beganMs;
    if (tookMs > SLOW_MS) {
      const fields = { tookMs: Math.round(tookMs), rows: rows.length };
      collaborators.log.warn(fields, "a batch of changes took long to read: all owners' frames are late by that");
    }
    const reply = parseReply(rows, epoch, tookMs, collaborators.sink.kinds.length);
    if (!reply.leaseLives) throw new Error("the reader's lease has expired");
    if (reply.pid !== session.pid) throw new Error("the session's backend changed: a pooler in transaction mode");
    return reply;
  }

  /**
   * An owner of a zone that was found good since there were so many may be live by now: its rows and events need what the zone says, and
   * are to be read again.
   */
  #lacksZones(reply: Reply, zones: number): boolean {
    return reply.found && this.#options.with.sink.zones().length > zones;
  }

  #compare(reply: Reply): Promise<void> {
    const { capture, session, with: collaborators } = this.#options;
    return this.#fingerprint.compare(reply, capture.kinds, () => collaborators.check(session));
  }

  /** The statements that are owed to writers and other daemons after this read. */
  #readEnded(reply: Reply): readonly Prepared[] {
    const { with: collaborators, scheduler, writersNotify, heartbeat, listener } = this.#options;
    return scheduler.readEnded(reply, {
      maySleep: writersNotify && heartbeat.isBellRung && listener.isConnected,
      isNeeded: collaborators.sink.owners().some((wanted) => wanted?.length !== 0),
      nowMs: collaborators.now(),
    });
  }

  async #send(statements: readonly Prepared[]): Promise<void> {
    for (const statement of statements) await this.#options.session.rows(statement, []);
  }
}

/** Rejects as the first that did, but not before the others are over too: the sink hears of no loss while it takes a batch. */
async function allOver(...work: readonly Promise<unknown>[]): Promise<void> {
  for (const outcome of await Promise.allSettled(work)) if (outcome.status === "rejected") throw outcome.reason;
}
