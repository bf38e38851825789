/**
 * The channels that wait to be loaded, and the loads that run. Those that come one after another are loaded by one
 * statement; what failed is tried again, later each time. No data of a row makes a load fail, so that a group is never taken apart.
 */
import type { Cut } from "../capture/batch.ts";
import type { Log } from "../config/log.ts";
import type { Timers } from "../config/timers.ts";
import { Backoff } from "../database/backoff.ts";
import { reasonOf } from "../database/reason.ts";
import type { ChannelLoad, ChannelLoader } from "./channel-loader.ts";
import type { LoadedChannel, WatchedChannel } from "./watched-channel.ts";

export interface ChannelLoadsOptions extends Timers {
  readonly loader: ChannelLoader;
  /** How many loads run at once. */
  readonly atOnce: number;
  readonly loaded: (channel: WatchedChannel, found: LoadedChannel, load: object) => void;
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
/** As owners do: a group waits until no channel has come for 10 ms, at most 100 ms. */
const QUIET_MS = 10;
const LONGEST_WAIT_MS = 100;

export class ChannelLoads {
  readonly #options: ChannelLoadsOptions;
  readonly #waiting = new Set<WatchedChannel>();
  readonly #backoff: Backoff;
  #firstMs = 0;
  #readyMs = 0;
  #timer: unknown;
  #running = 0;

  constructor(options: ChannelLoadsOptions) {
    this.#options = options;
    this.#backoff = new Backoff(options.log, "loading channels");
  }

  /** True when a cut is wanted. */
  get isReady(): boolean {
    const { atOnce, monotonicMs } = this.#options;
    return this.#waiting.size > 0 && this.#running < atOnce && monotonicMs() >= this.#readyMs;
  }

  get hasRoom(): boolean {
    return this.#running < this.#options.atOnce;
  }

  /** `isUrgent`: it must not wait for others, nor those that are there. */
  add(channel: WatchedChannel, isUrgent = false): void {
    const nowMs = this.#options.monotonicMs();
    if (this.#waiting.size === 0) this.#firstMs = nowMs;
    this.#waiting.add(channel);
    const isFull = isUrgent || this.#waiting.size >= GROUP_SIZE;
    this.#readyMs = isFull ? nowMs : Math.min(nowMs + QUIET_MS, this.#firstMs + LONGEST_WAIT_MS);
    this.#wake(this.#readyMs - nowMs);
  }

  remove(channel: WatchedChannel): void {
    this.#waiting.delete(channel);
  }

  clear(): void {
    this.#waiting.clear();
    this.#options.clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  /** Begins what waits, as far as there is room. `imported` resolves once all have imported the cut's snapshot, or failed. */
  start(cut: Cut): { readonly channels: ReadonlySet<WatchedChannel>; readonly imported: Promise<unknown> } {
    const channels = new Set<WatchedChannel>();
    const imports: Promise<void>[] = [];
    while (this.#waiting.size > 0 && this.hasRoom) {
      const group = [...this.#waiting].slice(0, GROUP_SIZE);
      for (const channel of group) this.#waiting.delete(channel);
      for (const channel of group) channels.add(channel);
      imports.push(this.#begin(group, cut));
    }
    return { channels, imported: Promise.all(imports) };
  }

  #begin(group: readonly WatchedChannel[], { snapshotId }: Cut): Promise<void> {
    const begun = group.map((channel) => ({ channel, load: channel.loadBegins() }));
    const load = this.#options.loader.load({ keys: group.map(({ key }) => key), snapshotId });
    void this.#finish(begun, load.channels);
    return load.imported;
  }

  async #finish(begun: readonly Begun[], channels: ChannelLoad["channels"]): Promise<void> {
    this.#running += 1;
    try {
      const found = await channels;
      this.#backoff.succeeded();
      for (const { channel, load } of begun) this.#options.loaded(channel, found.get(channel.key) ?? NOTHING, load);
    } catch (error) {
      this.#retry(begun, error);
    } finally {
      this.#running -= 1;
      if (this.#waiting.size > 0) this.#wake(this.#readyMs - this.#options.monotonicMs());
    }
  }

  #retry(begun: readonly Begun[], error: unknown): void {
    const again = begun.flatMap(({ channel, load }) => (channel.loadFailed(load) ? [channel] : []));
    if (again.length === 0) return;
    const delayMs = this.#backoff.failed(reasonOf(error));
    for (const channel of again) this.#waiting.add(channel);
    this.#readyMs = this.#options.monotonicMs() + delayMs;
  }

  #wake(delayMs: number): void {
    const { setTimeout, clearTimeout, nudge } = this.#options;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(
      () => {
        this.#timer = undefined;
        if (this.isReady) nudge();
        else if (this.#waiting.size > 0 && this.hasRoom) this.#wake(this.#readyMs - this.#options.monotonicMs());
      },
      Math.max(0, Math.ceil(delayMs)),
    );
  }
}

const NOTHING: LoadedChannel = { who: [], sets: [] };
