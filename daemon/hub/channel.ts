/**
 * One owner's document, its events, and its subscribers. Guarantees: what subscribers have is {@link Channel.stand} or on its way there
 * in the delivery queue; the first change after a pause goes out at once, further ones within `minIntervalMs` are merged; metrics and
 * events of one commit go out together, metrics first; each frame is encoded once, whatever the number of subscribers. The retained
 * document moves only when a change goes out, so that a newcomer stands where the others stand.
 */
import type { Timers } from "../config/timers.ts";
import type { Published, StaleReason } from "../owners/published.ts";
import type { JsonObject } from "../../protocol/json.ts";
import { ownerTopic } from "../../protocol/topic.ts";
import type { Gap } from "../resume/history.ts";
import type { OwnerEvent } from "../owners/owner-event.ts";
import { eventFrames } from "./event-frames.ts";
import { encode, type Frame } from "./frame.ts";
import { isoInstant } from "./instant.ts";
import { applyPatch } from "./merge.ts";
import { Pending, type PendingFlush, type PendingMetrics } from "./pending.ts";
import type { CursorOf, Place } from "../stream/cursor.ts";
import { rememberLast } from "../stream/remember-last.ts";
import { type ChannelView, type Stand, type Subscriber, Subscription } from "./subscription.ts";

/** Tells subscribers what they missed. */
export interface Recovery {
  /** What a cursor says; undefined for one that nobody can vouch for. */
  placeOf(owner: string, cursor: string): Place | undefined;
  /** In order; undefined where it can't be said. Never rejects. */
  missed(gap: Gap): Promise<readonly OwnerEvent[] | undefined>;
}

