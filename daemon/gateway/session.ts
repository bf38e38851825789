/** One connection: carries out what {@link step} decides. Whatever happens, its timers and subscriptions end with it. */
import { CLOSE, type CloseName } from "../../protocol/codes.ts";
import type { Down } from "../../protocol/down.ts";
import { AUTHENTICATION_TIMEOUT_MS } from "../../protocol/limits.ts";
import { PROTOCOL } from "../../protocol/version.ts";
import type { Log } from "../config/log.ts";
import { encode } from "../hub/frame.ts";
import { type AlarmClock, setAlarm } from "./alarm.ts";
import type { Admission } from "./handshake.ts";
import type { Identification, Identity } from "./identity.ts";
import { readMessage } from "./inbound.ts";
import { Outbox } from "./outbox.ts";
import { type ClientRequest, type SessionEffect, type SessionEvent, type SessionState, step } from "./session-machine.ts";
import { SessionRequests, type Subscribe } from "./session-requests.ts";
import { TokenBucket } from "./token-bucket.ts";
import type { Socket, SocketHandlers } from "./transport.ts";

export interface SessionSettings {
  readonly heartbeatMs: number;
  readonly highWaterBytes: number;
  readonly tooSlowMs: number;
  readonly messagesPerSecond: number;
}

export interface SessionServices extends AlarmClock {
  readonly hub: Subscribe;
  readonly identification: Identification;
  /** 0 to 1: spreads the first heartbeats. */
  readonly random: () => number;
  readonly log: Log;
  /** The session has ended and holds nothing any more. */
  readonly onEnd: (session: Session) => void;
}

/** A peer that sends nonsense again and again: more than 5, or one every 5 s for long. */
const NONSENSE = { capacity: 5, perSecond: 0.2 } as const;
/** How many messages over the limit are answered before the connection is closed. */
const EXCESS = { capacity: 10, perSecond: 0.2 } as const;

export class Session implements SocketHandlers {
  readonly id: string;
  readonly #socket: Socket;
  readonly #settings: SessionSettings;
  readonly #services: SessionServices;
  readonly #outbox: Outbox;
  readonly #requests: SessionRequests;
  readonly #nonsense: TokenBucket;
  readonly #excess: TokenBucket;
  #messages: TokenBucket;
  #state: SessionState = "unauthenticated";
  /** What ends with the session. */
  #releases: (() => void)[] = [];
  /** What the handshake asks for. */
  #firstRequests: readonly ClientRequest[] = [];
  #byeRetryMs: readonly [number, number] = [0, 0];

