import type { OwnerEvent } from "../owners/owner-event.ts";
import { formatSnapshot, parseSnapshot } from "../stream/snapshot.ts";
import { type MissedRange, rowsOf, type RowsPosition, type StreamPosition } from "../stream/stream-position.ts";

/**
 * Where a replay is after each transaction: as a snapshot that sees what the client had and what was replayed, so that a client that is
 * cut off anywhere comes back to exactly there, and nothing else need be remembered.
 *
 * Transactions are replayed in order of commit, which is not that of their ids. Those that come later by a smaller id are in progress in
 * the snapshot. They are few: each of them was open when the one with the greatest id did what it did, so that there are never more than
 * there were transactions at one time.
 */
export class ReplayPath {
  readonly #since: StreamPosition;
  /** What is replayed, by id. */
  readonly #byId: BigUint64Array;
  /** Where the replay ends in the middle of a transaction: only its first events are replayed. */
  readonly #partial: bigint | undefined;
  /** In progress where the replay ends: these are of no concern to it, but come one day. */
  readonly #openAtEnd: readonly bigint[];
  /** Not replayed yet, though transactions with greater ids were; in ascending order. */
  #late: bigint[];
  /** How many of {@link #byId} have smaller ids than #xmax. */
  #below = 0;
  #xmax: bigint;
  #seen: readonly string[];
  #snapshot: string | undefined;

  /** @param order the transactions that are replayed, in order of commit */
  constructor({ since, upto }: MissedRange, order: BigUint64Array) {
    this.#since = since;
    this.#byId = order.toSorted();
    const end = rowsOf(upto);
    this.#partial = end.part?.xid;
    this.#openAtEnd = parseSnapshot(end.snapshot).running.filter((xid) => xid !== this.#partial);
    this.#late = [];
    this.#xmax = 0n;
    this.#seen = since.seen ?? [];
    this.#raise(parseSnapshot(rowsOf(since).snapshot).xmax);
  }

  /**
   * The next event, with where it brings the client; undefined where the client has it.
   * @param nth of its transaction, from 1
   */
  take(event: OwnerEvent, xid: bigint, nth: number, isLast: boolean): ReplayedEvent | undefined {
    const rows = this.reach(xid, nth, isLast);
    const { part } = this.#since.rows ?? {};
    if (part?.xid === xid && nth <= part.events) return undefined;
    if (this.#seen.includes(event.id)) {
      this.#seen = this.#seen.filter((id) => id !== event.id);
      return undefined;
    }
    return { event, position: this.#position(rows) };
  }

  /** Where the nth event of a transaction brings the client with rows. Parameters as for {@link take}. */
  reach(xid: bigint, nth: number, isLast: boolean): RowsPosition {
    if (isLast) this.pass(xid);
    const snapshot = this.#text();
    return isLast && xid !== this.#partial ? { snapshot } : { snapshot, part: { xid, events: nth } };
  }

  /** After all that was passed. */
  get position(): StreamPosition {
    return this.#position({ snapshot: this.#text() });
  }

  /** Everything of this transaction was replayed, or there was nothing. */
  pass(xid: bigint): void {
    if (xid === this.#partial) return;
    if (xid >= this.#xmax) this.#raise(xid + 1n);
    const at = this.#late.indexOf(xid);
    if (at >= 0) this.#late.splice(at, 1);
    this.#snapshot = undefined;
  }

  #raise(xmax: bigint): void {
    this.#xmax = xmax;
    for (let xid = this.#byId[this.#below]; xid !== undefined && xid < xmax; xid = this.#byId[this.#below]) {
      this.#late.push(xid);
      this.#below += 1;
    }
  }

  #text(): string {
    if (this.#snapshot === undefined) {
      const open = this.#openAtEnd.filter((xid) => xid < this.#xmax);
      const running = [...open, ...this.#late].toSorted((a, b) => (a < b ? -1 : 1));
      this.#snapshot = formatSnapshot({ xmin: running[0] ?? this.#xmax, xmax: this.#xmax, running });
    }
    return this.#snapshot;
  }

  #position(rows: RowsPosition): StreamPosition {
    const { incarnation, snapshot, asOf } = this.#since;
    return { incarnation, snapshot, asOf, ...(this.#seen.length === 0 ? {} : { seen: this.#seen }), rows };
  }
}

/** An event, and where a client is that has it and all before it. */
export interface ReplayedEvent {
  readonly event: OwnerEvent;
  readonly position: StreamPosition;
}

/** Who came and went, at the end of a replay. */
export function replayOccupants(events: readonly OwnerEvent[], { since, upto }: MissedRange): readonly ReplayedEvent[] {
  const { incarnation, snapshot, asOf } = since;
  const had = new Set(since.seen);
  const left = events.filter(({ id }) => !had.has(id));
  return left.map((event, at) => {
    const seen = [...had, ...left.slice(0, at + 1).map(({ id }) => id)];
    const isLast = at === left.length - 1;
    return {
      event,
      position: isLast ? upto : { incarnation, snapshot, asOf, seen, rows: rowsOf(upto) },
    };
  });
}
