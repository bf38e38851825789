/**
 * Serves what one authenticated client asks for, one request after the other, so that an `unsubscribe` never overtakes its `subscribe`.
 * A topic's frames reach the subscriber only after {@link Identification.access} has named that topic.
 */
import type { ErrorCode, NackCode } from "../../../protocol/codes.ts";
import type { Down } from "../../../protocol/down.ts";
import type { Subscriber, Subscription } from "../../hub/subscription.ts";
import type { Identification, Identity } from "../auth/identity.ts";
import type { ClientRequest } from "./session-machine.ts";

/** What of the hub a session uses. */
export interface Subscribe {
  subscribe(topic: string, subscriber: Subscriber, id: string, resume?: string): Subscription;
}

/** The same for every connection. */
export interface RequestServices {
  readonly hub: Subscribe;
  readonly identification: Pick<Identification, "access">;
  readonly now: () => number;
}

/** Whose requests they are. */
export interface Requester {
  send(message: Down): void;
  /** Who bears another token, if it may take this connection over; what was wrong if not. */
  refresh(token: string, current: Identity): Promise<Identity | ErrorCode>;
  /** Says that a topic was refused. */
  onForbidden(topic: string): void;
  /** A bug: this connection can't go on. */
  onError(error: unknown): void;
}

/** Requests that wait for the database, besides one for each subscription: more than the rate lets through in a few seconds. */
const MAX_WAITING = 64;

const REFUSALS: Readonly<Record<NackCode, string>> = {
  forbidden: "the token does not name this topic",
  unknown_topic: "there is no such topic",
  not_subscribed: "subscribe first",
  too_many_subscriptions: "unsubscribe from a topic first",
  too_many_messages: "slow down",
  unavailable: "try again later",
};

const ERRORS: Readonly<Partial<Record<ErrorCode, string>>> = {
  refresh_refused: "the token is not good, or another subject's",
  unavailable: "try again later",
  too_many_messages: "slow down",
};

/** Everything but `ping` and `refresh` is about a topic. */
type TopicRequest = Exclude<ClientRequest, { type: "ping" | "refresh" }>;

interface Subscribed {
  readonly subscription: Subscription;
  /** Of the `subscribe` that began it. */
  readonly id: string;
}

export class SessionRequests {
  readonly #requester: Requester;
  readonly #subscriber: Subscriber;
  readonly #services: RequestServices;
  readonly #maxSubscriptions: number;
  readonly #subscriptions = new Map<string, Subscribed>();
  #waiting: ClientRequest[] = [];
  #identity: Identity | undefined;
  #busy = false;
  #stopped = false;

  constructor(requester: Requester, subscriber: Subscriber, services: RequestServices, maxSubscriptions: number) {
    this.#requester = requester;
    this.#subscriber = subscriber;
    this.#services = services;
    this.#maxSubscriptions = maxSubscriptions;
  }

  /** Serves `first`, what waited, and everything from now on. */
  start(identity: Identity, first: readonly ClientRequest[] = []): void {
    this.#identity = identity;
    this.#waiting.unshift(...first);
    this.#begin();
  }

  push(request: ClientRequest): void {
    if (this.#waiting.length >= MAX_WAITING + this.#maxSubscriptions) return this.tooMany(request);
    this.#waiting.push(request);
    this.#begin();
  }

  /** Refuses a request because of how many there are. */
  tooMany(request: ClientRequest): void {
    if (request.type === "refresh") this.#complain("too_many_messages");
    else this.#refuse(request.id, "too_many_messages");
  }

  /** After the subscriber was blocked: brings every subscription up to date. */
  catchUp(): void {
    for (const { subscription } of this.#subscriptions.values()) subscription.catchUp();
  }

  stop(): void {
    this.#stopped = true;
    this.#waiting.length = 0;
    for (const { subscription } of this.#subscriptions.values()) subscription.close();
    this.#subscriptions.clear();
  }

  #begin(): void {
    this.#work().catch((error: unknown) => this.#requester.onError(error));
  }

  async #work(): Promise<void> {
    if (this.#busy || this.#identity === undefined) return;
    this.#busy = true;
    for (let request = this.#waiting.shift(); request !== undefined; request = this.#waiting.shift()) {
      if (request.type === "ping") this.#ack(request.id);
      else if (request.type === "refresh") await this.#refresh(request.token, this.#identity);
      else {
        const asked = this.#services.identification.access(this.#identity, request.topic);
        const access = asked instanceof Promise ? await asked : asked;
        if (this.#stopped) return;
        if ("topic" in access) this.#serve(request, access.topic);
        else this.#forbid(request.id, access.refusal, request.topic);
      }
    }
    this.#busy = false;
    // Most connections ask once: room for more is not kept.
    this.#waiting = [];
  }

  /** What the new token does not name ends with a refusal of the request that began it. */
  async #refresh(token: string, current: Identity): Promise<void> {
    const next = await this.#requester.refresh(token, current);
    if (this.#stopped) return;
    if (typeof next === "string") return this.#complain(next);
    this.#identity = next;
    if (next.isAdmin) return;
    for (const [topic, { subscription, id }] of this.#subscriptions) {
      if (next.topics.has(topic)) continue;
      subscription.close();
      this.#subscriptions.delete(topic);
      this.#refuse(id, "forbidden");
    }
  }

  #serve(request: TopicRequest, topic: string): void {
    const subscription = this.#subscriptions.get(topic)?.subscription;
    switch (request.type) {
      case "subscribe":
        if (subscription !== undefined) return subscription.request(request.id, request.resume);
        if (this.#subscriptions.size >= this.#maxSubscriptions) {
          return this.#refuse(request.id, "too_many_subscriptions");
        }
        return this.#subscribe(topic, request.id, request.resume);
      case "snapshot":
        return subscription === undefined
          ? this.#refuse(request.id, "not_subscribed")
          : subscription.request(request.id);
      case "unsubscribe":
        subscription?.close();
        this.#subscriptions.delete(topic);
        return this.#ack(request.id);
    }
  }

  #subscribe(topic: string, id: string, resume: string | undefined): void {
    const subscription = this.#services.hub.subscribe(topic, this.#subscriber, id, resume);
    // A first document that the socket could not take has ended the session.
    if (this.#stopped) subscription.close();
    else this.#subscriptions.set(topic, { subscription, id });
  }

  #forbid(id: string, code: NackCode, topic: string): void {
    if (code === "forbidden") this.#requester.onForbidden(topic);
    this.#refuse(id, code);
  }

  #refuse(id: string, code: NackCode): void {
    this.#requester.send({ type: "nack", timestamp: this.#services.now(), id, code, message: REFUSALS[code] });
  }

  #complain(code: ErrorCode): void {
    this.#requester.send({ type: "error", timestamp: this.#services.now(), code, message: ERRORS[code] ?? code });
  }

  #ack(id: string): void {
    this.#requester.send({ type: "ack", timestamp: this.#services.now(), id });
  }
}
