import { encode, type Frame, withId } from "./frame.ts";

/** Who gets frames. */
export interface Subscriber {
  /** True while unread frames fill its buffer: it gets nothing, and calls {@link Subscription.catchUp} once it has drained. */
  readonly blocked: boolean;
  send(frame: Frame): void;
}

/** What somebody has of an owner. Made anew with every flush: two are the same only if they are the same object. */
export interface Stand {
  readonly epoch: string;
  readonly version: number;
  /** How many events the channel has sent out: who goes from one stand to another without the events in between has missed those. */
  readonly events: number;
  readonly snapshot: string;
  readonly asOf: number;
}

/** What a subscription sees of its owner's channel. */
export interface ChannelView {
  readonly owner: string;
  /** What every subscriber should have by now; undefined before the first load. */
  readonly stand: Stand | undefined;
  /** The document of {@link stand} as a frame. */
  snapshotFrame(): Frame;
  /** The frame that says so, while the numbers can't be vouched for. */
  readonly staleFrame: Frame | undefined;
  liveFrame(): Frame;
  readonly now: () => number;
  leave(subscription: Subscription): void;
}

/** What goes out at once: metrics, then events. It moves a subscriber from one stand to the next. */
export interface Flush {
  /** Undefined where nobody can follow: after another epoch's document events may have been missed. */
  readonly from: Stand | undefined;
  readonly to: Stand;
  readonly frames: readonly Frame[];
}

/**
 * One subscriber of one owner, and what it was told so far. It is never told a version twice, nor an older one; where the next patch
 * doesn't fit what it has, it gets the whole document. While it is blocked nothing is kept for it but the fact that it lags.
 */
export class Subscription {
  readonly #channel: ChannelView;
  readonly #subscriber: Subscriber;
  #told: Stand | undefined;
  #toldStale: Frame | undefined;
  /** The request that the next snapshot answers. Only one is kept: an older one gets its `ack` when a newer comes. */
  #awaiting: string | undefined;
  #open = true;

  constructor(channel: ChannelView, subscriber: Subscriber) {
    this.#channel = channel;
    this.#subscriber = subscriber;
  }

  /** Brings the subscriber to the channel's present state, as far as it isn't blocked. */
  catchUp(): void {
    if (!this.#open || this.#subscriber.blocked) return;
    const { stand } = this.#channel;
    if (stand !== undefined && (this.#awaiting !== undefined || this.#told !== stand)) this.#sendSnapshot(stand);
    // Nobody knows when the document can come: the request is answered now, and the document follows by itself.
    if (this.#channel.staleFrame !== undefined) this.#ackAwaiting();
    this.#tellStatus();
  }

  /** Takes part in a broadcast. */
  deliver(flush: Flush): void {
    if (!this.#open || this.#subscriber.blocked) return;
    if (this.#told === undefined || this.#told !== flush.from) return this.catchUp();
    this.#told = flush.to;
    for (const frame of flush.frames) this.#subscriber.send(frame);
  }

  /** Answers `id` with the document: now, after the load, or once the subscriber has drained. */
  request(id: string): void {
    this.#ackAwaiting();
    this.#awaiting = id;
    this.catchUp();
  }

  close(): void {
    if (!this.#open) return;
    this.#ackAwaiting();
    this.#open = false;
    this.#channel.leave(this);
  }

  #sendSnapshot(stand: Stand): void {
    const frame = this.#channel.snapshotFrame();
    const id = this.#awaiting;
    this.#awaiting = undefined;
    this.#told = stand;
    this.#subscriber.send(id === undefined ? frame : withId(frame, id));
  }

  #tellStatus(): void {
    const { staleFrame } = this.#channel;
    if (staleFrame === this.#toldStale) return;
    this.#toldStale = staleFrame;
    this.#subscriber.send(staleFrame ?? this.#channel.liveFrame());
  }

  #ackAwaiting(): void {
    const id = this.#awaiting;
    if (id === undefined) return;
    this.#awaiting = undefined;
    const { now, owner } = this.#channel;
    this.#subscriber.send(encode({ type: "ack", timestamp: now(), id, ownerId: owner }));
  }
}
