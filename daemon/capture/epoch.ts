/**
 * The life of one reader session: it opens, reads until it is stopped or fails, and closes. Its cursor, bell and lease die with
 * it, which is why batches of different epochs can't be compared.
 *
 * To the sink: every change that commits after `begin` comes in exactly one batch that it took; the cursor moves only once it has
 * taken the batch; calls never overlap. Whatever makes one of these doubtful ends the epoch.
 */
import { randomUUID } from "node:crypto";
import { within } from "../database/deadline.ts";
import type { Prepared, Session, TextRow } from "../database/session.ts";
import { parseReply, type Reply } from "./batch-row.ts";
import { BELL_CHANNEL, RELEASE_BELL, writersMayNotify } from "./bell.ts";
import type { CaptureCollaborators, CaptureOptions } from "./capture-options.ts";
import { Contention, isContention } from "./contention.ts";
import { inCut } from "./cut.ts";
import { Heartbeat } from "./heartbeat.ts";
import { Lead } from "./leader-lock.ts";
import { Listener } from "./listener.ts";
import type { Pruner } from "./pruner.ts";
import { openReaderSession, refuseSharedBackend, registerReader, releaseReader } from "./reader-session.ts";
import { Rhythm } from "./rhythm.ts";
import { type BatchStatements, batchStatements } from "./statement.ts";

export class Epoch {
  readonly id = randomUUID();
  readonly #options: CaptureOptions;
  readonly #with: CaptureCollaborators;
  readonly #pruner: Pruner;
  readonly #leases: Set<string>;
  readonly #statements: BatchStatements;
  readonly #rhythm = new Rhythm();
  readonly #heartbeat: Heartbeat;
  readonly #contention: Contention;
  readonly #lead: Lead;
  readonly #listener: Listener;
  #session: Session | undefined;
  #cursor = "";
  #incarnation = "";
  #mayNotify = true;
  /** Rows were read that the lease's cursor has not passed yet. */
  #unpruned = false;
  #failure: Error | undefined;
  #stopping = false;

  /** `leases`: those of this daemon that were not given back. Earlier epochs' keep rows that nobody will read. */
  constructor(options: CaptureOptions, collaborators: CaptureCollaborators, pruner: Pruner, leases: Set<string>) {
    this.#options = options;
    this.#with = collaborators;
    this.#pruner = pruner;
    this.#leases = leases;
    this.#statements = batchStatements(options.tables, options.deltaSelects, options.told);
    this.#contention = new Contention(collaborators.log);
    this.#lead = new Lead(options.tables);
    const fail = (error: Error): void => this.#fail(error);
    this.#heartbeat = new Heartbeat(this.id, options.heartbeat, collaborators.now(), fail, collaborators.log);
    const events = {
      onBell: () => this.#rhythm.ring(),
      onProbe: (payload: string) => this.#heartbeat.heard(payload),
      onConnection: () => {
        this.#heartbeat.forgetProbe();
        this.#rhythm.wake();
      },
    };
    this.#listener = new Listener(options.url, events, collaborators.log);
  }

