/**
 * One owner's document and its subscribers. Guarantees: what subscribers have is {@link Channel.version} or on its way there in the delivery
 * queue; the first change after a pause goes out at once, further ones within `minIntervalMs` are merged; a document or patch is
 * encoded once, whatever the number of subscribers. The retained document moves only when a change goes out, so that a newcomer
 * stands where the others stand.
 */
import type { JsonObject, Position, Published, StaleReason } from "../metrics/published.ts";
import { encode, type Frame } from "./frame.ts";
import { isoInstant } from "./instant.ts";
import { applyPatch, mergePatches } from "./merge.ts";
import { type ChannelView, type PatchFrame, type Subscriber, Subscription } from "./subscription.ts";

export interface ChannelOptions {
  readonly minIntervalMs: number;
  readonly now: () => number;
  readonly setTimeout: (callback: () => void, delayMs: number) => unknown;
  readonly clearTimeout: (timer: unknown) => void;
  /** Queues a send to each; see {@link Delivery.push}. */
  readonly deliver: (subscriptions: readonly Subscription[], send: (subscription: Subscription) => void) => void;
  /** The last subscriber has left. */
  readonly emptied: () => void;
}

/** A change that has not gone out. */
type Pending =
  | ({ readonly kind: "document"; readonly document: JsonObject } & Position)
  | ({ readonly kind: "patch"; readonly patch: JsonObject } & Position);

export class Channel implements ChannelView {
  readonly #owner: string;
  readonly #options: ChannelOptions;
  readonly #subscriptions = new Set<Subscription>();
  #document: JsonObject = {};
  #version: Position | undefined;
  #snapshotFrame: Frame | undefined;
  #staleFrame: Frame | undefined;
  #liveFrame: Frame | undefined;
  #pending: Pending | undefined;
  #timer: unknown;
  /** True from a patch that did not fit until the engine speaks for the owner again. */
  #distrusted = false;

  constructor(owner: string, options: ChannelOptions) {
    this.#owner = owner;
    this.#options = options;
  }

  get version(): Position | undefined {
    return this.#version;
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
        this.#pending = { ...update };
        break;
      case "patch": {
        if (this.#distrusted) return true;
        const head = this.#pending ?? this.#version;
        if (head === undefined || head.epoch !== update.epoch || head.version !== update.previous) return false;
        this.#pending = follow(this.#pending, update);
        break;
      }
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
      return true;
    }
    if (this.#timer === undefined) this.#flush();
    return true;
  }

  /** Forgets the document until the engine publishes another: nothing that follows the present one can be trusted. */
  distrust(sinceMicroseconds: number, reason: StaleReason): void {
    this.#pending = undefined;
    this.#version = undefined;
    this.#snapshotFrame = undefined;
    this.#distrusted = true;
    this.#setStatus({ since: sinceMicroseconds, reason });
  }

  snapshotFrame(): Frame {
    const position = this.#version;
    if (position === undefined) throw new Error("no document yet");
    this.#snapshotFrame ??= encode({
      type: "snapshot",
      timestamp: this.now(),
      ownerId: this.#owner,
      epoch: position.epoch,
      version: position.version,
      asOf: isoInstant(position.asOf),
      data: this.#document,
    });
    return this.#snapshotFrame;
  }

  liveFrame(): Frame {
    this.#liveFrame ??= encode({ type: "live", timestamp: this.now(), ownerId: this.#owner });
    return this.#liveFrame;
  }

  stop(): void {
    this.#options.clearTimeout(this.#timer);
    this.#pending = undefined;
  }

  #setStatus(stale: { readonly since: number; readonly reason: StaleReason } | undefined): void {
    // What was computed while the numbers were good goes out first.
    this.#send();
    this.#liveFrame = undefined;
    this.#staleFrame = stale && this.#encodeStale(stale.since, stale.reason);
    this.#broadcast((subscription) => subscription.catchUp());
  }

  #flush(): void {
    this.#timer = undefined;
    if (!this.#send() || this.#options.minIntervalMs === 0) return;
    this.#timer = this.#options.setTimeout(() => this.#flush(), this.#options.minIntervalMs);
  }

  /** True if something went out. */
  #send(): boolean {
    const pending = this.#pending;
    if (pending === undefined) return false;
    const previous = this.#version;
    const { owner, epoch, version, asOf } = pending;
    this.#pending = undefined;
    this.#version = { owner, epoch, version, asOf };
    this.#snapshotFrame = undefined;
    if (pending.kind === "document" || previous === undefined) {
      if (pending.kind === "document") this.#document = pending.document;
      this.#broadcast((subscription) => subscription.catchUp());
      return true;
    }
    this.#document = applyPatch(this.#document, pending.patch);
    if (!this.isEmpty) {
      const patch = this.#encodePatch(pending, previous.version);
      this.#broadcast((subscription) => subscription.deliver(patch));
    }
    return true;
  }

  #encodeStale(sinceMicroseconds: number, reason: StaleReason): Frame {
    const since = isoInstant(sinceMicroseconds);
    return encode({ type: "stale", timestamp: this.now(), ownerId: this.#owner, since, reason });
  }

  #encodePatch(pending: Pending & { kind: "patch" }, previous: number): PatchFrame {
    const { epoch, version } = pending;
    const frame = encode({
      type: "metrics_updated",
      timestamp: this.now(),
      ownerId: this.#owner,
      epoch,
      version,
      previous,
      asOf: isoInstant(pending.asOf),
      data: pending.patch,
    });
    return { epoch, version, previous, frame };
  }

  #broadcast(act: (subscription: Subscription) => void): void {
    if (!this.isEmpty) this.#options.deliver([...this.#subscriptions], act);
  }
}

function follow(pending: Pending | undefined, update: Published & { kind: "patch" }): Pending {
  const { owner, epoch, version, asOf, patch } = update;
  const position = { owner, epoch, version, asOf };
  if (pending === undefined) return { kind: "patch", patch, ...position };
  if (pending.kind === "patch") return { kind: "patch", patch: mergePatches(pending.patch, patch), ...position };
  return { kind: "document", document: applyPatch(pending.document, patch), ...position };
}
