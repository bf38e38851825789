/**
 * The replay of an absence that is too long to be read at once. An outline says which transactions there were, some 20 bytes each; their
 * events are read page by page and forgotten when they have gone out; who came and went is told at the end. Everything that has gone
 * out is in the position that its last event brought the client to: the outline can be let go and read again at any time, as well by
 * another daemon, and the replay goes on behind that event.
 *
 * Only the transactions of one outline are in order among each other. What commits meanwhile comes after the replay's end.
 */
import { includes, parseSnapshot, sees } from "../stream/snapshot.ts";
import { type MissedRange, rowsOf, type StreamPosition } from "../stream/stream-position.ts";
import type { LongHistory, Outline, ReadFrom } from "./long-history-reader.ts";
import type { OwnerReplay, ReplayedPart } from "./owner-replay.ts";
import { type ReplayedEvent, replayOccupants, ReplayPath } from "./replay-path.ts";
import type { ReplaySlots, SlotHolder } from "./replay-slots.ts";

export interface LongReplayOptions {
  readonly history: LongHistory;
  readonly slots: ReplaySlots;
  /** Reads again what can't be read; undefined if it never could. */
  readonly insist: <T>(read: () => Promise<T>) => Promise<T | undefined>;
}

/** A page has the transactions of as many images, or one with more. */
const PAGE_IMAGES = 400;
/** Reading, encoding and sending as many events takes some milliseconds. */
const PAGE_ROWS = 200;

/** What is left of an outline. */
interface Rest {
  readonly order: BigUint64Array;
  readonly images: Uint32Array;
  readonly path: ReplayPath;
  /** What the client had when the outline was read. */
  readonly seen: string;
  /** The next transaction. */
  at: number;
  part: { readonly xid: bigint; readonly events: number } | undefined;
}

export class LongReplay implements OwnerReplay, SlotHolder {
  readonly isEmpty = false;
  readonly #owner: string;
  readonly #upto: StreamPosition;
  readonly #options: LongReplayOptions;
  #since: StreamPosition;
  #rest: Rest | undefined;
  #isPaused = false;
  #isStopped = false;

  constructor(owner: string, { since, upto }: MissedRange, options: LongReplayOptions) {
    this.#owner = owner;
    this.#since = since;
    this.#upto = upto;
    this.#options = options;
  }

  get isPaused(): boolean {
    return this.#isPaused;
  }

  async next(): Promise<ReplayedPart | undefined> {
    const { slots } = this.#options;
    this.#isPaused = false;
    await slots.take(this);
    const part = await this.#read();
    const last = part?.events.at(-1);
    if (last !== undefined) this.#since = last.position;
    if (part === undefined || part.isLast || this.#isStopped) slots.give(this);
    else if (this.#isPaused) slots.pause(this);
    return part;
  }

  stop(): void {
    this.#isStopped = true;
    this.#options.slots.give(this);
  }

  pause(): void {
    this.#isPaused = true;
    this.#options.slots.pause(this);
  }

  release(): void {
    this.#rest = undefined;
  }

  async #read(): Promise<ReplayedPart | undefined> {
    const rest = this.#rest ?? (await this.#outline());
    this.#rest = rest;
    if (rest === undefined) return undefined;
    while (rest.at < rest.order.length) {
      const events = await this.#page(rest);
      if (events === undefined || events.length > 0) return events && { events, isLast: false };
    }
    return this.#occupants();
  }

  async #outline(): Promise<Rest | undefined> {
    const range = { since: this.#since, upto: this.#upto };
    const outline = await this.#options.insist(() => this.#options.history.outline(this.#owner, range));
    if (outline === undefined || !this.#isWhole(outline, this.#since) || this.#isInDoubt(outline)) return undefined;
    const { order, images } = outline;
    const path = new ReplayPath(range, order);
    const { snapshot: seen, part } = rowsOf(this.#since);
    return { order, images, path, seen, at: 0, part };
  }

  async #page(rest: Rest): Promise<readonly ReplayedEvent[] | undefined> {
    const { order, images, path, part } = rest;
    let end = rest.at;
    for (let many = 0; end < order.length && (end === rest.at || many < PAGE_IMAGES); end += 1)
      many += images[end] ?? 0;
    const xids = [...order.subarray(rest.at, end)];
    const request = { xids, seen: rest.seen, part, limit: PAGE_ROWS };
    const page = await this.#options.insist(() => this.#options.history.page(this.#owner, request));
    if (page === undefined || !this.#isWhole(page, path.position)) return undefined;
    const { events, isFull } = page;
    const { part: lastPart } = rowsOf(this.#upto);
    let reached = 0;
    const passUpTo = (end: number): void => {
      for (; reached < end; reached += 1) path.pass(xids[reached] ?? 0n);
    };
    const replayed = events.flatMap(({ event, xid, nth }, at) => {
      // Nothing of those before it is left, though the page before could not know it.
      passUpTo(xids.indexOf(xid, reached));
      if (xid === lastPart?.xid && nth > lastPart.events) return [];
      const next = events[at + 1]?.xid;
      return path.take(event, xid, nth, next === undefined ? !isFull : next !== xid) ?? [];
    });
    const last = events.at(-1);
    const mayHaveMore = isFull && last !== undefined;
    const isTold = lastPart !== undefined && last?.xid === lastPart.xid && last.nth >= lastPart.events;
    rest.part = mayHaveMore && !isTold ? { xid: last.xid, events: last.nth } : undefined;
    if (rest.part === undefined) passUpTo(mayHaveMore ? xids.indexOf(last.xid) + 1 : xids.length);
    rest.at += reached;
    return replayed;
  }

  async #occupants(): Promise<ReplayedPart | undefined> {
    const { occupants } = this.#options.history;
    if (occupants === undefined) return { events: [], isLast: true };
    const range = { since: this.#since, upto: this.#upto };
    const missed = await this.#options.insist(() => occupants(this.#owner, range));
    // These begin where the client left, however far its rows are.
    const { rows: _, ...start } = this.#since;
    if (missed === undefined || !this.#isWhole(missed, start)) return undefined;
    return { events: replayOccupants(missed.events, range), isLast: true };
  }

  /**
   * What was read is of the life of the change rows that the client's position is of, none of it was removed before, and all of it was
   * this owner's when it changed.
   */
  #isWhole({ incarnation, floor, moves }: ReadFrom, position: StreamPosition): boolean {
    if (incarnation !== this.#upto.incarnation) return false;
    const seen = parseSnapshot(rowsOf(position).snapshot);
    return (floor === undefined || includes(seen, floor)) && moves.every((xid) => sees(seen, xid));
  }

  #isInDoubt({ doubts }: Outline): boolean {
    const seen = parseSnapshot(rowsOf(this.#since).snapshot);
    const { snapshot, part } = rowsOf(this.#upto);
    const upto = parseSnapshot(snapshot);
    return doubts.some((xid) => !sees(seen, xid) && (sees(upto, xid) || xid === part?.xid));
  }
}
