/**
 * One subscriber of one topic, and what it was sent. It never gets a version twice, nor an older one; where the next change does not follow,
 * it gets a snapshot, and what happened in between where that can be said. While it is blocked only its place is kept.
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
 * say the rest any more ends with a snapshot and `recovered: false`. A flush of many frames comes in parts (`receiving`).
 */
import { unreachable } from "../config/unreachable.ts";
import type { Attendance } from "./attendance.ts";
import type { Send } from "./delivery.ts";
import { type Frame, withFields } from "./frame.ts";
import { HeldFlushes } from "./held-flushes.ts";
import type { SubscribedTopic } from "./subscribed-topic.ts";
import { sendWhileTaken, type Subscriber } from "./subscriber.ts";
import {
  type Asking,
  NOTHING_YET,
  type Phase,
  pointOf,
  type Receiving,
  receiving,
  replaying,
  type Replaying,
} from "./subscription-phase.ts";
import type { Flush, Progress, Replay, ReplayStep, ResumePoint } from "./topic-content.ts";

export class Subscription {
  readonly #topic: SubscribedTopic<Subscription>;
  readonly #subscriber: Subscriber;
  #phase: Phase = { kind: "waiting", lacking: undefined };
  /** The status that was last sent: stale by that frame, or live. */
  #sentStale: Frame | undefined;
  /** The request that the next snapshot answers. Only one is kept: an older one gets its `ack` when a newer comes. */
  #request: string | undefined;
  #open = true;
  /** It has got a snapshot. */
  #wasShown = false;
  /** Its part in what goes on beside the topic, once it has got one. */
  #attendance: Attendance | undefined;

  constructor(topic: SubscribedTopic<Subscription>, subscriber: Subscriber) {
    this.#topic = topic;
    this.#subscriber = subscriber;
  }

