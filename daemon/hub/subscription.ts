import type { Place } from "../stream/cursor.ts";
import type { OwnerEvent } from "../owners/owner-event.ts";
import { encode, type Frame, withFields } from "./frame.ts";

/** Who gets frames. */
export interface Subscriber {
  /** True while unread frames fill its buffer: it gets nothing, and calls {@link Subscription.catchUp} once it has drained. */
  readonly blocked: boolean;
  send(frame: Frame): void;
}

/** What somebody has of an owner. Made anew with every flush: two are the same only if they are the same object. */
export interface Stand {
  readonly epoch: string;
  readonly incarnation: string;
  readonly version: number;
  /** How many events the channel has sent out: who goes from one stand to another without the events in between has missed those. */
  readonly events: number;
  readonly snapshot: string;
  readonly asOf: number;
}

/** What a subscription sees of its owner's channel. */
export interface ChannelView {
  readonly topic: string;
  /** What every subscriber should have by now; undefined before the first load. */
  readonly stand: Stand | undefined;
  /** The document of {@link stand} as a frame; for a receiver that still lacks events since `lacking`, with a cursor that says so. */
  snapshotFrame(lacking?: Place): Frame;
  /** What a cursor says; undefined for one that nobody can vouch for. */
  placeOf(cursor: string): Place | undefined;
  /** Where somebody is who has what that stand has. */
  placeAt(stand: Stand): Place;
  /** What happened since then, up to the stand; undefined where it can't be said. Never rejects. */
  missed(since: Place, upto: Stand): Promise<readonly OwnerEvent[] | undefined>;
  /** Events that bring a receiver from there to the stand. */
  eventFrames(events: readonly OwnerEvent[], since: Place, upto: Stand): readonly Frame[];
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

/** Events that were missed are being read. What comes meanwhile is kept, and follows them. */
interface Recovery {
  readonly since: Place;
  readonly stand: Stand;
  /** The document at the stand: it goes out before the events. */
  readonly snapshot: Frame;
  readonly flushes: Flush[];
  last: Stand;
}

/** From where somebody lacks events: where it was left, or what a cursor says, which is read when there is something to compare it with. */
type Lack = Place | { readonly cursor: string };

/** Five seconds of an owner that never rests: whoever reads that long has lost its place. */
const MAX_HELD = 100;

/**
 * One subscriber of one owner, and what it was told so far. It is never told a version twice, nor an older one; where the next patch
 * doesn't fit what it has, it gets the whole document, and the events in between where they can be said. While it is blocked nothing is
 * kept for it but the fact that it lags.
 */
export class Subscription {
  readonly #channel: ChannelView;
  readonly #subscriber: Subscriber;
  #told: Stand | undefined;
  #toldStale: Frame | undefined;
  /** The request that the next snapshot answers. Only one is kept: an older one gets its `ack` when a newer comes. */
  #awaiting: string | undefined;
  #lacking: Lack | undefined;
  #recovery: Recovery | undefined;
  #open = true;

  constructor(channel: ChannelView, subscriber: Subscriber) {
    this.#channel = channel;
    this.#subscriber = subscriber;
  }

