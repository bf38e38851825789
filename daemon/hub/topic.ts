/**
 * One topic and its subscribers. Guarantees: what subscribers have is the content's progress, or on its way there in the delivery queue;
 * the first change after a pause goes out at once, further ones within `minIntervalMs` are merged; each frame is encoded once, whatever
 * the number of subscribers. What newcomers are shown moves only when a change goes out, so that they stand where the others stand.
 */
import { NACK_MEANINGS, type NackCode } from "../../protocol/codes.ts";
import type { Timers } from "../config/timers.ts";
import type { Reader } from "../channels/audience.ts";
import { unreachable } from "../config/unreachable.ts";
import { Attendance } from "./attendance.ts";
import type { Lane, Send } from "./delivery.ts";
import { encode, type Frame, type Refusal, withFields } from "./frame.ts";
import { isoInstant } from "./instant.ts";
import { SmallSet } from "./small-set.ts";
import type { SubscribedTopic } from "./subscribed-topic.ts";
import type { TopicSide } from "./topic-side.ts";
import { Subscription } from "./subscription.ts";
import type { Subscriber } from "./subscriber.ts";
import type { HistoryRequest, Progress, Replay, ResumePoint, TopicContent, TopicKind } from "./topic-content.ts";

/** The same for all topics. */
export interface TopicServices extends Timers {
  readonly minIntervalMs: number;
  readonly now: () => number;
  /** A topic's last subscriber has left. */
  readonly emptied: (topic: Topic) => void;
}

/** Whoever locates a topic. */
export const ADMINISTRATOR: Reader = { isAdmin: true, user: undefined, maySee: () => true };

export class Topic implements SubscribedTopic<Subscription> {
  readonly name: string;
  readonly #content: TopicContent;
  readonly #lane: Lane<Subscription>;
  readonly #services: TopicServices;
  readonly #side: TopicSide | undefined;
  readonly #subscriptions = new SmallSet<Subscription>();
  #staleFrame: Frame | undefined;
  #liveFrame: Frame | undefined;
  #timer: unknown;
  /** Who waits to hear where the topic stands; undefined where that is nobody, as at most topics. */
  #locators: Set<(frame: Frame) => void> | undefined;

  constructor(
    name: string,
    content: TopicContent,
    lane: Lane<Subscription>,
    services: TopicServices,
    openSide?: TopicKind["openSide"],
  ) {
    this.name = name;
    this.#content = content;
    this.#lane = lane;
    this.#services = services;
    this.#side = openSide?.(name, (flush) => this.#broadcastOne(({ attendance }) => attendance?.follow(flush)));
  }

  get progress(): Progress | undefined {
    return this.#content.progress;
  }

  get staleFrame(): Frame | undefined {
    return this.#staleFrame;
  }

