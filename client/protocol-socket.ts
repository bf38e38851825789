/**
 * One socket's life: it asks for the token, opens, authenticates, renews the token in time, notices silence, and hands on what the daemon
 * says about topics. It calls `ended` exactly once, unless it was stopped; after either it holds no timer, calls nothing, and can't be
 * used again.
 */
import { type Reaction, reactionTo } from "../protocol/codes.ts";
import type { EventFrame } from "../protocol/down/event.ts";
import type { Up } from "../protocol/up.ts";
import { PROTOCOL } from "../protocol/version.ts";
import type { Cause } from "./cause.ts";
import { makeCause } from "./make-cause.ts";
import type { SocketEnd } from "./connection-machine.ts";
import type { Environment, Socket, WebSocketConstructor } from "./environment.ts";
import { type Answer, type ChannelFrame, type Heard, readFrame, type TopicFrame } from "./read-frame.ts";
import type { TokenReason, Tokens } from "./tokens.ts";
import { Watchdog } from "./watchdog.ts";

/** The token, the handshake and the daemon's welcome must all come within this: thrice the daemon's patience for a token. */
const WELCOME_WITHIN_MS = 15_000;
/** After so many heartbeats of silence the daemon is asked whether it is there: one that is late is not one that is lost. */
const QUIET_HEARTBEATS = 1.5;
/** Within how many heartbeats it must answer: two of silence are the end. */
const ANSWER_HEARTBEATS = 0.5;
/** And within how long at most, also when the network or the page came back, or the network is said to be gone. */
const ANSWER_WITHIN_MS = 5_000;
/** Failures that "back off long" counts as: the backoff's ceiling. */
const MANY_FAILURES = 7;
/** From one answer of `getToken` on an open connection to the next call: a notice, or a thousand, in between waits. */
const REFRESH_EVERY_MS = 10_000;

/** What is more than a loss. */
const ENDS: { readonly [R in Reaction]?: SocketEnd["type"] } = {
  stop: "stopped",
  ask_token: "refused",
  fresh_token: "expired",
};

export interface ProtocolSocketOptions {
  readonly url: string;
  readonly WebSocket: WebSocketConstructor;
  readonly environment: Omit<Environment, "WebSocket">;
  readonly tokenReason: TokenReason;
  readonly tokens: Pick<Tokens, "take" | "accepted">;
  /** Takes what goes wrong that no state shows. */
  readonly report: (error: unknown) => void;
  /** The daemon took the token: topics may be subscribed to. */
  readonly welcomed: () => void;
  readonly ended: (end: SocketEnd) => void;
  readonly listener: FrameListener;
}

/** What the daemon says about topics. */
export interface FrameListener {
  frameReceived(frame: TopicFrame | ChannelFrame | Answer): void;
  eventReceived(event: EventFrame): void;
}

export class ProtocolSocket {
  readonly #options: ProtocolSocketOptions;
  readonly #aborter = new AbortController();
  readonly #watchdog: Watchdog;
  #token = "";
  #socket: Socket | undefined;
  #byeWindow: readonly [number, number] | undefined;
  /** Undefined until the welcome. */
  #heartbeatMs: number | undefined;
  #isProbing = false;
  #isRefreshing = false;
  /** Why the next token is wanted, as soon as it may be asked for. */
  #refreshDue: TokenReason | undefined;
  #refreshTimer: unknown;