  /** Throws ConfigError for the operator's mistakes, another Error where trying again may help. */
  async open(): Promise<void> {
    const session = await openReaderSession(this.#options);
    this.#session = session;
    session.onLost((reason) => this.#fail(new Error(reason)));
    // The bell rings here as well, so that the backend that will read wakes with it, not after the listener has told of it.
    session.onNotification(() => this.#rhythm.ring());
    await refuseSharedBackend(session, this.#with.sessions);
    await this.#listener.start();
    await this.#refuseBrokenCapture(session);
    await session.script(`listen ${BELL_CHANNEL}`);
    const { cursor, canPrepare, incarnation } = await registerReader(session, this.id);
    this.#incarnation = incarnation;
    for (const id of this.#leases) await this.#release(session, id);
    this.#leases.add(this.id);
    this.#cursor = cursor;
    this.#mayNotify = writersMayNotify(canPrepare, this.#options.twoPhase);
    if (!this.#mayNotify) {
      this.#with.log.info(
        {},
        "the server allows PREPARE TRANSACTION: looking every 100 ms instead of listening (see twoPhase)",
      );
    }
  }

  /** Reads until `stop`; rejects when the epoch is lost. */
  async run(): Promise<void> {
    this.#with.onBegin?.(this.#incarnation);
    this.#with.sink.begin(this.id, this.#incarnation);
    this.#with.log.info({ epoch: this.id }, "reading changes");
    this.#pruner.prune();
    while (!this.#stopping) {
      const delayMs = await this.#turn(this.#openSession());
      if (delayMs > 0) await this.#rhythm.wait(delayMs);
      else await this.#rhythm.pause(this.#longestPauseMs());
    }
  }

  async rows(statement: Prepared, values: readonly unknown[]): Promise<TextRow[]> {
    return this.#openSession().rows(statement, values);
  }

  nudge(): void {
    this.#rhythm.wake();
  }

  stop(): void {
    this.#stopping = true;
    this.#rhythm.wake();
  }

  /** Gives lease, bell and lead back where the session still answers. Bounded. */
  async close(): Promise<void> {
    this.#heartbeat.forgetProbe();
    const session = this.#session;
    if (session?.isOpen) await within(1_000, "the lease", this.#leave(session)).catch(() => undefined);
    await Promise.all([session?.close(), this.#listener.stop()]);
  }

  async #leave(session: Session): Promise<void> {
    await this.#release(session, this.id);
    await ask(session, this.#lead.give());
  }

  async #release(session: Session, id: string): Promise<void> {
    await releaseReader(session, id);
    this.#leases.delete(id);
  }

  /** One read, and what follows from it. Gives a delay in milliseconds when the same batch must be tried again. */
  async #turn(session: Session): Promise<number> {
    const nowMs = this.#with.now();
    const isHeartbeat = this.#heartbeat.isDue(nowMs);
    if (!isHeartbeat && this.#with.sink.wantsCut() && this.#contention.msUntilLoads(nowMs) === 0) {
      const refusal = await this.#readInCut(session);
      if (!refusal) return 0;
      this.#contention.loadsRefused(refusal.error, nowMs);
    }
    const refusal = await this.#readPlainly(session, isHeartbeat);
    if (refusal) return this.#contention.batchRefused(refusal.error, nowMs);
    this.#contention.batchRead();
    return 0;
  }

  #longestPauseMs(): number {
    const nowMs = this.#with.now();
    const untilHeartbeat = this.#heartbeat.msUntilDue(nowMs);
    return this.#with.sink.wantsCut() ? Math.min(untilHeartbeat, this.#contention.msUntilLoads(nowMs)) : untilHeartbeat;
  }

  async #readPlainly(session: Session, isHeartbeat: boolean): Promise<Refusal | undefined> {
    this.#rhythm.readBegins();
    const rows = await refusable(isHeartbeat ? this.#beat(session) : this.#read(session));
    if ("error" in rows) return rows;
    const reply = this.#vouchFor(rows.value, session);
    if (isHeartbeat) this.#afterHeartbeat(reply);
    else this.#unpruned ||= reply.found;
    const owed = this.#endRead(reply);
    if (this.#with.sink.needsCut(reply.batch)) {
      await owed(session);
      return this.#readInCut(session);
    }
    // Clients first: giving the bell back is for writers to come.
    const applied = this.#with.sink.apply(reply.batch);
    await allOver(applied, owed(session));
    this.#cursor = reply.batch.snapshot;
    if (isHeartbeat && this.#heartbeat.isCheckDue(this.#with.now())) await this.#checkAgain(session);
    return undefined;
  }

  async #readInCut(session: Session): Promise<Refusal | undefined> {
    let taken: Reply | undefined;
    // Loads take long, and nothing is read meanwhile. With the bell in hand, writers notify.
    if (this.#lead.isReliedOn && !this.#rhythm.hasBell) await ask(session, this.#lead.give());
    this.#rhythm.readBegins();
    const cut = inCut(session, this.#options.tables, this.#statements, this.#values(), async (rows) => {
      const reply = this.#vouchFor(rows, session);
      taken = reply;
      await this.#with.sink.applyCut(reply.batch, { snapshotId: reply.exportedSnapshot ?? "" });
    });
    const done = await refusable(cut);
    // Once the sink has been given the batch, reading it again would fold it twice.
    if ("error" in done) {
      if (taken) throw done.error;
      return done;
    }
    if (!taken) throw new Error("a cut ended without a batch");
    this.#contention.loadsBegun();
    this.#cursor = taken.batch.snapshot;
    this.#unpruned ||= taken.found;
    await this.#endRead(taken)(session);
    return undefined;
  }

  #read(session: Session): Promise<TextRow[]> {
    const { read, arm, lead } = this.#statements;
    const takesBell = this.#rhythm.fallsAsleep && this.#lead.isHeld;
    const takesLead = this.#rhythm.fallsAsleep || this.#rhythm.follows;
    return session.rows(takesBell ? arm : takesLead ? lead : read, this.#values());
  }

  #beat(session: Session): Promise<TextRow[]> {
    const values = [...this.#values(), this.#heartbeat.begin(this.#with.now())];
    const { heartbeat, takeover } = this.#statements;
    return session.rows(this.#rhythm.follows ? takeover : heartbeat, values, this.#heartbeat.timeoutMs);
  }

  #values(): unknown[] {
    return [this.#cursor, this.id, this.#with.sink.zones(), this.#with.sink.owners() ?? null];
  }

  #vouchFor(rows: TextRow[], session: Session): Reply {
    const reply = parseReply(rows, this.id);
    if (!reply.leaseLives) throw new Error("the reader's lease has expired");
    if (reply.pid !== session.pid) throw new Error("the session's backend changed: a pooler in transaction mode");
    return reply;
  }

  /** Gives what is owed to writers and other daemons after this read. */
  #endRead(reply: Reply): (session: Session) => Promise<void> {
    const { found, bellTaken, leadTaken, others } = reply;
    const maySleep = this.#mayNotify && this.#heartbeat.isBellRung && this.#listener.isConnected;
    this.#lead.replied(others, leadTaken);
    const watched = this.#with.sink.owners()?.length !== 0 || this.#lead.isReliedOn;
    const nowMs = this.#with.now();
    const releasesBell = this.#rhythm.readEnded({ found, bellTaken, leadTaken, maySleep, watched, nowMs });
    const toOthers = this.#lead.afterRead(found, maySleep);
    return async (session) => {
      await ask(session, releasesBell ? RELEASE_BELL : undefined);
      await ask(session, toOthers);
    };
  }

  /** The lease has moved to the cursor from which this batch was read. */
  #afterHeartbeat(reply: Reply): void {
    this.#heartbeat.answered(reply.queueUsage ?? 0, this.#listener.isConnected);
    if (this.#unpruned || this.#pruner.isOwed) this.#pruner.prune();
    this.#unpruned = reply.found;
  }

  /**
   * Where a table is being altered at this moment, the next heartbeat tries again. Prunes as well: what a daemon that died has left
   * would otherwise stay until the next write.
   */
  async #checkAgain(session: Session): Promise<void> {
    this.#pruner.prune();
    const refusal = await refusable(this.#refuseBrokenCapture(session));
    if (!("error" in refusal)) this.#heartbeat.checked(this.#with.now());
  }

  async #refuseBrokenCapture(session: Session): Promise<void> {
    const findings = await this.#with.check(session);
    if (findings.length > 0) throw new Error(findings.join("; "));
  }

  #openSession(): Session {
    if (this.#failure) throw this.#failure;
    if (!this.#session) throw new Error("the epoch is not open");
    return this.#session;
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    this.#rhythm.wake();
  }
}

/** PostgreSQL would not do it just now; nothing was folded. */
interface Refusal {
  readonly error: unknown;
}

async function ask(session: Session, statement: Prepared | undefined): Promise<void> {
  if (statement) await session.rows(statement, []);
}

/** Rejects as the first that did, but not before the others are over too: the sink is told of no loss while it takes a batch. */
async function allOver(...work: readonly Promise<unknown>[]): Promise<void> {
  for (const outcome of await Promise.allSettled(work)) if (outcome.status === "rejected") throw outcome.reason;
}

async function refusable<T>(work: Promise<T>): Promise<{ readonly value: T } | Refusal> {
  try {
    return { value: await work };
  } catch (error) {
    if (isContention(error)) return { error };
    throw error;
  }
}
