/**
 * The topic of an owner: its document and its events. Metrics and events of one commit go out together, metrics first; the document
 * moves only when a change goes out.
 */
import { unreachable } from "../../config/unreachable.ts";
import { encode, type Frame, withCursor } from "../../hub/frame.ts";
import { isoInstant } from "../../hub/instant.ts";
import type {
  Consequence,
  Flush,
  Progress,
  Replay,
  ResumePoint,
  TopicContent,
  TopicKind,
} from "../../hub/topic-content.ts";
import type { Demand, Published } from "../../owners/published.ts";
import type { OwnerReplay } from "../../resume/owner-replay.ts";
import type { CursorOf, MissedRange, StreamPosition } from "../../stream/stream-position.ts";
import { type EventEncoding, eventFrames } from "./event-frames.ts";
import { Pending, type PendingMetrics, stepFrom } from "./pending.ts";
import { framesOf } from "./owner-replay.ts";
import { ShownDocument } from "./shown-document.ts";

/** Knows what happened to owners. */
export interface OwnerHistory {
  /** What a cursor says; undefined for one that nobody can vouch for. */
  positionOf(topic: string, cursor: string): StreamPosition | undefined;
  /** What was missed of an owner; undefined where it can't be said. Never rejects. */
  replay(owner: string, range: MissedRange): Promise<OwnerReplay | undefined>;
}

export interface OwnerTopicOptions {
  readonly demand: Demand;
  readonly cursorOf: CursorOf;
  /** Undefined: nobody can say what anybody missed. */
  readonly history?: OwnerHistory;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

export function ownerTopics(options: OwnerTopicOptions): TopicKind<Published> {
  return {
    watch: (key) => options.demand.watch(key),
    unwatch: (key) => options.demand.unwatch(key),
    locate: (key) => options.demand.locate(key),
    open: (topic, key) => new OwnerTopic(topic, key, options),
  };
}

class OwnerTopic implements TopicContent<Published> {
  readonly #topic: string;
  readonly #owner: string;
  readonly #options: OwnerTopicOptions;
  /** Undefined where that is nothing, as most of the time. */
  #pending: Pending | undefined;
  /** The last cursor that was made, and of which position. */
  #lastPosition: StreamPosition | undefined;
  #lastCursor = "";
  readonly #document = new ShownDocument();
  #progress: Progress | undefined;
  /** Where the count of events goes on from when there is no progress. */
  #eventsBefore = 0;
  #snapshotFrame: Frame | undefined;
  /** True from {@link forget} until something is said of the whole owner again. */
  #isForgotten = false;

  constructor(topic: string, owner: string, options: OwnerTopicOptions) {
    this.#topic = topic;
    this.#owner = owner;
    this.#options = options;
  }

  get progress(): Progress | undefined {
    return this.#progress;
  }

