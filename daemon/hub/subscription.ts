/**
 * One subscriber of one topic, and what it was sent so far. It is never sent a version twice, nor an older one; where the next change
 * doesn't follow what it has, it gets a snapshot, and what happened in between where that can be said. While it is blocked nothing is
 * kept for it but where it is.
 *
 *     waiting ── a snapshot, where nothing is lacking ──────────────────────────────────────▶ current ──┐ a flush that follows
 *        │                                                                                    │   ▲  ◀──┘
 *        └─ something is lacking ─▶ asking ◀─ another epoch's, or flushes with events missed ─┘   │
 *                                     │ │                                                         │
 *                                     │ └─ nobody can say: snapshot, `recovered: false` ──────────┤
 *                                     │                                                           │
 *                                     └─ snapshot, `recovered: true` ─▶ replaying ── the last frame, then what was held
 *
 * Blocked before the answer it waits, and asks again; blocked in a replay it goes on once it has drained. A replay of which nobody can
 * say the rest any more ends with a snapshot and `recovered: false`.
 */
import { unreachable } from "../config/unreachable.ts";
import { type Frame, withFields } from "./frame.ts";
import type { Flush, Progress, Replay, ReplayStep, ResumePoint } from "./topic-content.ts";

/** What gets frames. */
export interface Subscriber {
  /** True while unread frames fill its buffer: it gets nothing, and calls {@link Subscription.catchUp} once it has drained. */
  readonly blocked: boolean;
  send(frame: Frame): void;
}

/** What a subscription needs of its topic. */
export interface SubscribedTopic {
  /** What every subscriber should have by now; undefined before the first snapshot. */
  readonly progress: Progress | undefined;
  /** The frame that says so, while the topic can't be vouched for. */
  readonly staleFrame: Frame | undefined;
  liveFrame(): Frame;
  ackFrame(id: string): Frame;
  /** The snapshot at {@link progress}; for a receiver that lacks what came after `lacking`, with a cursor that says so. */
  snapshotFrame(lacking?: ResumePoint): Frame;
  /** What happened from there to `upto`; undefined where nobody can say, at once or after looking. Never rejects. */
  replay(since: ResumePoint, upto: Progress): Promise<Replay | undefined> | undefined;
  /** Calls `send`, which sends `cost` frames, when the event loop has room for them. */
  deliver(subscription: Subscription, send: (subscription: Subscription) => void, cost: number): void;
  leave(subscription: Subscription): void;
}

type Phase =
  | { readonly kind: "waiting"; readonly lacking: ResumePoint | undefined }
  | { readonly kind: "current"; progress: Progress }
  | Asking
  | Replaying;

interface Asking {
  readonly kind: "asking";
  readonly since: ResumePoint;
  readonly upto: Progress;
  /** Made at `upto`: what is held begins there. */
  readonly snapshot: Frame;
  readonly held: Held;
}

interface Replaying {
  readonly kind: "replaying";
  readonly replay: Replay;
  readonly upto: Progress;
  readonly held: Held;
  /** Where the frames that were sent have brought the subscriber. */
  reached: ResumePoint;
  step: ReplayStep;
  /** How many frames of the step were sent. */
  sent: number;
  isReading: boolean;
}

/** What goes out meanwhile, and follows. */
interface Held {
  readonly flushes: Flush[];
  frames: number;
  /** Undefined once it was too much: the subscriber catches up afterwards. */
  last: Progress | undefined;
}

/** Half a megabyte or so, that the topic's other subscribers have got already. */
const MAX_HELD_FRAMES = 1_000;
const NOTHING_YET: ReplayStep = { frames: [], isLast: false };

export class Subscription {
  readonly #topic: SubscribedTopic;
  readonly #subscriber: Subscriber;
  #phase: Phase = { kind: "waiting", lacking: undefined };
  /** The status that was last sent: stale by that frame, or live. */
  #sentStale: Frame | undefined;
  /** The request that the next snapshot answers. Only one is kept: an older one gets its `ack` when a newer comes. */
  #request: string | undefined;
  #open = true;