  /** Brings the subscriber to the topic's present state, as far as it isn't blocked. */
  catchUp(): void {
    this.checkAdmission();
    if (!this.#open || this.#subscriber.blocked) return;
    const { progress } = this.#topic;
    if (progress !== undefined) this.#bringTo(progress);
    // Nobody knows when a snapshot can come: the request is answered now, and it follows by itself. `live` is said of what it has.
    if (this.#topic.staleFrame !== undefined) this.#ackRequest();
    else if (this.#phase.kind === "asking") return;
    this.#sendStatus();
    this.#attendance?.catchUp();
  }

  /** Takes a flush's frames from `from` to before `to`, and returns `to`; undefined where it takes none of this flush any more. */
  follow(flush: Flush, from = 0, to = flush.frames.length): number | undefined {
    if (!this.#open) return undefined;
    const phase = this.#phase;
    if (phase.kind === "receiving") {
      if (phase.flush === flush) return phase.isPaused ? undefined : this.#receive(phase, to);
      phase.held.hold(flush);
      return undefined;
    }
    if (this.#subscriber.blocked) return undefined;
    if (phase.kind === "current" && phase.progress === flush.from) {
      const sent = sendWhileTaken(this.#subscriber, flush.frames, from, to);
      phase.progress = flush.to;
      if (sent === flush.frames.length) return sent;
      this.#phase = receiving(flush, flush.from, sent, sent < to);
      return sent < to ? undefined : sent;
    }
    if (phase.kind === "replaying" || (phase.kind === "asking" && phase.held.last === flush.from))
      phase.held.hold(flush);
    else this.catchUp();
    return undefined;
  }

  /** Answers `id` with a snapshot: now, after the load, or once it has drained. `resume`: a cursor, after which everything is owed. */
  request(id: string, resume?: string): void {
    if (resume !== undefined) this.#wait({ cursor: resume });
    this.#ackRequest();
    this.#request = id;
    this.catchUp();
  }

  /** Where the frames that were sent have brought the subscriber; undefined while it is on its way there. */
  get reached(): Progress | undefined {
    return this.#phase.kind === "current" ? this.#phase.progress : undefined;
  }

  /** Whoever has the subscription may ask its topic for more; undefined once it has ended. */
  get topic(): Pick<SubscribedTopic<Subscription>, "isGuarded" | "hasSide" | "history"> | undefined {
    return this.#open ? this.#topic : undefined;
  }

  /**
   * Ends it where the subscriber may not see the topic, or no more, and says so: by refusing the request that waits for its answer, or by
   * `topic_closed`. One that was shown nothing hears what it would hear of a topic that is none.
   */
  checkAdmission(): void {
    const refusal = this.#open ? this.#topic.refusal(this.#subscriber.reader) : undefined;
    if (refusal === undefined) return;
    const id = this.#request;
    this.#request = undefined;
    const isMember = refusal === "too_large";
    if (id === undefined || this.#wasShown)
      this.#subscriber.send(this.#topic.closedFrame(this.#wasShown || isMember ? refusal : "removed"));
    if (id !== undefined) this.#subscriber.send(this.#topic.nackFrame(id, isMember ? refusal : "forbidden"));
    this.close(true);
  }

  /** With a frame that is right after all that went out before. */
  answerHistory(id: string, frame: Frame): void {
    if (this.#open) this.#subscriber.send(this.#subscriber.blocked ? this.#topic.nackFrame(id, "unavailable") : frame);
  }

  get attendance(): Attendance | undefined {
    return this.#open ? this.#attendance : undefined;
  }

  close(isRemoved = false): void {
    if (!this.#open) return;
    this.#ackRequest();
    this.#wait(undefined);
    // Before its part ends, of which the others are told: it is not.
    this.#open = false;
    this.#attendance?.end(isRemoved);
    this.#topic.leave(this);
  }

  #receive(phase: Receiving, to: number): number | undefined {
    phase.sent = sendWhileTaken(this.#subscriber, phase.flush.frames, phase.sent, to);
    phase.isPaused = phase.sent < to;
    if (phase.isPaused) return undefined;
    if (to === phase.flush.frames.length) this.#finish(phase.flush.to, phase.held);
    return to;
  }

  #receiveRest(phase: Receiving): void {
    phase.isPaused = false;
    const { sent, flush } = phase;
    const send: Send<Subscription> = (_, __, to) => {
      if (this.#phase !== phase) return undefined;
      const next = this.#receive(phase, sent + to);
      return next === undefined ? undefined : next - sent;
    };
    this.#topic.deliver(this, send, flush.frames.length - sent);
  }

  #wait(lacking: ResumePoint | undefined): void {
    if (this.#phase.kind === "replaying") this.#phase.replay.stop();
    this.#phase = { kind: "waiting", lacking };
  }

  #bringTo(progress: Progress): void {
    const phase = this.#phase;
    switch (phase.kind) {
      case "waiting":
        if (phase.lacking === undefined) return this.#sendSnapshot(progress);
        return this.#ask(phase.lacking, progress);
      case "current":
        if (phase.progress === progress && this.#request === undefined) return;
        if (phase.progress.epoch === progress.epoch && phase.progress.events === progress.events)
          return this.#sendSnapshot(progress);
        return this.#ask(phase.progress.had, progress);
      case "receiving":
        if (this.#request !== undefined) return this.#ask(pointOf(phase), progress);
        return phase.isPaused ? this.#receiveRest(phase) : undefined;
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
    if (answer === undefined) return this.#sendSnapshot(upto, false);
    const held = new HeldFlushes(upto);
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
      this.#sendSnapshot(progress, false);
      return this.catchUp();
    }
    const isAllOver = replay.isEmpty && progress === upto;
    this.#sendSnapshot(upto, true, isAllOver ? this.#topic.snapshotFrame() : asking.snapshot);
    if (replay.isEmpty) return this.#finish(upto, held);
    const phase = replaying(replay, since, upto, held);
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
    const cost = Math.max(1, step?.frames.length ?? 1);
    const send = (): number => {
      this.#take(step, phase);
      return cost;
    };
    this.#topic.deliver(this, send, cost);
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
      this.#sendSnapshot(progress, false);
      this.catchUp();
    }
  }

  #finish(upto: Progress, held: HeldFlushes): void {
    this.#phase = { kind: "current", progress: upto };
    for (const flush of held.take()) this.follow(flush);
    this.catchUp();
  }

  #sendSnapshot(progress: Progress, recovered?: boolean, frame = this.#topic.snapshotFrame()): void {
    const id = this.#request;
    this.#request = undefined;
    this.#wait(undefined);
    this.#phase = { kind: "current", progress };
    this.#wasShown = true;
    const own = { ...(id === undefined ? {} : { id }), ...(recovered === undefined ? {} : { recovered }) };
    this.#subscriber.send(withFields(frame, own));
    if (this.#open) this.#attendance ??= this.#topic.attend?.(this.#subscriber);
  }

  #sendStatus(): void {
    const { staleFrame } = this.#topic;
    if (staleFrame === this.#sentStale) return;
    this.#sentStale = staleFrame;
    this.#subscriber.send(staleFrame ?? this.#topic.liveFrame());
  }

  #ackRequest(): void {
    const id = this.#request;
    this.#request = undefined;
    if (id !== undefined) this.#subscriber.send(this.#topic.ackFrame(id));
  }
}
