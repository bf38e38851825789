/** The channels that wait to be loaded, and the loads that run. Those that come one after another are loaded by one statement. */
import type { Cut } from "../capture/batch.ts";
import type { Log } from "../config/log.ts";
import type { Timers } from "../config/timers.ts";
import { Backoff } from "../database/backoff.ts";
import { type LoadGroup, LoadQueue } from "../owners/load-queue.ts";
import type { ChannelLoad, ChannelLoader } from "./channel-loader.ts";
import type { BatchPosition, LoadedChannel, WatchedChannel } from "./watched-channel.ts";

export interface ChannelLoadsOptions extends Timers {
  readonly loader: ChannelLoader;
  /** How many loads run at once. */
  readonly atOnce: number;
  /** A load has ended, whatever came of it: there is room for another one. */
  readonly ended: () => void;
  /** Has the reader read soon. */
  readonly nudge: () => void;
  readonly log: Log;
  readonly monotonicMs: () => number;
}

/** A channel, and the load that it is in. */
interface Begun {
  readonly channel: WatchedChannel;
  readonly load: object;
}

/** One statement loads at most this many: 1,000 rooms take 5 to 10 statements, and what one of them holds at most 250 MB, were each full. */
const GROUP_SIZE = 250;

export class ChannelLoads {
  readonly #options: ChannelLoadsOptions;
  readonly #queue: LoadQueue<WatchedChannel>;

  constructor(options: ChannelLoadsOptions) {
    this.#options = options;
    this.#queue = new LoadQueue({
      ...options,
      newBackoff: (log) => new Backoff(log, "loading channels"),
      groupSize: GROUP_SIZE,
      isWaiting: ({ phase }) => phase === "waiting",
    });
  }

  /** True when a cut is wanted. */
  get isReady(): boolean {
    return this.hasRoom && this.#queue.isReady;
  }

  get hasRoom(): boolean {
    return this.#queue.hasRoom;
  }

  /** `isUrgent`: it must not wait for others, nor those that are there. */
  add(channel: WatchedChannel, isUrgent = false): void {
    if (isUrgent) this.#queue.addUrgent(channel);
    else this.#queue.add(channel);
  }

  remove(channel: WatchedChannel): void {
    this.#queue.remove(channel);
  }

  clear(): void {
    this.#queue.clear();
  }

  /**
   * Begins what waits, as far as there is room. `imported` resolves once all have imported the cut's snapshot, or failed.
   * @param position where the cut is
   */
  start(
    cut: Cut,
    position: BatchPosition,
  ): { readonly channels: ReadonlySet<WatchedChannel>; readonly imported: Promise<unknown> } {
    const channels = new Set<WatchedChannel>();
    const imports: Promise<void>[] = [];
    while (this.hasRoom) {
      const group = this.#queue.take();
      if (group === undefined) break;
      for (const channel of group.owners) channels.add(channel);
      const begun = group.owners.map((channel) => ({ channel, load: channel.loadBegins(position) }));
      const load = this.#options.loader.load({ keys: group.owners.map(({ key }) => key), snapshotId: cut.snapshotId });
      imports.push(load.imported);
      void this.#finish(begun, group, load.channels);
    }
    return { channels, imported: Promise.all(imports) };
  }

  async #finish(
    begun: readonly Begun[],
    group: LoadGroup<WatchedChannel>,
    channels: ChannelLoad["channels"],
  ): Promise<void> {
    try {
      const found = await channels;
      for (const { channel, load } of begun) channel.loaded(found.get(channel.key) ?? NOTHING, load);
    } catch (error) {
      const owners = begun.flatMap(({ channel, load }) => (channel.loadFailed(load) ? [channel] : []));
      if (owners.length > 0) this.#queue.retry({ ...group, owners }, error);
    } finally {
      this.#queue.ended(group);
      this.#options.ended();
    }
  }
}

const NOTHING: LoadedChannel = { who: [], sets: [] };
