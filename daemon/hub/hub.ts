/**
 * From what the engine publishes to those who subscribed. An owner is watched from its first subscriber until `idleMs` after its last,
 * so that a reload of the page doesn't cost a load of the owner.
 */
import type { Log } from "../config/log.ts";
import type { Timers } from "../config/timers.ts";
import type { Demand, Published } from "../owners/published.ts";
import { Channel, type ChannelOptions, type Recovery } from "./channel.ts";
import { Delivery } from "./delivery.ts";
import type { CursorOf } from "../stream/cursor.ts";
import type { Subscriber, Subscription } from "./subscription.ts";

export interface HubOptions extends Timers {
  readonly demand: Demand;
  /** Changes of one owner closer than this to the last are merged; 0 sends each. */
  readonly minIntervalMs: number;
  /** How long an owner stays loaded without subscribers. */
  readonly idleMs: number;
  readonly cursorOf: CursorOf;
  /** Undefined: nobody can say what anybody missed. */
  readonly recovery?: Recovery;
  readonly log: Log;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly setImmediate: (callback: () => void) => void;
}

/** 10,000 sends in one turn of the loop hold it for 107 ms. */
const SENDS_PER_TURN = 500;

const NO_RECOVERY: Recovery = { placeOf: () => undefined, missed: async () => undefined };

export class Hub {
  readonly #options: HubOptions;
  readonly #delivery: Delivery<Subscription>;
  readonly #channels = new Map<string, Channel>();
  readonly #idleTimers = new Map<string, unknown>();

  constructor(options: HubOptions) {
    this.#options = options;
    this.#delivery = new Delivery({ sendsPerTurn: SENDS_PER_TURN, setImmediate: options.setImmediate });
  }

  /**
   * Sends the owner's document now or as soon as it is loaded, and every change from then on. The first snapshot carries `id`, if one
   * is given; where it must wait for an owner that is stale, an `ack` with the id comes instead. `resume`: a cursor; what happened
   * since follows the first snapshot, or the snapshot says that nobody can tell.
   * @param owner the canonical text of the owner's key
   */
  subscribe(owner: string, subscriber: Subscriber, id?: string, resume?: string): Subscription {
    const existing = this.#channels.get(owner);
    const channel = existing ?? this.#open(owner);
    this.#options.clearTimeout(this.#idleTimers.get(owner));
    this.#idleTimers.delete(owner);
    const subscription = channel.join(subscriber);
    if (id === undefined) subscription.catchUp();
    else subscription.request(id, resume);
    if (existing === undefined) this.#options.demand.watch(owner);
    return subscription;
  }

  /** The hub's end of {@link Publish}. */
  publish(update: Published): void {
    const channel = this.#channels.get(update.owner);
    if (channel === undefined || channel.accept(update)) return;
    this.#options.log.error({ owner: update.owner }, "a patch does not follow its document: loading the owner again");
    channel.distrust(this.#options.now() * 1000, "reload");
    // Not now: the engine is in the middle of publishing.
    this.#options.setImmediate(() => this.#reload(update.owner, channel));
  }

  /** How many owners have a channel. */
  get size(): number {
    return this.#channels.size;
  }

  stop(): void {
    for (const timer of this.#idleTimers.values()) this.#options.clearTimeout(timer);
    for (const channel of this.#channels.values()) channel.stop();
    this.#idleTimers.clear();
    this.#channels.clear();
  }

  #open(owner: string): Channel {
    const { minIntervalMs, cursorOf, recovery = NO_RECOVERY, now, setTimeout, clearTimeout } = this.#options;
    const deliver: ChannelOptions["deliver"] = (subscriptions, send, cost) =>
      this.#delivery.push(subscriptions, send, cost);
    const emptied = (): void => this.#expire(owner, channel);
    const channel: Channel = new Channel(owner, {
      minIntervalMs,
      cursorOf,
      recovery,
      now,
      setTimeout,
      clearTimeout,
      deliver,
      emptied,
    });
    this.#channels.set(owner, channel);
    return channel;
  }

  #reload(owner: string, channel: Channel): void {
    if (this.#channels.get(owner) !== channel) return;
    this.#options.demand.unwatch(owner);
    this.#options.demand.watch(owner);
  }

  #expire(owner: string, channel: Channel): void {
    if (this.#channels.get(owner) !== channel) return;
    const close = (): void => {
      this.#idleTimers.delete(owner);
      this.#channels.delete(owner);
      channel.stop();
      this.#options.demand.unwatch(owner);
    };
    this.#idleTimers.set(owner, this.#options.setTimeout(close, this.#options.idleMs));
  }
}
