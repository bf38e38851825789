/**
 * One client's connection: carries out what {@link step} decides. Whatever happens, its timers and subscriptions end with it.
 */
import { randomUUID } from "node:crypto";
import { CLOSE, CLOSE_MEANINGS, type CloseName, type ErrorCode } from "../../../protocol/codes.ts";
import type { Down } from "../../../protocol/down.ts";
import { AUTHENTICATION_TIMEOUT_MS } from "../../../protocol/limits.ts";
import { PROTOCOL } from "../../../protocol/version.ts";
import type { Log } from "../../config/log.ts";
import { encode } from "../../hub/frame.ts";
import { Bearer, type BearerOwner } from "../auth/bearer.ts";
import type { TokenName } from "../auth/claims.ts";
import type { CountedWarning } from "../../config/counted-warning.ts";
import type { ListedConnection } from "./connection-info.ts";
import type { Seat } from "./connection-limits.ts";
import type { Counters } from "./counters.ts";
import type { Admission } from "./handshake.ts";
import type { Identification } from "../auth/identification.ts";
import type { Identity } from "../auth/identity.ts";
import { Inbox, type InboxSettings } from "./inbox.ts";
import { Outbox, type OutboxOwner, type OutboxSettings } from "./outbox.ts";
import { type Ending, GONE, type Recordings, REVOKED } from "./recordings.ts";
import {
  type ClientRequest,
  type SessionEffect,
  type SessionEvent,
  type SessionState,
  step,
  TOO_MANY,
} from "./session-machine.ts";
import { type Requester, type RequestServices, SessionRequests } from "./session-requests.ts";
import { type AlarmClock, setAlarm, startHeartbeat } from "./timers.ts";
import type { Traffic } from "./traffic.ts";
import type { TurnFlushes } from "./turn-flushes.ts";
import type { Unauthenticated } from "./unauthenticated.ts";
import type { Socket, SocketHandlers } from "../transports/transport.ts";

export interface SessionSettings extends InboxSettings, OutboxSettings {
  readonly heartbeatMs: number;
  readonly maxSubscriptions: number;
}

export interface SessionServices extends AlarmClock, RequestServices {
  readonly identification: Identification;
  /** 0 to 1: spreads the first heartbeats. */
  readonly random: () => number;
  readonly log: Log;
  /** Tells of topics that were asked for in vain. */
  readonly forbidden: CountedWarning;
  readonly counters: Counters;
  readonly traffic: Traffic;
  readonly turnFlushes: TurnFlushes;
  readonly recordings: Recordings | undefined;
  /** The session has ended and holds nothing any more. */
  readonly onEnd: (session: ClientSession) => void;
}

/** Its parts get the session itself, not functions of their own: there are very many sessions. */
export class ClientSession implements SocketHandlers, OutboxOwner, BearerOwner, Requester, Unauthenticated {
  readonly id = randomUUID();
  readonly #socket: Socket;
  readonly #settings: SessionSettings;
  readonly #services: SessionServices;
  readonly #outbox: Outbox;
  readonly #requests: SessionRequests;
  readonly #inbox: Inbox;
  readonly #seat: Seat<ClientSession>;
  readonly #bearer: Bearer;
  #state: SessionState = "unauthenticated";
  #stopDeadline: (() => void) | undefined;
  #stopHeartbeat: (() => void) | undefined;
  /** Requests of the handshake. */
  #firstRequests: readonly ClientRequest[] | undefined;
  #byeRetryMs: readonly [number, number] | undefined;
  #ending: Ending = GONE;

  constructor(socket: Socket, seat: Seat<ClientSession>, settings: SessionSettings, services: SessionServices) {
    this.#socket = socket;
    this.#seat = seat;
    this.#settings = settings;
    this.#services = services;
    this.#outbox = new Outbox(this, socket, settings, services);
    this.#bearer = new Bearer(this, services);
    this.#requests = new SessionRequests(this, this.#outbox, services, settings.maxSubscriptions);
    this.#inbox = new Inbox(settings, services.counters, services.now);
  }

