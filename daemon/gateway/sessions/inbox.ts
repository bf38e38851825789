/** One client's messages: each is counted, read, and held to the limits on requests and on nonsense. */
import type { Counters } from "./counters.ts";
import { readMessage } from "./inbound.ts";
import type { ClientRequest, SessionEvent } from "./session-machine.ts";
import { TokenBucket } from "../../config/token-bucket.ts";

export interface InboxSettings {
  /** Messages in the long run; at once twice as many. */
  readonly messagesPerSecond: number;
  readonly maxJsonDepth: number;
}

/** A message, read. `excess`: it is beyond the limit, and its request, if it is one, must be refused. */
export type Said =
  | Extract<SessionEvent, { kind: "token" | "request" | "nonsense" | "fail" }>
  | { readonly kind: "excess"; readonly request: ClientRequest | undefined };

/** A peer that sends nonsense again and again: more than 5, or one every 5 s for long. */
const NONSENSE = { capacity: 5, perSecond: 0.2 } as const;
/** How many messages over the limit are answered before the connection is closed. */
const EXCESS = { capacity: 10, perSecond: 0.2 } as const;

/** What came of a client: since the connection began, and when last. */
export interface Heard {
  readonly messages: number;
  /** Milliseconds since 1970. */
  readonly sinceMs: number;
  readonly lastMs: number | undefined;
}

export class Inbox {
  readonly #settings: InboxSettings;
  readonly #counters: Counters;
  readonly #now: () => number;
  readonly #sinceMs: number;
  #lastMs: number | undefined;
  #heard = 0;
  #messages: TokenBucket;
  /** Made for those few clients that need them. */
  #nonsense: TokenBucket | undefined;
  #excess: TokenBucket | undefined;

  /** @param now milliseconds since 1970 */
  constructor(settings: InboxSettings, counters: Counters, now: () => number) {
    this.#settings = settings;
    this.#counters = counters;
    this.#now = now;
    this.#sinceMs = now();
    this.#messages = this.#bucketFor(0);
  }

  get heard(): Heard {
    return { messages: this.#heard, sinceMs: this.#sinceMs, lastMs: this.#lastMs };
  }

  /** Makes room for a subscription to each of so many topics at once. */
  allowFor(topics: number): void {
    this.#messages = this.#bucketFor(topics);
  }

  /** @param text undefined for a binary message */
  take(text: string | undefined): Said {
    this.#heard += 1;
    this.#lastMs = this.#now();
    const isWithin = this.#messages.take();
    if (!isWithin && !this.#takeExcess()) return this.#flood();
    const inbound = readMessage(text, this.#settings.maxJsonDepth);
    if (!isWithin) {
      this.#counters.count("messagesRefused");
      const isRequest = inbound.kind === "message" && inbound.message.type !== "authenticate";
      return { kind: "excess", request: isRequest ? inbound.message : undefined };
    }
    if (inbound.kind === "nonsense") {
      this.#counters.count("nonsense");
      return this.#takeNonsense() ? inbound : { kind: "fail", close: "malformed" };
    }
    const { message } = inbound;
    return message.type === "authenticate"
      ? { kind: "token", token: message.token }
      : { kind: "request", request: message };
  }

  /** A ping costs as much as a message: clients have no need of any. Undefined where it is let pass. */
  takePing(): SessionEvent | undefined {
    return this.#messages.take() || this.#takeExcess() ? undefined : this.#flood();
  }

  #flood(): Extract<SessionEvent, { kind: "fail" }> {
    this.#counters.count("tooManyMessages");
    return { kind: "fail", close: "tooMany" };
  }

  /** False if the client went on over the limit. */
  #takeExcess(): boolean {
    this.#excess ??= new TokenBucket(EXCESS.capacity, EXCESS.perSecond, this.#now);
    return this.#excess.take();
  }

  /** False if there has been too much nonsense. */
  #takeNonsense(): boolean {
    this.#nonsense ??= new TokenBucket(NONSENSE.capacity, NONSENSE.perSecond, this.#now);
    return this.#nonsense.take();
  }

  #bucketFor(topics: number): TokenBucket {
    const { messagesPerSecond } = this.#settings;
    return new TokenBucket(2 * messagesPerSecond + topics, messagesPerSecond, this.#now);
  }
}