  /** How many subscriptions there are. */
  get size(): number {
    return this.#subscriptions.size;
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
    if (this.#subscriptions.delete(subscription) && this.isEmpty) this.#services.emptied(this);
  }

  /** Takes what was published. False if it doesn't follow what was published before. */
  accept(update: unknown): boolean {
    const consequence = this.#content.accept(update);
    switch (consequence.kind) {
      case "flush":
        this.#flushUnlessTimed();
        return true;
      case "located":
        // Not when its time has come: it would no longer be where the topic stands.
        this.#send();
        this.#answerLocators();
        return true;
      case "audience":
        // What waits to go out is for those who stay.
        for (const subscription of this.#subscriptions.members()) subscription.checkAdmission();
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

  /**
   * Calls `answer` once, never at once: with the snapshot that newcomers get, `at` the database snapshot that it is of, when the topic is
   * next located, or with the frame that says why there is none; with the frame that says so where the topic is or becomes stale. Gives what
   * takes that back.
   */
  whenLocated(answer: (frame: Frame) => void): () => void {
    (this.#locators ??= new Set()).add(answer);
    if (this.#staleFrame !== undefined) queueMicrotask(() => this.#answerLocators());
    return () => this.#locators?.delete(answer);
  }

  /** {@link TopicContent.isOutdated} */
  get isOutdated(): boolean {
    return this.#content.isOutdated ?? false;
  }

  /** Forgets what it holds until a whole is published again. */
  forget(): void {
    this.#content.forget();
  }

  /** Forgets what it holds, and says so. */
  distrust(sinceMicroseconds: number, reason: string): void {
    this.forget();
    this.#setStale(sinceMicroseconds, reason);
  }

  snapshotFrame(lacking?: ResumePoint): Frame {
    return this.#content.snapshotFrame(lacking);
  }

  replay(since: ResumePoint, upto: Progress): Promise<Replay | undefined> | undefined {
    return this.#content.replay(since, upto);
  }

  liveFrame(): Frame {
    this.#liveFrame ??= encode({ type: "live", timestamp: this.#services.now(), topic: this.name });
    return this.#liveFrame;
  }

  get isGuarded(): boolean {
    return this.#content.refusal !== undefined;
  }

  refusal(reader: Reader | undefined): Refusal | undefined {
    return this.#content.refusal?.(reader);
  }

  closedFrame(reason: Refusal): Frame {
    const frame = encode({ type: "topic_closed", timestamp: this.#services.now(), topic: this.name, reason });
    return { ...frame, refusal: reason };
  }

  nackFrame(id: string, code: NackCode): Frame {
    const frame = encode({ type: "nack", timestamp: this.#services.now(), id, code, message: NACK_MEANINGS[code] });
    return { ...frame, refusal: code };
  }

  history(subscription: Subscription, request: HistoryRequest): void {
    const { id } = request;
    const answer = (found: Frame | NackCode): void => {
      // What the frame counts on goes out before it.
      this.#send();
      const frame = typeof found === "string" ? this.nackFrame(id, found) : found;
      this.deliver(subscription, (asking) => (asking.answerHistory(id, frame), 1), 1);
    };
    if (this.#content.history === undefined) answer("unknown_rows");
    else this.#content.history(request, answer);
  }

  get hasSide(): boolean {
    return this.#side !== undefined;
  }

  attend(subscriber: Subscriber): Attendance | undefined {
    return this.#side && subscriber.stays ? new Attendance(this.#side, subscriber) : undefined;
  }

  ackFrame(id: string): Frame {
    return encode({ type: "ack", timestamp: this.#services.now(), id, topic: this.name });
  }

  deliver(subscription: Subscription, send: Send<Subscription>, cost: number): void {
    this.#lane.push([subscription], send, cost);
  }

  stop(): void {
    this.#services.clearTimeout(this.#timer);
    this.#side?.stop();
  }

  #setStale(sinceMicroseconds: number, reason: string): void {
    const since = isoInstant(sinceMicroseconds);
    const frame = encode({ type: "stale", timestamp: this.#services.now(), topic: this.name, since, reason });
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
    this.#catchUp();
    if (staleFrame !== undefined) this.#answerLocators();
  }

  #answerLocators(): void {
    const locators = this.#locators;
    if (locators === undefined) return;
    const frame = this.#staleFrame ?? this.#locatedFrame();
    if (frame === undefined) return;
    this.#locators = undefined;
    for (const answer of locators) queueMicrotask(() => answer(frame));
  }

  #locatedFrame(): Frame | undefined {
    const { progress } = this.#content;
    const refusal = this.refusal(ADMINISTRATOR);
    if (refusal !== undefined) return this.closedFrame(refusal);
    return progress && withFields(this.#content.snapshotFrame(), { at: progress.position.snapshot });
  }

  #flushUnlessTimed(): void {
    if (this.#timer === undefined) this.#flush();
  }

  #flush(): void {
    this.#timer = undefined;
    if (!this.#send() || this.#services.minIntervalMs === 0) return;
    this.#timer = this.#services.setTimeout(() => this.#flush(), this.#services.minIntervalMs);
  }

  /** True if something went out. */
  #send(): boolean {
    const flush = this.#content.flush(!this.isEmpty);
    if (flush === undefined) return false;
    const { length } = flush.frames;
    if (flush.from === undefined) this.#catchUp();
    else if (length === 0) this.#broadcastOne((subscription) => subscription.follow(flush));
    else this.#broadcast((subscription, from, to) => subscription.follow(flush, from, to), length);
    return true;
  }

  #catchUp(): void {
    this.#broadcastOne((subscription) => subscription.catchUp());
  }

  #broadcastOne(act: (subscription: Subscription) => void): void {
    this.#broadcast((subscription) => {
      act(subscription);
      return 1;
    }, 1);
  }

  #broadcast(send: Send<Subscription>, cost: number): void {
    if (!this.isEmpty) this.#lane.push(this.#subscriptions.members(), send, cost);
  }
}
