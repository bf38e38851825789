/**
 * Which of several daemons on one database keeps the bell. The lead is an advisory lock that its holder's session keeps, awake or
 * asleep; only the holder takes the bell. Others sleep without it: while the holder sleeps, writers notify, and everyone hears; while
 * it is awake, it notifies after each batch that found rows, if other leases exist.
 *
 * Why nothing is missed: a follower sleeps only after a read, begun when somebody else was known to hold the lead, found nothing. What
 * commits later is first read by a holder, who tells. One that can't keep that up for a while gives the lead away, and tells that;
 * whatever wakes a follower has it try for the lead. One that dies tells nobody, but its lock dies with it: followers try at each
 * heartbeat.
 */
import { createHash } from "node:crypto";
import type { Prepared } from "../database/session.ts";
import { BELL_CHANNEL } from "./bell.ts";
import type { WatchedTable } from "../plan/watched-table.ts";

/** First key of the lead's lock: "delu", beside the bell's "delt". */
const LEADS = 1684368501;
/** As writers do, it leaves the notification out while the queue is half full. */
const NOTIFY = `case when pg_catalog.pg_notification_queue_usage() < 0.5 then pg_catalog.pg_notify('${BELL_CHANNEL}', '') end`;
const NUDGE: Prepared = { name: "deltad_nudge", text: `select ${NOTIFY}` };

/** SQL expression: true when the lead is now held by this session. One take too many is never given back: only who lacks it may try. */
export function takeLead(tables: readonly WatchedTable[]): string {
  return `pg_catalog.pg_try_advisory_lock(${keys(tables)})`;
}

/** What this daemon knows of the lead in one epoch. */
export class Lead {
  readonly #give: Prepared;
  #isHeld = false;
  #others = 0;

  constructor(tables: readonly WatchedTable[]) {
    this.#give = { name: "deltad_give_lead", text: `select pg_catalog.pg_advisory_unlock(${keys(tables)}), ${NOTIFY}` };
  }

  get isHeld(): boolean {
    return this.#isHeld;
  }

  /** Whether other daemons may sleep because this one reads. */
  get isReliedOn(): boolean {
    return this.#isHeld && this.#others > 0;
  }

  /** Takes in a reply: how many other leases there are, and whether the lead was taken, if that was tried. */
  replied(others: number, taken: boolean | undefined): void {
    this.#others = others;
    this.#isHeld ||= taken === true;
  }

  /** The statement that is owed to the others after a read. */
  afterRead(found: boolean, maySleep: boolean): Prepared | undefined {
    if (!this.isReliedOn) return undefined;
    // Who may not sleep looks rarely, and can't keep the bell.
    if (!maySleep) return this.give();
    return found ? NUDGE : undefined;
  }

  /** The statement that gives the lead to whoever is first; undefined where it is not held. */
  give(): Prepared | undefined {
    if (!this.#isHeld) return undefined;
    this.#isHeld = false;
    return this.#give;
  }
}

/** Daemons with other sources don't see the same changes, as while a new version is rolled out: they can't rely on one another. */
function keys(tables: readonly WatchedTable[]): string {
  const sources = tables.map(({ source }) => source).toSorted();
  return `${LEADS}, ${createHash("sha256").update(sources.join(" ")).digest().readInt32BE()}`;
}
