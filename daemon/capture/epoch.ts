/**
 * The life of one reader session: it opens, feeds the sink until it is stopped or fails, and closes. Its cursor, bell, lease and leader
 * lock die with it, which is why batches of different epochs can't be compared. Any doubt about what the change feed promises
 * (change-feed.ts) ends the epoch.
 */
import { randomUUID } from "node:crypto";
import { within } from "../database/deadline.ts";
import { tellFindings } from "../database/findings.ts";
import { LockWatch } from "../database/lock-watch.ts";
import type { Prepared, Queryable, Session, TextRow } from "../database/session.ts";
import { BELL_CHANNEL, writersMayNotify } from "./bell.ts";
import type { CaptureCollaborators, CaptureOptions } from "./capture-options.ts";
import { isOfReturning } from "./check.ts";
import { ChangeFeed } from "./change-feed.ts";
import { Heartbeat } from "./heartbeat.ts";
import { LeaderLock } from "./leader-lock.ts";
import { Listener } from "./listener.ts";
import type { Pruner } from "./pruner.ts";
import { type ReaderStanding, ReadScheduler } from "./read-scheduler.ts";
import {
  openReaderSession,
  refuseSharedBackend,
  type Registration,
  registerReader,
  releaseReader,
} from "./reader-session.ts";

const GIVE_BACK_MS = 1_000;

export class Epoch {
  readonly id = randomUUID();
  readonly #options: CaptureOptions;
  readonly #with: CaptureCollaborators;
  readonly #pruner: Pruner;
  readonly #leases: Set<string>;
  readonly #leaderLock: LeaderLock;
  readonly #scheduler: ReadScheduler;
  readonly #heartbeat: Heartbeat;
  readonly #listener: Listener;
  #session: Session | undefined;
  #registration: Registration | undefined;
  #failure: Error | undefined;
  #isReading = false;
  #isStopping = false;

  /** `leases`: those of this daemon that were not given back. Earlier epochs' keep rows that nobody will read. */
  constructor(options: CaptureOptions, collaborators: CaptureCollaborators, pruner: Pruner, leases: Set<string>) {
    this.#options = options;
    this.#with = collaborators;
    this.#pruner = pruner;
    this.#leases = leases;
    this.#leaderLock = new LeaderLock(options.tables);
    this.#scheduler = new ReadScheduler(this.#leaderLock);
    const fail = (error: Error): void => this.#fail(error);
    this.#heartbeat = new Heartbeat(this.id, options.heartbeat, collaborators.now(), fail, collaborators.log);
    const events = {
      onBell: () => this.#scheduler.ring(),
      onProbe: (payload: string) => this.#heartbeat.heard(payload),
      onConnection: () => {
        this.#heartbeat.forgetProbe();
        this.#scheduler.wake();
      },
    };
    this.#listener = new Listener(options.url, events, collaborators.log);
  }

  /** Throws ConfigError for the operator's mistakes, another Error where trying again may help. */
  async open(): Promise<void> {
    const session = await openReaderSession(this.#options);
    this.#session = session;
    session.onLost((reason) => this.#fail(new Error(reason)));
    // The bell rings here as well, so that the backend that will read wakes with it, and not only after the listener has heard it.
    session.onNotification(() => this.#scheduler.ring());
    await refuseSharedBackend(session, this.#with.sessions);
    await this.#listener.start();
    await this.#refuseBrokenCapture(session);
    await session.script(`listen ${BELL_CHANNEL}`);
    this.#registration = await registerReader(session, this.id, {
      locks: this.#watchLocks(session),
      suspension: this.#options.suspension,
    });
    for (const id of this.#leases) await this.#release(session, id);
    this.#leases.add(this.id);
  }

  /** Reads until `stop`; rejects when the epoch is lost. */
  async run(): Promise<void> {
    const session = this.#openSession();
    const feed = this.#feed(session);
    while (!this.#isStopping) {
      if (this.#failure) throw this.#failure;
      const { wasHeartbeat, retryMs } = await feed.turn();
      if (retryMs > 0) {
        await this.#scheduler.wait(retryMs);
        continue;
      }
      if (wasHeartbeat && this.#heartbeat.isPruningDue(this.#with.now())) this.#pruner.prune();
      await this.#scheduler.pause(feed.longestPauseMs());
    }
  }

  /** Undefined while it does not read. */
  get standing(): (ReaderStanding & { readonly pid: number }) | undefined {
    const session = this.#isReading && this.#failure === undefined ? this.#session : undefined;
    return session && { ...this.#scheduler.standing, pid: session.pid };
  }

  async rows(statement: Prepared, values: readonly unknown[]): Promise<TextRow[]> {
    return this.#openSession().rows(statement, values);
  }

  nudge(): void {
    this.#scheduler.wake();
  }

  stop(): void {
    this.#isStopping = true;
    this.#scheduler.wake();
  }

  /** Gives lease, bell and leader lock back where the session still answers. Bounded. */
  async close(): Promise<void> {
    this.#isReading = false;
    this.#heartbeat.forgetProbe();
    const session = this.#session;
    if (session?.isOpen) await within(GIVE_BACK_MS, "the lease", this.#giveBack(session)).catch(() => undefined);
    await Promise.all([session?.close(), this.#listener.stop()]);
  }

  async #giveBack(session: Session): Promise<void> {
    await this.#release(session, this.id);
    const release = this.#leaderLock.release();
    if (release) await session.rows(release, []);
  }

  async #release(session: Session, id: string): Promise<void> {
    await releaseReader(session, id);
    this.#leases.delete(id);
  }

  /** Who makes the session wait for a lock is asked on another one. */
  #watchLocks(session: Session): LockWatch {
    const { sessions, log } = this.#with;
    const observer: Queryable = {
      query: (text, values) => sessions.run((pooled) => pooled.query(text, values)),
    };
    return new LockWatch(observer, session.pid, (holder) => log.warn({ holder }, "waiting for a lock"));
  }

  /** Begins the sink's epoch. */
  #feed(session: Session): ChangeFeed {
    if (!this.#registration) throw new Error("the epoch is not open");
    const { cursor, canPrepare, incarnation } = this.#registration;
    const { onBegin, sink, log } = this.#with;
    const writersNotify = writersMayNotify(canPrepare, this.#options.twoPhase);
    if (!writersNotify) {
      log.info({}, "the server allows PREPARE TRANSACTION: looking every 100 ms instead of listening (see twoPhase)");
    }
    onBegin?.(incarnation);
    sink.begin(this.id, incarnation);
    log.info({ epoch: this.id }, "reading changes");
    this.#isReading = true;
    this.#pruner.prune();
    return new ChangeFeed({
      capture: this.#options,
      with: this.#with,
      epoch: this.id,
      session,
      locks: this.#watchLocks(session),
      cursor,
      writersNotify,
      scheduler: this.#scheduler,
      heartbeat: this.#heartbeat,
      listener: this.#listener,
      pruner: this.#pruner,
    });
  }

  async #refuseBrokenCapture(session: Session): Promise<void> {
    let findings = await this.#with.check(session);
    // What has suspended itself takes two steps, each in a transaction of its own.
    for (let step = 1; step <= 2 && findings.length > 0 && findings.every(isOfReturning); step += 1) {
      await session.query("select deltad.return_capture()");
      findings = await this.#with.check(session);
    }
    if (findings.length > 0) throw new Error(tellFindings(findings));
  }

  #openSession(): Session {
    if (this.#failure) throw this.#failure;
    if (!this.#session) throw new Error("the epoch is not open");
    return this.#session;
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    this.#scheduler.wake();
  }
}