  constructor(id: string, socket: Socket, settings: SessionSettings, services: SessionServices) {
    this.id = id;
    this.#socket = socket;
    this.#settings = settings;
    this.#services = services;
    const { now, setTimeout, clearTimeout } = services;
    this.#outbox = new Outbox({
      socket,
      highWaterBytes: settings.highWaterBytes,
      tooSlowMs: settings.tooSlowMs,
      setTimeout,
      clearTimeout,
      onDrained: () => this.#requests.catchUp(),
      onTooSlow: () => this.#fail("tooSlow"),
    });
    this.#requests = new SessionRequests({
      hub: services.hub,
      subscriber: this.#outbox,
      access: services.identification.access,
      answer: (message) => this.#send(message),
      now,
      onForbidden: (owner) =>
        services.log.warn({ connection: id, owner }, "asked for an owner its token does not name"),
      onError: (error) => this.#broken(error),
    });
    this.#messages = this.#bucketFor(0);
    this.#nonsense = new TokenBucket(NONSENSE.capacity, NONSENSE.perSecond, now);
    this.#excess = new TokenBucket(EXCESS.capacity, EXCESS.perSecond, now);
  }

  /** Begins with what the handshake brought. */
  start(admission: Admission): void {
    const { now } = this.#services;
    const deadline = (): void => this.#take({ kind: "deadline" });
    this.#releases.push(setAlarm(now() + AUTHENTICATION_TIMEOUT_MS, deadline, this.#services));
    if (admission.kind === "stream") this.#firstRequests = admission.requests;
    if (admission.kind === "refused") this.#fail(admission.close);
    else if (admission.kind !== "no_token") this.#take({ kind: "token", token: admission.token });
  }

  /** Says goodbye, with the window in which to come back; frames go on until {@link finish}. */
  drain(retryMs: readonly [number, number]): void {
    this.#byeRetryMs = retryMs;
    this.#take({ kind: "drain" });
  }

  finish(): void {
    this.#fail("draining");
  }

  message(text: string | undefined): void {
    const inbound = readMessage(text);
    const isRequest = inbound.kind === "message" && inbound.message.type !== "authenticate";
    if (!this.#messages.take()) {
      if (!this.#excess.take()) return this.#fail("tooMany");
      if (this.#state !== "open" || !isRequest) return this.#take(tooMany);
      return this.#requests.refuse((inbound.message as { id: string }).id, "too_many_messages");
    }
    if (inbound.kind === "nonsense") {
      if (!this.#nonsense.take()) return this.#fail("malformed");
      return this.#take(inbound);
    }
    const { message } = inbound;
    this.#take(
      message.type === "authenticate" ? { kind: "token", token: message.token } : { kind: "request", request: message },
    );
  }

  drained(): void {
    this.#outbox.drained();
  }

  closed(): void {
    this.#take({ kind: "gone" });
  }

  #take(event: SessionEvent): void {
    const { next, effects } = step(this.#state, event);
    this.#state = next;
    for (const effect of effects) this.#do(effect);
  }

  #do(effect: SessionEffect): void {
    switch (effect.do) {
      case "verify":
        this.#verify(effect.token).catch((error: unknown) => this.#broken(error));
        return;
      case "welcome":
        return this.#welcome(effect.identity);
      case "serve":
        return this.#requests.push(effect.request);
      case "complain":
        return this.#send({ type: "error", timestamp: this.#services.now(), code: effect.code, message: effect.text });
      case "bye":
        return this.#send({ type: "bye", timestamp: this.#services.now(), retryMs: [...this.#byeRetryMs] });
      case "close":
        return this.#close(effect.close);
      case "release":
        return this.#release();
    }
  }

  async #verify(token: string): Promise<void> {
    let identity: Identity | undefined;
    try {
      identity = await this.#services.identification.identify(token);
    } catch (error) {
      this.#services.log.warn({ connection: this.id, error }, "cannot look up a token's owners");
      return this.#fail("overloaded");
    }
    if (identity === undefined) this.#fail("unauthenticated");
    else this.#take({ kind: "admitted", identity });
  }

  #welcome(identity: Identity): void {
    const { now, setTimeout, clearTimeout, random } = this.#services;
    const { heartbeatMs } = this.#settings;
    this.#releases.push(setAlarm(identity.expiresAtMs, () => this.#fail("expired"), this.#services));
    let heartbeat: unknown;
    const beat = (): void => {
      if (!this.#outbox.blocked) this.#send({ type: "heartbeat", timestamp: now() });
      heartbeat = setTimeout(beat, heartbeatMs);
    };
    heartbeat = setTimeout(beat, heartbeatMs * random());
    this.#releases.push(() => clearTimeout(heartbeat));
    this.#messages = this.#bucketFor(identity.owners.size);
    this.#send({
      type: "welcome",
      timestamp: now(),
      protocol: PROTOCOL,
      connectionId: this.id,
      heartbeatMs,
      expiresAt: Math.floor(identity.expiresAtMs),
      owners: [...identity.owners],
    });
    this.#requests.start(identity, this.#firstRequests);
  }

  /** A client that comes back subscribes to each of its owners at once. */
  #bucketFor(owners: number): TokenBucket {
    const { messagesPerSecond } = this.#settings;
    return new TokenBucket(2 * messagesPerSecond + owners, messagesPerSecond, this.#services.now);
  }

  #send(message: Down): void {
    this.#outbox.send(encode(message));
  }

  #fail(close: CloseName): void {
    this.#take({ kind: "fail", close });
  }

  #broken(error: unknown): void {
    this.#services.log.error({ connection: this.id, error }, "a request failed");
    this.#fail("internal");
  }

  #close(name: CloseName): void {
    const { code, meaning } = CLOSE[name];
    this.#services.log.debug({ connection: this.id, code }, meaning);
    this.#outbox.flush();
    this.#socket.close(code, meaning);
  }

  #release(): void {
    for (const release of this.#releases) release();
    this.#releases = [];
    this.#requests.stop();
    this.#outbox.stop();
    this.#services.onEnd(this);
  }
}

const tooMany: SessionEvent = { kind: "nonsense", code: "too_many_messages", text: "slow down" };
