/**
 * Pages of older rows than a channel's topic holds. A page is read at a cut of the stream, as channels are loaded; what batches bring while
 * it is read is put into it, so that it is as the channel is at the version at which it is told.
 */
import type { ChannelChange, ChannelRow, Cut } from "../capture/batch.ts";
import type { Log } from "../config/log.ts";
import { reasonOf } from "../database/reason.ts";
import { MOST_SET_BYTES, type RowSetPlan } from "../plan/channel-plan.ts";
import { printPosition } from "../plan/row-order.ts";
import type { ChannelLoader, PagesLoad } from "./channel-loader.ts";
import type { WatchedChannel } from "./watched-channel.ts";

/** A page that somebody waits for. */
export interface PageRequest {
  readonly set: number;
  /** What the columns of the set's order are before which the page ends: those of `readPosition`. */
  readonly before: readonly string[];
  readonly limit: number;
}

/** Rows by their positions, oldest first. */
export interface Page {
  readonly rows: readonly (ChannelRow & { readonly position: string })[];
  /** There are none before these. */
  readonly isFirst: boolean;
}

interface Asked {
  readonly channel: WatchedChannel;
  readonly request: PageRequest;
  readonly plan: RowSetPlan;
  /** Undefined: it can't be had, now. */
  readonly answer: (page: Page | undefined) => void;
  /** What batches brought since the cut at which it is read. */
  readonly since: ChannelChange[];
  isAnswered: boolean;
}

export interface ChannelPagesOptions {
  readonly loader: Pick<ChannelLoader, "loadPages">;
  readonly nudge: () => void;
  readonly log: Log;
}

/** One statement reads at most this many pages of one set. */
const GROUP_SIZE = 100;

export class ChannelPages {
  readonly #options: ChannelPagesOptions;
  #waiting: Asked[] = [];
  readonly #reading = new Set<Asked>();

  constructor(options: ChannelPagesOptions) {
    this.#options = options;
  }

  get areWaiting(): boolean {
    // One reading at a time: those who scroll keep no channel from being loaded.
    return this.#waiting.length > 0 && this.#reading.size === 0;
  }

  ask(channel: WatchedChannel, plan: RowSetPlan, request: PageRequest, answer: Asked["answer"]): void {
    this.#waiting.push({ channel, request, plan, answer, since: [], isAnswered: false });
    this.#options.nudge();
  }

  /** Reads what waits for pages of one set. Resolves once the cut's snapshot was imported. */
  start({ snapshotId }: Cut): Promise<void> {
    const [first] = this.areWaiting ? this.#waiting : [];
    if (first === undefined) return Promise.resolve();
    const isAlike = ({ plan }: Asked): boolean => plan === first.plan;
    const group = this.#waiting.filter(isAlike).slice(0, GROUP_SIZE);
    this.#waiting = this.#waiting.filter((asked) => !group.includes(asked));
    for (const asked of group) this.#reading.add(asked);
    const pages = group.map(({ channel, request: { before, limit } }) => ({ key: channel.key, before, limit }));
    const load = this.#options.loader.loadPages({ snapshotId, set: first.request.set, pages });
    void this.#finish(group, load.pages);
    return load.imported;
  }

  async #finish(group: readonly Asked[], pages: PagesLoad["pages"]): Promise<void> {
    try {
      const found = await pages;
      for (const [at, asked] of group.entries()) this.#answer(asked, pageOf(asked, found[at] ?? []));
    } catch (error) {
      this.#options.log.info({ reason: reasonOf(error) }, "pages of older rows could not be read");
      for (const asked of group) this.#answer(asked, undefined);
    }
    if (this.areWaiting) this.#options.nudge();
  }

  /** What a batch brings for a channel, of which pages may be under way. */
  take(channel: WatchedChannel, changes: readonly ChannelChange[]): void {
    for (const asked of this.#reading) if (asked.channel === channel) asked.since.push(...changes);
  }

  /** Pages of a channel that goes, or is loaded again, can't be had. */
  end(of?: WatchedChannel): void {
    const ended = [...this.#waiting, ...this.#reading].filter(({ channel }) => of === undefined || channel === of);
    this.#waiting = this.#waiting.filter((asked) => !ended.includes(asked));
    for (const asked of ended) this.#answer(asked, undefined);
  }

  /** Once. */
  #answer(asked: Asked, page: Page | undefined): void {
    this.#reading.delete(asked);
    if (asked.isAnswered) return;
    asked.isAnswered = true;
    asked.answer(page);
  }
}

/** `found`: newest first, one more than was asked for where there are more. */
function pageOf({ request, plan, since }: Asked, found: readonly ChannelRow[]): Page {
  const { limit, set } = request;
  const position = (place: string): string => printPosition(place, plan.order);
  const before = position(request.before.join(" "));
  const rows = new Map(found.slice(0, limit).map((row) => [row.key, { ...row, position: position(row.row.place) }]));
  // The database brings no more than that many bytes, and the one row that is beyond it.
  const isCut = found.reduce((sum, { row }) => sum + row.bytes, 0) > MOST_SET_BYTES;
  const isFirst = found.length <= limit && !isCut;
  const last = found[Math.min(limit, found.length) - 1];
  const from = isFirst || last === undefined ? "" : position(last.row.place);
  for (const { row, isNew: _, ...change } of since) {
    if (change.set !== set) continue;
    rows.delete(change.key);
    const at = row && position(row.place);
    if (row && at !== undefined && at >= from && at < before) rows.set(change.key, { ...change, row, position: at });
  }
  return { rows: [...rows.values()].toSorted((a, b) => (a.position < b.position ? -1 : 1)), isFirst };
}