  /** Begins with what the handshake brought. */
  start(admission: Admission): void {
    const { now, traffic } = this.#services;
    traffic.opened += 1;
    const deadline = (): void => this.#take({ kind: "deadline" });
    this.#stopDeadline = setAlarm(now() + AUTHENTICATION_TIMEOUT_MS, deadline, this.#services);
    if (admission.kind === "stream") this.#firstRequests = admission.requests;
    if (this.#seat.refusal !== undefined) this.#fail(this.#seat.refusal);
    else if (admission.kind === "refused") this.#fail(admission.close);
    else if (admission.kind === "no_token") this.#seat.awaitToken(this);
    else this.#take({ kind: "token", token: admission.token });
  }

  /** Says goodbye, with the window in which to come back; frames go on until {@link finish}. */
  drain(retryMs: readonly [number, number]): void {
    this.#byeRetryMs = retryMs;
    this.#take({ kind: "drain" });
  }

  finish(): void {
    this.#fail("draining");
  }

  evict(): void {
    this.#fail("authenticationTimeout", "others wait: show the token at once");
  }

  /** Ends the session if its token is among those that were revoked. */
  endIf(isRevoked: (token: TokenName) => boolean): void {
    if (!this.#bearer.isAmong(isRevoked)) return;
    this.#ending = REVOKED;
    this.#fail("unauthenticated");
  }

  /** An operator wants it so; the client asks for a new token before it comes back. */
  endByOperator(): void {
    this.#fail("unauthenticated", "closed by an operator: show a new token");
  }

  /** For operators. */
  get listed(): ListedConnection {
    const { sent, blocked: isBlocked, recorder } = this.#outbox;
    const [state, reader, address, heard, { topics }] = [
      this.#state,
      this.reader,
      this.#seat.address.name,
      this.#inbox.heard,
      this.#requests,
    ];
    return { id: this.id, state, reader, address, heard, sent, isBlocked, topics, recorder };
  }

  /** Whom topics ask who it is. */
  get reader(): Identity | undefined {
    return this.#bearer.identity;
  }

  admit(identity: Identity): CloseName | undefined {
    return this.#seat.admit(this, identity);
  }

  tellAvailable(topic: string): void {
    if (this.#state === "open") this.send({ type: "topic_available", timestamp: this.#services.now(), topic });
  }

  message(text: string | undefined): void {
    // The message was on its way when the connection was closed.
    if (this.#state === "closed") return;
    this.#services.traffic.messagesReceived += 1;
    const said = this.#inbox.take(text);
    if (said.kind !== "excess") return this.#take(said);
    if (this.#state === "open" && said.request !== undefined) this.#requests.tooMany(said.request);
    else this.#take(TOO_MANY);
  }

  pinged(): void {
    const flood = this.#state === "closed" ? undefined : this.#inbox.takePing();
    if (flood !== undefined) this.#take(flood);
  }

  drained(): void {
    this.#outbox.drained();
  }

  closed(): void {
    if (this.#state !== "closed") this.#services.traffic.end("gone");
    this.#take({ kind: "gone" });
  }

  send(message: Down): void {
    this.#outbox.send(encode(message));
  }

  refresh(token: string, current: Identity): Promise<Identity | ErrorCode> {
    return this.#bearer.refresh(token, current);
  }

  onDrained(): void {
    this.#requests.topics.catchUp();
  }

  onTooSlow(): void {
    this.#fail("tooSlow");
  }

  onExpired(): void {
    this.#fail("expired");
  }

  onUnavailable(error: unknown): void {
    this.#services.log.warn({ connection: this.id, error }, "cannot look up a token's topics");
  }

  onForbidden(topic: string): void {
    this.#services.forbidden.count({ connection: this.id, topic });
  }

  onError(error: unknown): void {
    this.#services.log.error({ connection: this.id, error }, "a request failed");
    this.#fail("internal");
  }

  #take(event: SessionEvent): void {
    const { next, effects } = step(this.#state, event);
    this.#state = next;
    for (const effect of effects) this.#do(effect);
  }

  #do(effect: SessionEffect): void {
    switch (effect.do) {
      case "verify":
        this.#verify(effect.token).catch((error: unknown) => this.onError(error));
        return;
      case "welcome":
        return this.#welcome(effect.identity);
      case "serve":
        return this.#requests.push(effect.request);
      case "complain":
        return this.#complain(effect);
      case "bye":
        return this.send({ type: "bye", timestamp: this.#services.now(), retryMs: [...(this.#byeRetryMs ?? [0, 0])] });
      case "close":
        return this.#close(effect.close, effect.reason);
      case "release":
        return this.#release();
    }
  }

  #complain({ id, code, text }: Extract<SessionEffect, { do: "complain" }>): void {
    const timestamp = this.#services.now();
    this.send({ type: "error", timestamp, ...(id !== undefined && { id }), code, message: text });
  }

  async #verify(token: string): Promise<void> {
    this.#seat.tokenShown();
    const verified = await this.#bearer.verify(token);
    if (verified === "expired") this.#fail("unauthenticated", CLOSE_MEANINGS.expired);
    else if (typeof verified === "string") this.#fail(verified);
    else this.#take({ kind: "admitted", identity: verified });
  }

  #welcome(identity: Identity): void {
    const { now, random } = this.#services;
    const { heartbeatMs, maxSubscriptions } = this.#settings;
    const refusal = this.#bearer.serve(identity);
    if (refusal !== undefined) return this.#fail(refusal);
    const beat = (): void => {
      if (!this.#outbox.blocked) this.send({ type: "heartbeat", timestamp: now() });
    };
    this.#stopDeadline?.();
    this.#stopDeadline = undefined;
    this.#stopHeartbeat = startHeartbeat(heartbeatMs, random(), beat, this.#services);
    this.#inbox.allowFor(identity.topicsAtOnce(maxSubscriptions));
    this.send({
      type: "welcome",
      timestamp: now(),
      protocol: PROTOCOL,
      connectionId: this.id,
      heartbeatMs,
      expiresAt: Math.floor(identity.expiresAtMs),
      topics: [...identity.topics],
    });
    this.#requests.start(identity, this.#firstRequests);
    this.#firstRequests = undefined;
  }

  #fail(close: CloseName, reason?: string): void {
    this.#take({ kind: "fail", close, ...(reason !== undefined && { reason }) });
  }

  #close(name: CloseName, meaning: string = CLOSE_MEANINGS[name]): void {
    const { code } = CLOSE[name];
    this.#services.log.debug({ connection: this.id, code }, meaning);
    this.#services.traffic.end(name);
    if (this.#ending === GONE) this.#ending = { close: name, reason: meaning };
    this.#outbox.flush();
    this.#socket.close(code, meaning);
  }

  #release(): void {
    this.#services.recordings?.keep(this.listed, this.#ending);
    this.#stopDeadline?.();
    this.#stopHeartbeat?.();
    this.#bearer.stop();
    this.#seat.leave();
    this.#requests.stop();
    this.#outbox.stop();
    this.#services.onEnd(this);
  }
}
