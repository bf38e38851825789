/**
 * One topic and its subscribers. Guarantees: what subscribers have is the content's progress, or on its way there in the delivery queue;
 * the first change after a pause goes out at once, further ones within `minIntervalMs` are merged; each frame is encoded once, whatever
 * the number of subscribers. What newcomers are shown moves only when a change goes out, so that they stand where the others stand.
 */
import type { Timers } from "../config/timers.ts";
import { unreachable } from "../config/unreachable.ts";
import { encode, type Frame } from "./frame.ts";
import { isoInstant } from "./instant.ts";
import { type SubscribedTopic, type Subscriber, Subscription } from "./subscription.ts";
import type { Progress, Replay, ResumePoint, TopicContent } from "./topic-content.ts";

export interface TopicOptions extends Timers {
  readonly minIntervalMs: number;
  readonly now: () => number;
  /** Queues as many sends as `cost` to each; see {@link Delivery.push}. */
  readonly deliver: (
    subscriptions: readonly Subscription[],
    send: (subscription: Subscription) => void,
    cost: number,
  ) => void;
  /** The last subscriber has left. */
  readonly emptied: () => void;
}

export class Topic implements SubscribedTopic {
  readonly #name: string;
  readonly #content: TopicContent;
  readonly #options: TopicOptions;
  readonly #subscriptions = new Set<Subscription>();
  #staleFrame: Frame | undefined;
  #liveFrame: Frame | undefined;
  #timer: unknown;

  constructor(name: string, content: TopicContent, options: TopicOptions) {
    this.#name = name;
    this.#content = content;
    this.#options = options;
  }

  get progress(): Progress | undefined {
    return this.#content.progress;
  }

  get staleFrame(): Frame | undefined {
    return this.#staleFrame;
  }

  get isEmpty(): boolean {
    return this.#subscriptions.size === 0;
  }

  join(subscriber: Subscriber): Subscription {
    const subscription = new Subscription(this, subscriber);
    this.#subscriptions.add(subscription);
    return subscription;
  }

  leave(subscription: Subscription): void {
    if (this.#subscriptions.delete(subscription) && this.isEmpty) this.#options.emptied();
  }

  /** Takes what was published. False if it doesn't follow what was published before. */
  accept(update: unknown): boolean {
    const consequence = this.#content.accept(update);
    switch (consequence.kind) {
      case "flush":
        this.#flushUnlessTimed();
        return true;
      case "flush_with_turn":
        queueMicrotask(() => this.#flushUnlessTimed());
        return true;
      case "stale":
        this.#setStale(consequence.since, consequence.reason);
        return true;
      case "live":
        this.#setLive();
        return true;
      case "ignored":
        return true;
      case "broken":
        return false;
    }
    return unreachable(consequence);
  }

  /** Forgets what it holds until a whole is published again. */
  distrust(sinceMicroseconds: number, reason: string): void {
    this.#content.forget();
    this.#setStale(sinceMicroseconds, reason);
  }

  snapshotFrame(lacking?: ResumePoint): Frame {
    return this.#content.snapshotFrame(lacking);
  }

  replay(since: ResumePoint, upto: Progress): Promise<Replay | undefined> | undefined {
    return this.#content.replay(since, upto);
  }

  liveFrame(): Frame {
    this.#liveFrame ??= encode({ type: "live", timestamp: this.#options.now(), topic: this.#name });
    return this.#liveFrame;
  }

  ackFrame(id: string): Frame {
    return encode({ type: "ack", timestamp: this.#options.now(), id, topic: this.#name });
  }

  deliver(subscription: Subscription, send: (subscription: Subscription) => void, cost: number): void {
    this.#options.deliver([subscription], send, cost);
  }

  stop(): void {
    this.#options.clearTimeout(this.#timer);
  }

  #setStale(sinceMicroseconds: number, reason: string): void {
    const since = isoInstant(sinceMicroseconds);
    const frame = encode({ type: "stale", timestamp: this.#options.now(), topic: this.#name, since, reason });
    this.#setStatus(frame);
  }

  #setLive(): void {
    this.#setStatus(undefined);
  }

  #setStatus(staleFrame: Frame | undefined): void {
    // What was computed while the topic was good goes out first.
    this.#send();
    this.#liveFrame = undefined;
    this.#staleFrame = staleFrame;
    this.#broadcast((subscription) => subscription.catchUp());
  }

  #flushUnlessTimed(): void {
    if (this.#timer === undefined) this.#flush();
  }

  #flush(): void {
    this.#timer = undefined;
    if (!this.#send() || this.#options.minIntervalMs === 0) return;
    this.#timer = this.#options.setTimeout(() => this.#flush(), this.#options.minIntervalMs);
  }

  /** True if something went out. */
  #send(): boolean {
    const flush = this.#content.flush(!this.isEmpty);
    if (flush === undefined) return false;
    if (flush.from === undefined) this.#broadcast((subscription) => subscription.catchUp());
    else this.#broadcast((subscription) => subscription.follow(flush), flush.frames.length);
    return true;
  }

  #broadcast(act: (subscription: Subscription) => void, cost = 1): void {
    if (!this.isEmpty) this.#options.deliver([...this.#subscriptions], act, cost);
  }
}
