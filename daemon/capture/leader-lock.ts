/**
 * Which of several daemons on one database keeps the bell: the one that has the leader lock, an advisory lock that its session keeps,
 * awake or asleep. Only the leader takes the bell. The others, its followers, sleep without it: while the leader sleeps, writers notify, and
 * everyone hears; while it is awake, it notifies after each batch that found rows, if other leases exist.
 *
 * Why nothing is missed: a follower sleeps only after a read that found nothing, and that began when another daemon was known to lead.
 * Later commits are first read by a leader, which notifies. A leader that can't keep that up for a while gives the lock away and
 * notifies; whatever wakes a follower has it try for the lock. A leader that dies notifies nobody, but its lock dies with it: followers
 * try for it at each heartbeat.
 */
import { createHash } from "node:crypto";
import type { Prepared } from "../database/session.ts";
import { BELL_CHANNEL } from "./bell.ts";
import type { WatchedTable } from "../plan/watched-table.ts";

/** First key of the leader lock: "delu", beside the bell's "delt". */
const LEADERS = 1684368501;
/** As writers do, it leaves the notification out while the queue is half full. */
const NOTIFY = `case when pg_catalog.pg_notification_queue_usage() < 0.5 then pg_catalog.pg_notify('${BELL_CHANNEL}', '') end`;
const WAKE_FOLLOWERS: Prepared = { name: "deltad_wake_followers", text: `select ${NOTIFY}` };

/** SQL expression: true when this session has just got the leader lock. A session that holds it must not try: it would hold it twice. */
export function takeLeaderLock(tables: readonly WatchedTable[]): string {
  return `pg_catalog.pg_try_advisory_lock(${keys(tables)})`;
}

/** What this daemon knows of the leader lock in one epoch. */
export class LeaderLock {
  readonly #release: Prepared;
  #isHeld = false;
  #others = 0;

  constructor(tables: readonly WatchedTable[]) {
    this.#release = {
      name: "deltad_release_leader_lock",
      text: `select pg_catalog.pg_advisory_unlock(${keys(tables)}), ${NOTIFY}`,
    };
  }

  get isHeld(): boolean {
    return this.#isHeld;
  }

  /** Whether other daemons may sleep because this one reads. */
  get isReliedOn(): boolean {
    return this.#isHeld && this.#others > 0;
  }

  /** Takes in a reply: how many other leases there are, and whether the lock was taken, if the read tried. */
  replied(others: number, taken: boolean | undefined): void {
    this.#others = others;
    this.#isHeld ||= taken === true;
  }

  /** The statement that is owed to the others after a read. */
  afterRead(found: boolean, maySleep: boolean): Prepared | undefined {
    if (!this.isReliedOn) return undefined;
    // A leader that may not sleep polls every 100 ms, and can't keep the bell.
    if (!maySleep) return this.release();
    return found ? WAKE_FOLLOWERS : undefined;
  }

  /** The statement that gives the lock to the first that tries for it; undefined where it is not held. */
  release(): Prepared | undefined {
    if (!this.#isHeld) return undefined;
    this.#isHeld = false;
    return this.#release;
  }
}

/** Daemons with other sources don't see the same changes, as while a new version is rolled out: they can't rely on one another. */
function keys(tables: readonly WatchedTable[]): string {
  const sources = tables.map(({ source }) => source).toSorted();
  return `${LEADERS}, ${createHash("sha256").update(sources.join(" ")).digest().readInt32BE()}`;
}