export interface ChannelOptions extends Timers {
  readonly minIntervalMs: number;
  readonly cursorOf: CursorOf;
  readonly recovery: Recovery;
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

export class Channel implements ChannelView {
  readonly owner: string;
  readonly topic: string;
  readonly #options: ChannelOptions;
  readonly #subscriptions = new Set<Subscription>();
  readonly #pending = new Pending();
  /** A flush begins at the place where the one before ended, and with its cursor. */
  readonly #placeOf = rememberLast((stand: Stand): Place => {
    const { incarnation, snapshot, asOf } = stand;
    return { owner: this.owner, incarnation, snapshot, asOf, seen: [] };
  });
  readonly #cursorOf: CursorOf;
  #document: JsonObject = {};
  #stand: Stand | undefined;
  /** Where the count of events goes on from when there is no stand. */
  #eventsBefore = 0;
  #snapshotFrame: Frame | undefined;
  #staleFrame: Frame | undefined;
  #liveFrame: Frame | undefined;
  #timer: unknown;
  /** True from a patch that did not fit until the engine speaks for the owner again. */
  #distrusted = false;

  constructor(owner: string, options: ChannelOptions) {
    this.owner = owner;
    this.topic = ownerTopic(owner);
    this.#options = options;
    this.#cursorOf = rememberLast(options.cursorOf);
  }

  get stand(): Stand | undefined {
    return this.#stand;
  }

  get staleFrame(): Frame | undefined {
    return this.#staleFrame;
  }

  get isEmpty(): boolean {
    return this.#subscriptions.size === 0;
  }

  get now(): () => number {
    return this.#options.now;
  }

  join(subscriber: Subscriber): Subscription {
    const subscription = new Subscription(this, subscriber);
    this.#subscriptions.add(subscription);
    return subscription;
  }

  leave(subscription: Subscription): void {
    if (this.#subscriptions.delete(subscription) && this.isEmpty) this.#options.emptied();
  }

  /** Takes what the engine published. False if it is a patch that doesn't follow what was published before. */
  accept(update: Published): boolean {
    switch (update.kind) {
      case "document":
        this.#pending.document(update);
        break;
      case "patch": {
        if (this.#distrusted) return true;
        const head = this.#pending.metrics ?? this.#stand;
        if (head === undefined || head.epoch !== update.epoch || head.version !== update.previous) return false;
        this.#pending.patch(update);
        break;
      }
      case "events":
        if (this.#distrusted) return true;
        this.#pending.events(update);
        // The metrics of the same batch, if there are any, come in the same turn.
        queueMicrotask(() => this.#flushUnlessTimed());
        return true;
      case "stale":
        this.#distrusted = false;
        this.#setStatus({ since: update.since, reason: update.reason });
        return true;
      case "live":
        this.#distrusted = false;
        this.#setStatus(undefined);
        return true;
    }
    if (this.#distrusted) {
      this.#distrusted = false;
      this.#setStatus(undefined);
    } else this.#flushUnlessTimed();
    return true;
  }

  /** Forgets the document until the engine publishes another: nothing that follows the present one can be trusted. */
  distrust(sinceMicroseconds: number, reason: StaleReason): void {
    this.#pending.clear();
    // Who had the document before has missed something, however little comes after.
    this.#eventsBefore = (this.#stand?.events ?? this.#eventsBefore) + 1;
    this.#stand = undefined;
    this.#snapshotFrame = undefined;
    this.#distrusted = true;
    this.#setStatus({ since: sinceMicroseconds, reason });
  }

  placeOf(cursor: string): Place | undefined {
    return this.#options.recovery.placeOf(this.owner, cursor);
  }

  missed(since: Place, upto: Stand): Promise<readonly OwnerEvent[] | undefined> {
    return this.#options.recovery.missed({ since, upto });
  }

  placeAt(stand: Stand): Place {
    return this.#placeOf(stand);
  }

  eventFrames(events: readonly OwnerEvent[], since: Place, upto: Stand): readonly Frame[] {
    const { snapshot, asOf } = upto;
    const batch = { kind: "events" as const, owner: this.owner, events, snapshot, asOf };
    return eventFrames(this.topic, [batch], since, this.placeAt(upto), this.now(), this.#cursorOf);
  }

  snapshotFrame(lacking?: Place): Frame {
    if (this.#stand === undefined) throw new Error("no document yet");
    if (lacking !== undefined) return this.#encodeDocument(this.#stand, lacking);
    this.#snapshotFrame ??= this.#encodeDocument(this.#stand, this.placeAt(this.#stand));
    return this.#snapshotFrame;
  }

  liveFrame(): Frame {
    this.#liveFrame ??= encode({ type: "live", timestamp: this.now(), topic: this.topic });
    return this.#liveFrame;
  }

  stop(): void {
    this.#options.clearTimeout(this.#timer);
    this.#pending.clear();
  }

  #setStatus(stale: { readonly since: number; readonly reason: StaleReason } | undefined): void {
    // What was computed while the numbers were good goes out first.
    this.#send();
    this.#liveFrame = undefined;
    this.#staleFrame = stale && this.#encodeStale(stale.since, stale.reason);
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
    const before = this.#stand;
    const flush = this.#pending.take();
    const to = flush && nextStand(before, flush, this.#eventsBefore);
    if (flush === undefined || to === undefined) return false;
    const { metrics, events } = flush;
    this.#stand = to;
    this.#snapshotFrame = undefined;
    if (metrics?.kind === "document") this.#document = metrics.document;
    else if (metrics !== undefined) this.#document = applyPatch(this.#document, metrics.patch);
    if (this.isEmpty) return true;
    if (before?.epoch !== to.epoch) {
      this.#broadcast((subscription) => subscription.catchUp());
      return true;
    }
    const start = this.placeAt(before);
    const end = this.placeAt(to);
    // Whoever is cut off between the metrics and the events must come back with a cursor that has not seen the events.
    const place = events.length > 0 ? start : end;
    const frames = [
      ...(metrics === undefined ? [] : [this.#encodeMetrics(metrics, before, place)]),
      ...eventFrames(this.topic, events, start, end, this.now(), this.#cursorOf),
    ];
    this.#broadcast((subscription) => subscription.deliver({ from: before, to, frames }), frames.length);
    return true;
  }

  #encodeStale(sinceMicroseconds: number, reason: StaleReason): Frame {
    const since = isoInstant(sinceMicroseconds);
    return encode({ type: "stale", timestamp: this.now(), topic: this.topic, since, reason });
  }

  #encodeMetrics(metrics: PendingMetrics, before: Stand, place: Place): Frame {
    return metrics.kind === "document"
      ? this.#encodeDocument(metrics, place)
      : encode({
          type: "metrics_updated",
          timestamp: this.now(),
          topic: this.topic,
          epoch: metrics.epoch,
          version: metrics.version,
          previous: before.version,
          asOf: isoInstant(metrics.asOf),
          cursor: this.#cursorOf(place),
          data: metrics.patch,
        });
  }

  #encodeDocument({ epoch, version, asOf }: Pick<Stand, "epoch" | "version" | "asOf">, place: Place): Frame {
    return encode({
      type: "snapshot",
      timestamp: this.now(),
      topic: this.topic,
      epoch,
      version,
      asOf: isoInstant(asOf),
      cursor: this.#cursorOf(place),
      data: this.#document,
    });
  }

  #broadcast(act: (subscription: Subscription) => void, cost = 1): void {
    if (!this.isEmpty) this.#options.deliver([...this.#subscriptions], act, cost);
  }
}

/** Where everybody stands who gets a flush; undefined while there is no document. */
function nextStand(
  before: Stand | undefined,
  { metrics, events, reached }: PendingFlush,
  eventsBefore: number,
): Stand | undefined {
  const document = metrics ?? before;
  if (document === undefined) return undefined;
  const { epoch, incarnation, version } = document;
  const { snapshot, asOf } = reached;
  const count = events.reduce((sum, batch) => sum + batch.events.length, before?.events ?? eventsBefore);
  return { epoch, incarnation, version, snapshot, asOf, events: count };
}