  constructor(topic: SubscribedTopic, subscriber: Subscriber) {
    this.#topic = topic;
    this.#subscriber = subscriber;
  }

  /** Brings the subscriber to the topic's present state, as far as it isn't blocked. */
  catchUp(): void {
    if (!this.#open || this.#subscriber.blocked) return;
    const { progress } = this.#topic;
    if (progress !== undefined) this.#bringTo(progress);
    // Nobody knows when a snapshot can come: the request is answered now, and the snapshot follows by itself.
    if (this.#topic.staleFrame !== undefined) this.#ackRequest();
    // `live` is said of what it has.
    else if (this.#phase.kind === "asking") return;
    this.#sendStatus();
  }

  /** Takes part in a broadcast. */
  follow(flush: Flush): void {
    if (!this.#open || this.#subscriber.blocked) return;
    const phase = this.#phase;
    if (phase.kind === "asking" || phase.kind === "replaying") return this.#hold(flush, phase);
    if (phase.kind !== "current" || phase.progress !== flush.from) return this.catchUp();
    phase.progress = flush.to;
    for (const frame of flush.frames) this.#subscriber.send(frame);
  }

  /**
   * Answers `id` with a snapshot: now, after the load, or once the subscriber has drained. `resume`: a cursor, after which everything
   * is owed.
   */
  request(id: string, resume?: string): void {
    if (resume !== undefined) this.#wait({ cursor: resume });
    this.#ackRequest();
    this.#request = id;
    this.catchUp();
  }

  close(): void {
    if (!this.#open) return;
    this.#ackRequest();
    this.#wait(undefined);
    this.#open = false;
    this.#topic.leave(this);
  }

  #wait(lacking: ResumePoint | undefined): void {
    if (this.#phase.kind === "replaying") this.#phase.replay.stop();
    this.#phase = { kind: "waiting", lacking };
  }

  #bringTo(progress: Progress): void {
    const phase = this.#phase;
    switch (phase.kind) {
      case "waiting":
        if (phase.lacking === undefined) return this.#sendSnapshot(progress, this.#topic.snapshotFrame());
        return this.#ask(phase.lacking, progress);
      case "current":
        if (phase.progress === progress && this.#request === undefined) return;
        if (phase.progress.epoch === progress.epoch && phase.progress.events === progress.events)
          return this.#sendSnapshot(progress, this.#topic.snapshotFrame());
        return this.#ask(phase.progress.position, progress);
      case "asking": {
        const { last } = phase.held;
        const isComing = last === undefined ? phase.upto.epoch === progress.epoch : last === progress;
        return isComing ? undefined : this.#ask(phase.since, progress);
      }
      case "replaying":
        // A replay goes on behind any snapshot.
        return this.#request === undefined ? this.#advance(phase) : this.#ask(phase.reached, progress);
    }
    return unreachable(phase);
  }

  #ask(since: ResumePoint, upto: Progress): void {
    // What can't be read now can be read once the topic is good again; a snapshot would come with a cursor that skips it.
    if (this.#topic.staleFrame !== undefined) return;
    this.#wait(since);
    const answer = this.#topic.replay(since, upto);
    if (answer === undefined) return this.#sendUnrecovered(upto);
    const held: Held = { flushes: [], frames: 0, last: upto };
    const asking: Asking = { kind: "asking", since, upto, snapshot: this.#topic.snapshotFrame(since), held };
    this.#phase = asking;
    void answer.then((replay) => this.#answered(asking, replay));
  }

  #answered(asking: Asking, replay: Replay | undefined): void {
    if (this.#phase !== asking) return replay?.stop();
    const { since, upto, held } = asking;
    const { progress, staleFrame } = this.#topic;
    // A blocked one asks again once it has drained, and all of them when the database is back.
    const isAway = replay === undefined && staleFrame !== undefined;
    if (this.#subscriber.blocked || progress === undefined || isAway) {
      replay?.stop();
      return this.#wait(since);
    }
    if (replay === undefined) {
      this.#sendUnrecovered(progress);
      return this.catchUp();
    }
    const isAllOver = replay.isEmpty && progress === upto;
    this.#sendSnapshot(upto, isAllOver ? this.#topic.snapshotFrame() : asking.snapshot, true);
    if (replay.isEmpty) return this.#finish(upto, held);
    const phase: Replaying = {
      kind: "replaying",
      replay,
      upto,
      held,
      reached: since,
      step: NOTHING_YET,
      sent: 0,
      isReading: false,
    };
    this.#phase = phase;
    this.#advance(phase);
  }

  /** Sends what there is of a replay, and has the next read, as far as the subscriber takes it. */
  #advance(phase: Replaying): void {
    if (phase.isReading) return;
    const { frames, isLast } = phase.step;
    for (let frame = frames[phase.sent]; frame !== undefined; frame = frames[phase.sent]) {
      if (this.#subscriber.blocked) return phase.replay.pause();
      const { cursor } = frame.position;
      if (cursor !== undefined) phase.reached = { cursor };
      phase.sent += 1;
      this.#subscriber.send(frame);
    }
    if (isLast) return this.#finish(phase.upto, phase.held);
    if (this.#subscriber.blocked) return phase.replay.pause();
    if (phase.step !== NOTHING_YET) this.#sendStatus();
    phase.isReading = true;
    void this.#readOn(phase);
  }

  async #readOn(phase: Replaying): Promise<void> {
    const step = await phase.replay.next();
    this.#topic.deliver(this, () => this.#take(step, phase), step?.frames.length ?? 1);
  }

  #take(step: ReplayStep | undefined, phase: Replaying): void {
    phase.isReading = false;
    if (this.#phase !== phase) return;
    const { progress, staleFrame } = this.#topic;
    if (step !== undefined) {
      phase.step = step;
      phase.sent = 0;
      this.#advance(phase);
    } else if (staleFrame === undefined) {
      // Nobody may be able to say it then either, but a blocked one can't be told now.
      if (this.#subscriber.blocked || progress === undefined) return this.#wait(phase.reached);
      this.#sendUnrecovered(progress);
      this.catchUp();
    }
  }

  #finish(upto: Progress, { flushes }: Held): void {
    this.#phase = { kind: "current", progress: upto };
    for (const flush of flushes) this.follow(flush);
    this.catchUp();
  }

  #hold(flush: Flush, { kind, held }: Asking | Replaying): void {
    if (held.last === undefined) return;
    if (held.last !== flush.from && kind === "asking") return this.catchUp();
    const frames = held.frames + flush.frames.length;
    if (held.last === flush.from && frames <= MAX_HELD_FRAMES) {
      held.flushes.push(flush);
      held.frames = frames;
      held.last = flush.to;
    } else {
      held.flushes.length = 0;
      held.last = undefined;
    }
  }

  #sendUnrecovered(progress: Progress): void {
    this.#sendSnapshot(progress, this.#topic.snapshotFrame(), false);
  }

  #sendSnapshot(progress: Progress, frame: Frame, recovered?: boolean): void {
    const id = this.#request;
    this.#request = undefined;
    this.#wait(undefined);
    this.#phase = { kind: "current", progress };
    const own = { ...(id === undefined ? {} : { id }), ...(recovered === undefined ? {} : { recovered }) };
    this.#subscriber.send(withFields(frame, own));
  }

  #sendStatus(): void {
    const { staleFrame } = this.#topic;
    if (staleFrame === this.#sentStale) return;
    this.#sentStale = staleFrame;
    this.#subscriber.send(staleFrame ?? this.#topic.liveFrame());
  }

  #ackRequest(): void {
    const id = this.#request;
    if (id === undefined) return;
    this.#request = undefined;
    this.#subscriber.send(this.#topic.ackFrame(id));
  }
}