  /** Brings the subscriber to the channel's present state, as far as it isn't blocked. */
  catchUp(): void {
    if (!this.#open || this.#subscriber.blocked) return;
    const { stand } = this.#channel;
    if (stand !== undefined && (this.#awaiting !== undefined || this.#told !== stand)) this.#bringTo(stand);
    // Nobody knows when the document can come: the request is answered now, and the document follows by itself.
    if (this.#channel.staleFrame !== undefined) this.#ackAwaiting();
    // `live` is said of numbers that it has.
    else if (this.#recovery !== undefined) return;
    this.#tellStatus();
  }

  /** Takes part in a broadcast. */
  deliver(flush: Flush): void {
    if (!this.#open || this.#subscriber.blocked) return;
    if (this.#recovery !== undefined) return this.#hold(flush, this.#recovery);
    if (this.#told === undefined || this.#told !== flush.from) return this.catchUp();
    this.#told = flush.to;
    for (const frame of flush.frames) this.#subscriber.send(frame);
  }

  /**
   * Answers `id` with the document: now, after the load, or once the subscriber has drained. `resume`: a cursor, after which every event
   * is owed.
   */
  request(id: string, resume?: string): void {
    if (resume !== undefined) this.#resume(resume);
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

  /** The next snapshot is followed by what happened since the cursor, or says that nobody can tell. */
  #resume(cursor: string): void {
    this.#recovery = undefined;
    this.#told = undefined;
    this.#lacking = { cursor };
  }

  #bringTo(stand: Stand): void {
    const lacking = this.#lacksBefore(stand);
    if (lacking === undefined) return this.#sendSnapshot(stand, this.#channel.snapshotFrame());
    // What can't be read now can be read once the numbers are good again; a snapshot would come with a cursor that skips it.
    if (this.#channel.staleFrame !== undefined || this.#recovery?.last === stand) return;
    const since = "cursor" in lacking ? this.#channel.placeOf(lacking.cursor) : lacking;
    if (since === undefined) this.#sendUnrecovered(stand);
    else this.#recover(since, stand);
  }

  #lacksBefore(stand: Stand): Lack | undefined {
    const told = this.#told;
    if (told !== undefined && (told.epoch !== stand.epoch || told.events !== stand.events))
      this.#lacking ??= this.#channel.placeAt(told);
    return this.#lacking;
  }

  #recover(since: Place, stand: Stand): void {
    const snapshot = this.#channel.snapshotFrame(since);
    const recovery: Recovery = { since, stand, snapshot, flushes: [], last: stand };
    this.#recovery = recovery;
    void this.#channel.missed(since, stand).then((events) => this.#recovered(recovery, events));
  }

  #hold(flush: Flush, recovery: Recovery): void {
    if (recovery.last !== flush.from) return this.catchUp();
    recovery.flushes.push(flush);
    recovery.last = flush.to;
    if (recovery.flushes.length > MAX_HELD) this.#recovered(recovery, undefined);
  }

  #recovered(recovery: Recovery, events: readonly OwnerEvent[] | undefined): void {
    if (!this.#open || this.#recovery !== recovery) return;
    this.#recovery = undefined;
    const { stand } = this.#channel;
    // A blocked one asks again once it has drained, and all of them when the database is back.
    const isAway = events === undefined && this.#channel.staleFrame !== undefined;
    if (this.#subscriber.blocked || stand === undefined || isAway) return;
    if (events === undefined) this.#sendUnrecovered(stand);
    else {
      const isWhole = events.length === 0 && stand === recovery.stand;
      this.#sendSnapshot(recovery.stand, isWhole ? this.#channel.snapshotFrame() : recovery.snapshot, true);
      this.#sendEvents(events, recovery);
      for (const flush of recovery.flushes) this.deliver(flush);
    }
    this.catchUp();
  }

  /** As far as it takes them: the rest is owed. */
  #sendEvents(events: readonly OwnerEvent[], { since, stand }: Recovery): void {
    for (const [index, frame] of this.#channel.eventFrames(events, since, stand).entries()) {
      if (this.#subscriber.blocked) {
        const sent = events.slice(0, index).map(({ id }) => id);
        this.#lacking = { ...since, seen: [...since.seen, ...sent] };
        this.#told = undefined;
        return;
      }
      this.#subscriber.send(frame);
    }
  }

  #sendUnrecovered(stand: Stand): void {
    this.#sendSnapshot(stand, this.#channel.snapshotFrame(), false);
  }

  #sendSnapshot(stand: Stand, frame: Frame, recovered?: boolean): void {
    const id = this.#awaiting;
    this.#awaiting = undefined;
    this.#told = stand;
    this.#lacking = undefined;
    this.#recovery = undefined;
    const own = { ...(id === undefined ? {} : { id }), ...(recovered === undefined ? {} : { recovered }) };
    this.#subscriber.send(withFields(frame, own));
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
    const { now, topic } = this.#channel;
    this.#subscriber.send(encode({ type: "ack", timestamp: now(), id, topic }));
  }
}
