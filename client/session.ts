/**
 * One socket's life: asks for the token, opens, authenticates, follows owners, renews the token in time, and notices silence. Tells
 * `ended` exactly once, unless it was stopped; after either it holds no timer, calls nothing, and can't be used again.
 */
import { reactionTo } from "../protocol/codes.ts";
import type { Down } from "../protocol/down.ts";
import type { Up } from "../protocol/up.ts";
import type { Refresh } from "../protocol/up/refresh.ts";
import { PROTOCOL } from "../protocol/version.ts";
import type { Environment, Socket, WebSocketConstructor } from "./environment.ts";
import type { Cause, Delay, Ending } from "./link.ts";
import { readFrame } from "./read-frame.ts";
import { type Follower, Subscriptions } from "./subscriptions.ts";
import type { TokenReason } from "./tokens.ts";

/** The token, the handshake and the daemon's welcome must all come within this: thrice the daemon's patience for a token. */
const WELCOME_WITHIN_MS = 15_000;
/** Heartbeats that may be missed: two and a half, so that one that is late is not two that are lost. */
const MISSED_HEARTBEATS = 2.5;
/** After the network or the page came back, a healthy connection answers a ping within this. */
const ANSWER_WITHIN_MS = 5_000;
/** Failures that "back off long" counts as: the backoff's ceiling. */
const MANY_FAILURES = 7;

type FrameOf<Type extends Down["type"]> = Extract<Down, { type: Type }>;

export interface SessionOptions {
  readonly url: string;
  readonly WebSocket: WebSocketConstructor;
  readonly tokenReason: TokenReason;
  readonly takeToken: (reason: TokenReason, signal: AbortSignal) => Promise<string>;
  readonly environment: Omit<Environment, "WebSocket">;
  /** The daemon took the token: owners may be followed. */
  readonly welcomed: (frame: FrameOf<"welcome">) => void;
  readonly ended: (ending: Ending) => void;
}

export class Session {
  readonly #options: SessionOptions;
  readonly #aborter = new AbortController();
  readonly #subscriptions = new Subscriptions((message) => this.#send(message));
  #token = "";
  #socket: Socket | undefined;
  #watchdog: unknown;
  #heardAt: number;
  #quietMs = WELCOME_WITHIN_MS;
  #byeWindow: readonly [number, number] | undefined;
  #welcomed = false;

  constructor(options: SessionOptions) {
    this.#options = options;
    this.#heardAt = options.environment.now();
  }

  start(): void {
    this.#watch(this.#heardAt, this.#quietMs);
    void this.#open();
  }

  /** Idempotent. */
  stop(): void {
    this.#aborter.abort();
    this.#options.environment.clearTimeout(this.#watchdog);
    this.#socket?.removeEventListener("open", this.#onOpen);
    this.#socket?.removeEventListener("message", this.#onMessage);
    this.#socket?.removeEventListener("close", this.#onClose);
    this.#socket?.close(1000);
    this.#socket = undefined;
  }

  /** Only once welcomed. */
  follow(follower: Follower): void {
    this.#subscriptions.add(follower);
  }

  unfollow(follower: Follower): void {
    this.#subscriptions.remove(follower);
  }

  /** Makes sure that the daemon is still there. */
  probe(): void {
    if (!this.#welcomed) return;
    this.#send({ type: "ping", id: this.#subscriptions.nextId() });
    this.#watch(this.#options.environment.now(), ANSWER_WITHIN_MS);
  }

  async #open(): Promise<void> {
    const { signal } = this.#aborter;
    try {
      this.#token = await this.#options.takeToken(this.#options.tokenReason, signal);
    } catch (error) {
      this.#end("lost", { kind: "token", message: String(error) });
      return;
    }
    if (!signal.aborted) this.#connect();
  }

  #connect(): void {
    const { url, WebSocket } = this.#options;
    try {
      this.#socket = new WebSocket(url, PROTOCOL);
    } catch {
      this.#end("lost", { kind: "code", code: 1006 });
      return;
    }
    this.#socket.addEventListener("open", this.#onOpen);
    this.#socket.addEventListener("message", this.#onMessage);
    this.#socket.addEventListener("close", this.#onClose);
    // `ws` throws where nobody listens; the close that follows says what there is to know.
    this.#socket.addEventListener("error", () => undefined);
  }

  async #refresh(): Promise<void> {
    const { signal } = this.#aborter;
    try {
      const token = await this.#options.takeToken("expiring", signal);
      if (!signal.aborted) this.#send({ type: "refresh", token });
    } catch {
      // The old token lives on; when it has expired, the daemon says so by closing, and another is asked for.
    }
  }

  readonly #onOpen = (): void => {
    this.#send({ type: "authenticate", token: this.#token });
  };

  readonly #onMessage = ({ data }: { data: unknown }): void => {
    this.#heardAt = this.#options.environment.now();
    const read = readFrame(data);
    if (!read) return;
    if ("event" in read) this.#subscriptions.happened(read.event);
    else this.#receive(read.frame);
  };

  readonly #onClose = ({ code }: { code: number }): void => {
    const cause: Cause = { kind: "code", code };
    switch (reactionTo(code)) {
      case "stop":
        return this.#end("stopped", cause);
      case "ask_token":
        return this.#end("refused", cause);
      case "fresh_token":
        return this.#end("expired", cause);
      case "back_off_long":
        return this.#end("lost", cause, MANY_FAILURES);
      case "back_off":
      case "reconnect":
        return this.#end("lost", cause);
    }
  };

  #receive(frame: Down): void {
    switch (frame.type) {
      case "welcome":
        this.#welcomed = true;
        this.#quietMs = frame.heartbeatMs * MISSED_HEARTBEATS;
        this.#watch(this.#heardAt, this.#quietMs);
        return this.#options.welcomed(frame);
      case "snapshot":
      case "metrics_updated":
      case "stale":
      case "live":
        return this.#subscriptions.take(frame);
      case "token_expiring":
        void this.#refresh();
        return;
      case "ack":
        return this.#subscriptions.answered(frame.id, frame.topic);
      case "nack": {
        const ending = this.#subscriptions.refused(frame);
        if (ending) this.#end(ending, { kind: "nack", code: frame.code });
        return;
      }
      case "bye":
        this.#byeWindow = frame.retryMs;
        return;
      case "heartbeat":
      case "error":
      case "token_expired":
        return;
    }
  }

  /** Ends the session if nothing is heard between `since` and `limitMs` later; otherwise goes on watching. */
  #watch(since: number, limitMs: number): void {
    const { clearTimeout, now, setTimeout } = this.#options.environment;
    clearTimeout(this.#watchdog);
    const check = () => {
      if (this.#heardAt > since) this.#watch(this.#heardAt, this.#quietMs);
      else this.#end("lost", { kind: "silence" });
    };
    this.#watchdog = setTimeout(check, Math.min(limitMs, Math.max(0, since + limitMs - now())));
  }

  #end(type: Ending["type"], cause: Cause, least = 0): void {
    if (this.#aborter.signal.aborted) return;
    const { ended, environment } = this.#options;
    this.stop();
    const now = environment.now();
    const heardAt = cause.kind === "silence" ? this.#heardAt : now;
    ended({ type, now, heardAt, cause, delay: this.#delay(least) });
  }

  #delay(least: number): Delay {
    const draw = this.#options.environment.random();
    if (this.#byeWindow === undefined) return { by: "backoff", least, draw };
    const [from, until] = this.#byeWindow;
    return { by: "window", from, until, draw };
  }

  #send(message: Up | Refresh): void {
    this.#socket?.send(JSON.stringify(message));
  }
}
