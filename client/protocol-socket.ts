/**
 * One socket's life: it asks for the token, opens, authenticates, renews the token in time, notices silence, and hands on what the daemon
 * says about topics. It calls `ended` exactly once, unless it was stopped; after either it holds no timer, calls nothing, and can't be
 * used again.
 */
import { reactionTo } from "../protocol/codes.ts";
import type { Down } from "../protocol/down.ts";
import type { EventFrame } from "../protocol/down/event.ts";
import type { Up } from "../protocol/up.ts";
import { PROTOCOL } from "../protocol/version.ts";
import type { Cause, Delay, SocketEnd } from "./connection-machine.ts";
import type { Environment, Socket, WebSocketConstructor } from "./environment.ts";
import { type Answer, type FrameOf, readFrame, type TopicFrame } from "./read-frame.ts";
import type { TokenReason } from "./tokens.ts";
import { Watchdog } from "./watchdog.ts";

/** The token, the handshake and the daemon's welcome must all come within this: thrice the daemon's patience for a token. */
const WELCOME_WITHIN_MS = 15_000;
/** Heartbeats that may be missed: two and a half, so that one that is late is not two that are lost. */
const MISSED_HEARTBEATS = 2.5;
/** After the network or the page came back, a healthy connection answers a ping within this. */
const ANSWER_WITHIN_MS = 5_000;
/** Failures that "back off long" counts as: the backoff's ceiling. */
const MANY_FAILURES = 7;

export interface ProtocolSocketOptions {
  readonly url: string;
  readonly WebSocket: WebSocketConstructor;
  readonly environment: Omit<Environment, "WebSocket">;
  readonly tokenReason: TokenReason;
  readonly takeToken: (reason: TokenReason, signal: AbortSignal) => Promise<string>;
  /** The daemon took the token: topics may be subscribed to. */
  readonly welcomed: (frame: FrameOf<"welcome">) => void;
  readonly ended: (end: SocketEnd) => void;
  readonly listener: FrameListener;
}

/** What the daemon says about topics. */
export interface FrameListener {
  frameReceived(frame: TopicFrame | Answer): void;
  eventReceived(event: EventFrame): void;
}

export class ProtocolSocket {
  readonly #options: ProtocolSocketOptions;
  readonly #aborter = new AbortController();
  readonly #watchdog: Watchdog;
  #token = "";
  #socket: Socket | undefined;
  #byeWindow: readonly [number, number] | undefined;
  #welcomed = false;

  constructor(options: ProtocolSocketOptions) {
    this.#options = options;
    this.#watchdog = new Watchdog(options.environment, () => this.end("lost", { kind: "silence" }));
  }

  async start(): Promise<void> {
    const { takeToken, tokenReason } = this.#options;
    const { signal } = this.#aborter;
    this.#watchdog.allow(WELCOME_WITHIN_MS);
    try {
      this.#token = await takeToken(tokenReason, signal);
    } catch (error) {
      this.end("lost", { kind: "token", message: String(error) });
      return;
    }
    if (!signal.aborted) this.#open();
  }

  /** Idempotent. */
  stop(): void {
    this.#aborter.abort();
    this.#watchdog.stop();
    this.#socket?.removeEventListener("open", this.#onOpen);
    this.#socket?.removeEventListener("message", this.#onMessage);
    this.#socket?.removeEventListener("close", this.#onClose);
    this.#socket?.close(1000);
    this.#socket = undefined;
  }

  send(message: Up): void {
    this.#socket?.send(JSON.stringify(message));
  }

  /** Makes sure that the daemon is still there. */
  probe(): void {
    if (!this.#welcomed) return;
    this.send({ type: "ping", id: "ping" });
    this.#watchdog.expect(ANSWER_WITHIN_MS);
  }

  /** @param leastFailures what this end counts as in the backoff, at least */
  end(type: SocketEnd["type"], cause: Cause, leastFailures = 0): void {
    if (this.#aborter.signal.aborted) return;
    this.stop();
    const now = this.#options.environment.now();
    const heardAt = cause.kind === "silence" ? this.#watchdog.heardAt : now;
    this.#options.ended({ type, now, heardAt, cause, delay: this.#delay(leastFailures) });
  }

  #open(): void {
    const { url, WebSocket } = this.#options;
    try {
      this.#socket = new WebSocket(url, PROTOCOL);
    } catch {
      this.end("lost", { kind: "code", code: 1006 });
      return;
    }
    this.#socket.addEventListener("open", this.#onOpen);
    this.#socket.addEventListener("message", this.#onMessage);
    this.#socket.addEventListener("close", this.#onClose);
    // `ws` throws an error that has no listener; the close that follows says what there is to know.
    this.#socket.addEventListener("error", () => undefined);
  }

  readonly #onOpen = (): void => this.send({ type: "authenticate", token: this.#token });

  readonly #onMessage = ({ data }: { data: unknown }): void => {
    this.#watchdog.heard();
    const read = readFrame(data);
    if (!read) return;
    if ("event" in read) this.#options.listener.eventReceived(read.event);
    else this.#receive(read.frame);
  };

  readonly #onClose = ({ code }: { code: number }): void => {
    const cause: Cause = { kind: "code", code };
    switch (reactionTo(code)) {
      case "stop":
        return this.end("stopped", cause);
      case "ask_token":
        return this.end("refused", cause);
      case "fresh_token":
        return this.end("expired", cause);
      case "back_off_long":
        return this.end("lost", cause, MANY_FAILURES);
      case "back_off":
      case "reconnect":
        return this.end("lost", cause);
    }
  };

  #receive(frame: Down): void {
    switch (frame.type) {
      case "welcome":
        this.#welcomed = true;
        this.#watchdog.allow(frame.heartbeatMs * MISSED_HEARTBEATS);
        return this.#options.welcomed(frame);
      case "token_expiring":
        void this.#refreshToken();
        return;
      case "bye":
        this.#byeWindow = frame.retryMs;
        return;
      case "heartbeat":
      case "error":
      case "token_expired":
        return;
      case "snapshot":
      case "metrics_updated":
      case "stale":
      case "live":
      case "ack":
      case "nack":
        return this.#options.listener.frameReceived(frame);
    }
  }

  async #refreshToken(): Promise<void> {
    const { signal } = this.#aborter;
    try {
      const token = await this.#options.takeToken("expiring", signal);
      if (!signal.aborted) this.send({ type: "refresh", token });
    } catch {
      // The old token lives on. When it has expired, the daemon closes the socket, and another token is asked for.
    }
  }

  #delay(least: number): Delay {
    const draw = this.#options.environment.random();
    if (this.#byeWindow === undefined) return { by: "backoff", least, draw };
    const [from, until] = this.#byeWindow;
    return { by: "window", from, until, draw };
  }
}
