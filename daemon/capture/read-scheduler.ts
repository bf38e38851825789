/**
 * When the reader reads, when it sleeps, and by what it is woken.
 *
 * Background: changes wait in tables, and one statement reads all that are new. Nothing tells PostgreSQL's clients of a commit but
 * NOTIFY, and transactions that have notified commit one after the other.
 *
 * The naive ways: to read at a fixed interval, or to have every write notify. A short interval keeps an idle database busy, a long one
 * makes every number late; and where every write notifies, commits queue up behind each other just when there are many.
 *
 * What we do: the reader polls while there is something to read. When there is not, it sleeps, and only then writers notify. They know
 * by the bell (bell.ts), an advisory lock that the sleeping reader holds alone, and that every writer asks for in shared mode.
 *
 *                                +-- found rows, may not sleep, or got the leader lock: gives the bell back --+
 *                                v                                   |                                        |
 *     start ----------------> polling --- bell taken, or another --> confirming --- found nothing --------> sleeping <-+
 *                             |     ^     daemon leads                                                        |        |
 *                             +-----+                                                                         +--------+
 *                             any other read                                                         woken, found nothing
 *
 * - polling: the bell is free, and writers don't notify. Between reads it pauses 1, 2, … 10 ms, and what comes meanwhile is one batch:
 *   reading again at once makes a flood of single-row commits three times as dear per row, for the server and here. From 50 quiet
 *   milliseconds on each read also tries for the bell. Of several daemons only the one with the leader lock (leader-lock.ts) takes
 *   it: the others try for that lock instead, and sleep without the bell because the leader wakes them.
 * - confirming: one more read is owed. A writer may have committed between the last read and the taking of the bell.
 * - sleeping: until a bell (a writer's or the leader's), a nudge (owners wait to be loaded), a change of the listener's connection, or
 *   the next heartbeat, which reads as well. The first read that finds rows gives the bell back: with a rate as the rule instead,
 *   commits that notify, being serial, may never reach it.
 *
 * Why nothing is missed: a writer that did not notify held the bell until after its rows were visible, so the reader could not take it
 * before; the confirming read sees those rows. A later writer finds the bell held, and notifies. A bell that rings during a read may
 * announce what that read does not see: it is kept, and the sleep after that read does not begin. A bell that is lost costs time,
 * never a change: a heartbeat reads too.
 *
 * Why it ends: a read that finds nothing brings sleep nearer, unless bells could not be heard; then the reader polls every 100 ms. Bells
 * that announce nothing are answered ever more slowly, up to the interval of polling.
 */
import type { Prepared } from "../database/session.ts";
import type { Reply } from "./batch-row.ts";
import { RELEASE_BELL } from "./bell.ts";
import { InterruptibleSleep } from "./interruptible-sleep.ts";
import type { LeaderLock } from "./leader-lock.ts";
import { afterRead, AWAKE, type Decision, nextForm, type ReadOutcome } from "./read-states.ts";

/** What a reader does between its reads, for operators. */
export interface ReaderStanding {
  /**
   * `armed`: it sleeps, holds the bell, and writers notify. `following`: it sleeps, and the leader wakes it. `streaming`: it reads again and
   * again, and writers don't notify.
   */
  readonly mode: "armed" | "following" | "streaming";
  readonly isLeader: boolean;
  /** Bells that it heard, and reads that have ended, since its epoch began. */
  readonly bells: number;
  readonly reads: number;
}

/** Carries out what read-states.ts decides: pauses between reads, and hears what cuts a sleep short. */
export class ReadScheduler {
  readonly #leaderLock: LeaderLock;
  readonly #sleep = new InterruptibleSleep();
  #decision: Decision = AWAKE;
  #rang = false;
  #isAsleep = false;
  #wasRung = false;
  #bells = 0;
  #reads = 0;

  constructor(leaderLock: LeaderLock) {
    this.#leaderLock = leaderLock;
  }

  get standing(): ReaderStanding {
    const { state } = this.#decision;
    const mode = state.kind === "polling" ? "streaming" : state.holdsBell ? "armed" : "following";
    return { mode, isLeader: this.#leaderLock.isHeld, bells: this.#bells, reads: this.#reads };
  }

  /** Which form of the batch statement the next read takes. */
  nextForm(isHeartbeat: boolean): ReturnType<typeof nextForm> {
    return nextForm(this.#decision, isHeartbeat, this.#leaderLock.isHeld);
  }

  /** A bell: kept until the next read begins; it cuts short a sleep, but no pause. */
  ring(): void {
    this.#bells += 1;
    this.#rang = true;
    if (this.#isAsleep) this.#sleep.wake();
  }

  /** Cuts any wait short, the present or the next one. */
  wake(): void {
    this.#sleep.wake();
  }

  /** From here on a bell may announce what this read does not see. */
  readBegins(): void {
    this.#rang = false;
  }

  /**
   * A cut is about to begin, in which loads take long and nothing is read. Gives the statement that lets another daemon lead
   * meanwhile; none is owed with the bell in hand, since writers then notify everyone.
   */
  cutBegins(): Prepared | undefined {
    const { state } = this.#decision;
    const holdsBell = state.kind !== "polling" && state.holdsBell;
    return this.#leaderLock.isReliedOn && !holdsBell ? this.#leaderLock.release() : undefined;
  }

  /** Takes in the outcome of a read. Gives the statements that are owed after it, to writers and to other daemons. */
  readEnded(
    reply: Pick<Reply, "found" | "bellTaken" | "leaderLockTaken" | "others">,
    { maySleep, isNeeded, nowMs }: Pick<ReadOutcome, "maySleep" | "isNeeded" | "nowMs">,
  ): readonly Prepared[] {
    const { found, bellTaken, leaderLockTaken } = reply;
    this.#reads += 1;
    this.#leaderLock.replied(reply.others, leaderLockTaken);
    this.#decision = afterRead(this.#decision.state, {
      found,
      bellTaken,
      leaderLockTaken,
      maySleep,
      isNeeded: isNeeded || this.#leaderLock.isReliedOn,
      wasRung: this.#wasRung,
      nowMs,
    });
    const toOthers = this.#leaderLock.afterRead(found, maySleep);
    return [...(this.#decision.releaseBell ? [RELEASE_BELL] : []), ...(toOthers ? [toOthers] : [])];
  }

  /** Waits until the next read, at most `atMostMs`. */
  async pause(atMostMs: number): Promise<void> {
    this.#wasRung = false;
    const { pauseMs, next } = this.#decision;
    if (pauseMs > 0 && (await this.#sleep.sleep(Math.min(pauseMs, atMostMs)))) return;
    if (next !== "sleep") return;
    if (!this.#rang) await this.#sleepUntilBell(atMostMs - pauseMs);
    this.#wasRung = this.#rang;
  }

  /** A wait that the schedule does not know, such as a backoff. */
  async wait(ms: number): Promise<void> {
    await this.#sleep.sleep(ms);
  }

  async #sleepUntilBell(ms: number): Promise<void> {
    this.#isAsleep = true;
    await this.#sleep.sleep(ms);
    this.#isAsleep = false;
  }
}
