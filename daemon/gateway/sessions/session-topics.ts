/** The topics that one connection is subscribed to. A topic comes here only after {@link Identification.access} has named it. */
import type { NackCode } from "../../../protocol/codes.ts";
import type { Subscription } from "../../hub/subscription.ts";
import type { Subscriber } from "../../hub/subscriber.ts";
import type { SideRequest } from "../../hub/topic-side.ts";
import type { HistoryRequest } from "../../hub/topic-content.ts";
import type { WaitingHub, WaitOutcome, WaitRequest } from "../../hub/waits.ts";
import type { Identity } from "../auth/identity.ts";

/** The hub, as far as a session needs it. */
export interface Subscribe extends WaitingHub {
  subscribe(topic: string, subscriber: Subscriber, id: string, resume?: string): Subscription;
}

/** At a time. */
const MOST_WAITS = 16;

interface Subscribed {
  readonly subscription: Subscription;
  /** Of the `subscribe` that began it. */
  readonly id: string;
}

export class SessionTopics {
  readonly #hub: Subscribe;
  readonly #subscriber: Subscriber;
  readonly #most: number;
  readonly #subscribed = new Map<string, Subscribed>();
  #waiting = 0;
  #stopped = false;

  /** @param most how many there may be */
  constructor(hub: Subscribe, subscriber: Subscriber, most: number) {
    this.#hub = hub;
    this.#subscriber = subscriber;
    this.#most = most;
  }

  /** The hub answers; or else the reason why not. */
  subscribe(topic: string, id: string, resume: string | undefined): NackCode | undefined {
    const known = this.#openOne(topic);
    if (known !== undefined) known.request(id, resume);
    else if (this.#isFull()) return "too_many_subscriptions";
    else this.#begin(topic, id, resume);
    return undefined;
  }

  /** The hub answers; or else the reason why not. */
  snapshot(topic: string, id: string): NackCode | undefined {
    const known = this.#openOne(topic);
    known?.request(id);
    return known === undefined ? "not_subscribed" : undefined;
  }

  /** The hub answers; or else the reason why not. */
  history(topic: string, request: HistoryRequest): NackCode | undefined {
    const known = this.#openOne(topic);
    known?.topic?.history(known, request);
    return known === undefined ? "not_subscribed" : undefined;
  }

  /** Calls `settle`, perhaps at once; or else the reason why not. */
  wait(topic: string, request: WaitRequest, settle: (outcome: WaitOutcome) => void): NackCode | undefined {
    const known = this.#openOne(topic);
    if (known === undefined) return "not_subscribed";
    if (this.#waiting >= MOST_WAITS) return "too_many_messages";
    this.#waiting += 1;
    this.#hub.wait(topic, known, request, (outcome) => {
      this.#waiting -= 1;
      if (!this.#stopped) settle(outcome);
    });
    return undefined;
  }

  /** The reason why a client's word of its user is not told to others. */
  attend(topic: string, request: SideRequest): NackCode | undefined {
    const known = this.#openOne(topic);
    if (known === undefined) return "not_subscribed";
    const { attendance } = known;
    if (attendance !== undefined) return attendance.take(request);
    // Nobody is there before the first snapshot.
    return known.topic?.hasSide ? "unavailable" : "no_presence";
  }

  unsubscribe(topic: string): void {
    this.#subscribed.get(topic)?.subscription.close();
    this.#subscribed.delete(topic);
  }

  /** Ends the subscriptions to topics that the bearer of another token may not see; gives the requests that began them. */
  endUnseen(identity: Identity): string[] {
    for (const { subscription } of this.#subscribed.values())
      if (subscription.topic?.isGuarded) subscription.checkAdmission();
    this.#forgetEnded();
    const ended = [...this.#subscribed].filter(
      ([topic, { subscription }]) => !subscription.topic?.isGuarded && !identity.maySee(topic),
    );
    for (const [topic] of ended) this.unsubscribe(topic);
    return ended.map(([, { id }]) => id);
  }

  /** Those that it is subscribed to, in the order in which it asked for them. */
  names(): string[] {
    this.#forgetEnded();
    return [...this.#subscribed.keys()];
  }

  has(topic: string): boolean {
    return this.#openOne(topic) !== undefined;
  }

  /** After the subscriber was blocked: brings every subscription up to date. */
  catchUp(): void {
    for (const { subscription } of this.#subscribed.values()) subscription.catchUp();
  }

  stop(): void {
    this.#stopped = true;
    for (const { subscription } of this.#subscribed.values()) subscription.close();
    this.#subscribed.clear();
  }

  /** The subscription to a topic, unless that has ended it. */
  #openOne(topic: string): Subscription | undefined {
    const subscription = this.#subscribed.get(topic)?.subscription;
    if (subscription === undefined || subscription.topic !== undefined) return subscription;
    this.#subscribed.delete(topic);
    return undefined;
  }

  /** Those that have ended keep their places until somebody wants one. */
  #isFull(): boolean {
    if (this.#subscribed.size >= this.#most) this.#forgetEnded();
    return this.#subscribed.size >= this.#most;
  }

  #forgetEnded(): void {
    for (const [topic, { subscription }] of this.#subscribed)
      if (subscription.topic === undefined) this.#subscribed.delete(topic);
  }

  #begin(topic: string, id: string, resume: string | undefined): void {
    const subscription = this.#hub.subscribe(topic, this.#subscriber, id, resume);
    // A first document that the socket could not take has ended the session.
    if (this.#stopped) subscription.close();
    else this.#subscribed.set(topic, { subscription, id });
  }
}