  constructor(options: ProtocolSocketOptions) {
    this.#options = options;
    this.#watchdog = new Watchdog(options.environment, () => {
      if (this.#isProbing || this.#heartbeatMs === undefined) this.end("lost", makeCause("silence"));
      else this.probe();
    });
  }

  async start(): Promise<void> {
    const { tokens, tokenReason } = this.#options;
    const { signal } = this.#aborter;
    this.#watchdog.allow(WELCOME_WITHIN_MS);
    try {
      this.#token = await tokens.take(tokenReason, signal);
    } catch (error) {
      this.#fail("token", error);
    }
    if (!signal.aborted) this.#open();
  }

  /** Idempotent. */
  stop(): void {
    this.#aborter.abort();
    this.#watchdog.stop();
    this.#options.environment.clearTimeout(this.#refreshTimer);
    this.#socket?.close(1000);
    this.#socket = undefined;
  }

  send(message: Up): void {
    this.#socket?.send(JSON.stringify(message));
  }

  /** Makes sure that the daemon is still there. */
  probe(): void {
    if (this.#heartbeatMs === undefined) return;
    this.#isProbing = true;
    this.send({ type: "ping", id: "ping" });
    this.#watchdog.expect(Math.min(ANSWER_WITHIN_MS, this.#heartbeatMs * ANSWER_HEARTBEATS));
  }

  /** @param leastFailures what this end counts as in the backoff, at least */
  end(type: SocketEnd["type"], cause: Cause, leastFailures = 0): void {
    if (this.#aborter.signal.aborted) return;
    this.stop();
    const { ended, environment } = this.#options;
    const now = environment.now();
    const heardAt = cause.kind === "silence" ? this.#watchdog.heardAt : now;
    const delay = { window: this.#byeWindow, least: leastFailures, draw: environment.random() };
    ended({ type, now, heardAt, cause, delay });
  }

  #fail(kind: "token" | "protocol", error: unknown): void {
    if (this.#aborter.signal.aborted) return;
    this.end("lost", makeCause(kind, String(error)));
    this.#options.report(error);
  }

  #open(): void {
    const { url, WebSocket } = this.#options;
    try {
      this.#socket = new WebSocket(url, PROTOCOL);
    } catch (error) {
      this.end("lost", makeCause("code", String(error), 1006));
      return;
    }
    this.#socket.addEventListener("open", () => this.send({ type: "authenticate", token: this.#token }));
    this.#socket.addEventListener("message", this.#onMessage);
    this.#socket.addEventListener("close", this.#onClose);
    // `ws` throws an error that has no listener; the close that follows says what there is to know.
    this.#socket.addEventListener("error", () => undefined);
  }

  readonly #onMessage = ({ data }: { data: unknown }): void => {
    if (this.#aborter.signal.aborted) return;
    this.#watchdog.heard();
    this.#isProbing = false;
    try {
      const read = readFrame(data);
      if ("event" in read) this.#options.listener.eventReceived(read.event);
      else this.#receive(read.frame);
    } catch (error) {
      this.#fail("protocol", error);
    }
  };

  readonly #onClose = ({ code, reason }: { code: number; reason?: string }): void => {
    const reaction = reactionTo(code);
    const leastFailures = reaction === "back_off_long" ? MANY_FAILURES : 0;
    this.end(ENDS[reaction] ?? "lost", makeCause("code", reason, code), leastFailures);
  };

  #receive(frame: Heard | ChannelFrame): void {
    switch (frame.type) {
      case "welcome":
        this.#heartbeatMs = frame.heartbeatMs;
        this.#watchdog.allow(frame.heartbeatMs * QUIET_HEARTBEATS);
        this.#options.tokens.accepted(frame);
        return this.#options.welcomed();
      case "token_expiring":
        void this.#refreshToken("expiring");
        return;
      case "bye":
        if (!isWindow(frame.retryMs)) throw new Error("bye.retryMs");
        this.#byeWindow = frame.retryMs;
        return;
      case "error":
        this.#options.report(new Error(`${frame.code}, ${frame.message}`));
        if (frame.code === "refresh_refused") void this.#refreshToken("refused");
        return this.#options.listener.frameReceived(frame);
      default:
        return this.#options.listener.frameReceived(frame);
    }
  }

  /** One call at a time, and where it brings no other token another one later, until the daemon closes the socket over it. */
  async #refreshToken(reason: TokenReason): Promise<void> {
    this.#refreshDue = reason;
    if (this.#isRefreshing) return;
    this.#isRefreshing = true;
    const { environment, report, tokens } = this.#options;
    const { signal } = this.#aborter;
    const token = await tokens.take(reason, signal).catch((error: unknown) => {
      if (!signal.aborted) report(error);
      return this.#token;
    });
    if (signal.aborted) return;
    if (token !== this.#token) {
      this.#token = token;
      this.#refreshDue = undefined;
      this.send({ type: "refresh", token });
    }
    this.#refreshTimer = environment.setTimeout(() => {
      this.#isRefreshing = false;
      if (this.#refreshDue) void this.#refreshToken(this.#refreshDue);
    }, REFRESH_EVERY_MS);
  }
}

function isWindow([from, until]: readonly [number, number]): boolean {
  return from >= 0 && from <= until;
}