  accept(update: Published): Consequence {
    switch (update.kind) {
      case "document": {
        this.#toCome().document(update);
        const wasForgotten = this.#isForgotten;
        this.#isForgotten = false;
        return wasForgotten ? { kind: "live" } : { kind: "flush" };
      }
      case "patch": {
        if (this.#isForgotten) return { kind: "ignored" };
        const head = this.#pending?.metrics ?? this.#progress;
        if (head === undefined || head.epoch !== update.epoch || head.version !== update.previous)
          return { kind: "broken" };
        this.#toCome().patch(update);
        return { kind: "flush" };
      }
      case "events":
        if (this.#isForgotten) return { kind: "ignored" };
        this.#toCome().addEvents(update);
        // The metrics of the same batch, if there are any, come in the same turn.
        return { kind: "flush_with_turn" };
      case "position": {
        if (this.#isForgotten) return { kind: "ignored" };
        const head = this.#pending?.metrics ?? this.#progress;
        if (head?.epoch !== update.epoch || head.version !== update.version) return { kind: "broken" };
        this.#toCome().position(update);
        return { kind: "located" };
      }
      case "stale":
        this.#isForgotten = false;
        return { kind: "stale", since: update.since, reason: update.reason };
      case "live":
        this.#isForgotten = false;
        return { kind: "live" };
    }
    return unreachable(update);
  }

  flush(isHeard: boolean): Flush | undefined {
    const before = this.#progress;
    const pending = this.#pending;
    this.#pending = undefined;
    const to = pending && nextProgress(before, pending, this.#eventsBefore);
    if (pending === undefined || to === undefined) return undefined;
    const { metrics, events } = pending;
    this.#progress = to;
    this.#snapshotFrame = undefined;
    if (metrics?.kind === "document") this.#document.replace(metrics.document);
    else if (metrics !== undefined) this.#document.patch(metrics.patch);
    if (before?.epoch !== to.epoch) return { from: undefined, to, frames: [] };
    if (!isHeard) return { from: before, to, frames: [] };
    // A receiver that is cut off between the metrics and the events must come back with a cursor that has not seen the events.
    const position = events.length > 0 ? before.had : to.had;
    const frames = [
      ...(metrics === undefined ? [] : [this.#encodeMetrics(metrics, before, this.#cursorAt(position))]),
      ...eventFrames(events, before.had, to.had, this.#eventEncoding()),
    ];
    return { from: before, to, frames };
  }

  snapshotFrame(lacking?: ResumePoint): Frame {
    const progress = this.#progress;
    if (progress === undefined) throw new Error("no document yet");
    this.#snapshotFrame ??= this.#encodeDocument(progress, progress.position.asOf, this.#cursorAt(progress.had));
    return lacking === undefined ? this.#snapshotFrame : withCursor(this.#snapshotFrame, this.#cursorOf(lacking));
  }

  replay(point: ResumePoint, { had }: Progress): Promise<Replay | undefined> | undefined {
    const { history } = this.#options;
    const since = "cursor" in point ? history?.positionOf(this.#topic, point.cursor) : point;
    if (history === undefined || since === undefined) return undefined;
    // What is still owed comes to everybody.
    const range = { since, upto: had };
    return history.replay(this.#owner, range).then((replay) => replay && framesOf(replay, () => this.#eventEncoding()));
  }

  forget(): void {
    this.#pending = undefined;
    // A receiver that had the document before has missed something, however little comes after.
    this.#eventsBefore = (this.#progress?.events ?? this.#eventsBefore) + 1;
    this.#progress = undefined;
    this.#snapshotFrame = undefined;
    this.#isForgotten = true;
  }

  #toCome(): Pending {
    this.#pending ??= new Pending();
    return this.#pending;
  }

  #cursorOf(point: ResumePoint): string {
    return "cursor" in point ? point.cursor : this.#cursorAt(point);
  }

  #eventEncoding(): EventEncoding {
    return { topic: this.#topic, timestamp: this.#options.now(), cursorAt: (position) => this.#cursorAt(position) };
  }

  #cursorAt(position: StreamPosition): string {
    if (this.#lastPosition !== position) this.#lastCursor = this.#options.cursorOf(this.#topic, position);
    this.#lastPosition = position;
    return this.#lastCursor;
  }

  #encodeMetrics(metrics: PendingMetrics, before: Progress, cursor: string): Frame {
    if (metrics.kind === "document") return this.#encodeDocument(metrics, metrics.asOf, cursor);
    return encode({
      type: "metrics_updated",
      timestamp: this.#options.now(),
      topic: this.#topic,
      epoch: metrics.epoch,
      version: metrics.version,
      previous: before.version,
      asOf: isoInstant(metrics.asOf),
      cursor,
      data: metrics.patch,
    });
  }

  #encodeDocument({ epoch, version }: Pick<Progress, "epoch" | "version">, asOf: number, cursor: string): Frame {
    const frame = encode({
      type: "snapshot",
      timestamp: this.#options.now(),
      topic: this.#topic,
      epoch,
      version,
      asOf: isoInstant(asOf),
      cursor,
      data: this.#document.whole(),
    });
    this.#document.keptIn(frame);
    return frame;
  }
}

/** Where everybody is that gets a flush; undefined while there is no document. */
function nextProgress(
  before: Progress | undefined,
  { metrics, events, steps }: Pending,
  eventsBefore: number,
): Progress | undefined {
  const { incarnation } = metrics ?? before?.position ?? {};
  const document = metrics ?? before;
  if (document === undefined || incarnation === undefined) return undefined;
  const { epoch, version } = document;
  const count = events.reduce((sum, batch) => sum + batch.events.length, before?.events ?? eventsBefore);
  let had = before?.epoch === epoch ? before.had : undefined;
  for (const step of steps) had = stepFrom(had, incarnation, step);
  if (had === undefined) return undefined;
  const { snapshot, asOf, rows } = had;
  // Most of the time they are one.
  const position = rows === undefined ? had : { incarnation, snapshot, asOf };
  return { epoch, version, events: count, position, had };
}
