/** Serves the requests of one authenticated client, one after the other, so that an `unsubscribe` never overtakes its `subscribe`. */
import { type ErrorCode, NACK_MEANINGS, type NackCode } from "../../../protocol/codes.ts";
import type { Down } from "../../../protocol/down.ts";
import { WAIT_MS } from "../../../protocol/limits.ts";
import type { Operate } from "../../../protocol/up/operate.ts";
import type { Subscriber } from "../../hub/subscriber.ts";
import type { Access, Identification } from "../auth/identification.ts";
import type { Identity } from "../auth/identity.ts";
import type { Answered, Operations } from "../operations.ts";
import { receiptOf, type ReceiptReader, REFUSAL_OF } from "../receipt-waits.ts";
import { handle, type RequestContext, type RequestOf } from "./request-handlers.ts";
import type { ClientRequest } from "./session-machine.ts";
import { SessionTopics, type Subscribe } from "./session-topics.ts";

/** The same for every connection. */
export interface RequestServices {
  readonly hub: Subscribe;
  readonly identification: Pick<Identification, "access">;
  readonly operations: Pick<Operations, "do">;
  readonly readReceipt: ReceiptReader;
  readonly now: () => number;
}

/** The connection whose requests they are. */
export interface Requester {
  send(message: Down): void;
  /** The bearer of another token, if it may take this connection over, or what was wrong with the token. */
  refresh(token: string, current: Identity): Promise<Identity | ErrorCode>;
  /** Says that a topic was refused. */
  onForbidden(topic: string): void;
  /** A bug: this connection can't go on. */
  onError(error: unknown): void;
}

/** Requests that wait for the database, besides one for each subscription: more than the rate lets through in a few seconds. */
const MAX_WAITING = 64;

const ERRORS: Readonly<Partial<Record<ErrorCode, string>>> = {
  refresh_refused: "the token is not good, or another subject's",
  unavailable: "try again later",
  too_many_messages: "slow down",
};

export class SessionRequests implements RequestContext {
  readonly topics: SessionTopics;
  readonly #requester: Requester;
  readonly #services: RequestServices;
  readonly #mostWaiting: number;
  #waiting: ClientRequest[] = [];
  #identity: Identity | undefined;
  #busy = false;
  #stopped = false;

  constructor(requester: Requester, subscriber: Subscriber, services: RequestServices, maxSubscriptions: number) {
    this.topics = new SessionTopics(services.hub, subscriber, maxSubscriptions);
    this.#requester = requester;
    this.#services = services;
    this.#mostWaiting = MAX_WAITING + maxSubscriptions;
  }

  /** Serves `first`, what waited, and everything from now on. */
  start(identity: Identity, first: readonly ClientRequest[] = []): void {
    this.#identity = identity;
    this.#waiting.unshift(...first);
    this.#begin();
  }

  push(request: ClientRequest): void {
    if (this.#waiting.length >= this.#mostWaiting) return this.tooMany(request);
    this.#waiting.push(request);
    this.#begin();
  }

  /** Refuses a request because of how many there are. */
  tooMany(request: ClientRequest): void {
    if (request.type === "refresh") this.#complain("too_many_messages");
    else this.refuse(request.id, "too_many_messages");
  }

  stop(): void {
    this.#stopped = true;
    this.#waiting.length = 0;
    this.topics.stop();
  }

  get stopped(): boolean {
    return this.#stopped;
  }

  access(name: string): Access | Promise<Access> {
    return this.#services.identification.access(this.#current(), name);
  }

  /** A subscription that the new token does not open ends with a refusal of the request that began it. */
  async refresh(token: string): Promise<void> {
    const next = await this.#requester.refresh(token, this.#current());
    if (this.#stopped) return;
    if (typeof next === "string") return this.#complain(next);
    this.#identity = next;
    for (const id of this.topics.endUnseen(next)) this.refuse(id, "forbidden");
  }

  operate(request: Operate): void {
    this.#operate(request).catch((error: unknown) => this.#requester.onError(error));
  }

  ack(id: string): void {
    this.#requester.send({ type: "ack", timestamp: this.#services.now(), id });
  }

  wait(topic: string, { id, for: text, timeoutMs = WAIT_MS }: RequestOf<"wait">): void {
    const receipt = receiptOf(text, this.#services.readReceipt);
    if (typeof receipt === "string") return this.refuse(id, receipt);
    this.refuse(
      id,
      this.topics.wait(topic, { receipt, timeoutMs }, (outcome) => this.answer(id, REFUSAL_OF[outcome])),
    );
  }

  refuse(id: string | undefined, code: NackCode | undefined): void {
    if (code === undefined) return;
    const message = NACK_MEANINGS[code];
    if (id !== undefined) this.#requester.send({ type: "nack", timestamp: this.#services.now(), id, code, message });
    else this.#complain(code === "too_many_messages" ? code : "invalid_message", message);
  }

  answer(id: string | undefined, code: NackCode | undefined): void {
    if (code !== undefined) this.refuse(id, code);
    else if (id !== undefined) this.ack(id);
  }

  deny({ id, topic }: { readonly id?: string | undefined; readonly topic: string }, code: NackCode): void {
    if (code === "forbidden") this.#requester.onForbidden(topic);
    this.refuse(id, code);
  }

  /** What a frame will tell this connection, with the rows, is not told before. */
  async #operate(request: Operate): Promise<void> {
    const { id } = request;
    const done = await this.#services.operations.do(this.#current(), request);
    if (this.#stopped) return;
    if ("refusal" in done) return this.refuse(id, done.refusal);
    const isTold = ({ topic }: Answered): boolean => topic !== undefined && this.topics.has(topic);
    const answers = done.answers.flatMap((answered) => (isTold(answered) ? [] : [answered.answer]));
    this.#requester.send({ type: "operated", timestamp: this.#services.now(), id, answers });
  }

  #begin(): void {
    this.#work().catch((error: unknown) => this.#requester.onError(error));
  }

  async #work(): Promise<void> {
    if (this.#busy || this.#identity === undefined) return;
    this.#busy = true;
    for (let request = this.#waiting.shift(); request !== undefined; request = this.#waiting.shift()) {
      const waiting = handle(request, this);
      if (waiting !== undefined) await waiting;
    }
    this.#busy = false;
    // Most connections ask once: room for more is not kept.
    this.#waiting = [];
  }

  #current(): Identity {
    if (this.#identity === undefined) throw new Error("no request is served before there is an identity");
    return this.#identity;
  }

  #complain(code: ErrorCode, message = ERRORS[code] ?? code): void {
    this.#requester.send({ type: "error", timestamp: this.#services.now(), code, message });
  }
}
