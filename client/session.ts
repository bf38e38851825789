/**
 * One socket's life: asks for the token, opens, authenticates, subscribes, listens, and notices silence. Tells `ended` exactly once,
 * unless it was stopped; after either it holds no timer, calls nothing, and can't be used again.
 */
import { reactionTo } from "../protocol/codes.ts";
import type { Down } from "../protocol/down.ts";
import type { Up } from "../protocol/up.ts";
import { PROTOCOL } from "../protocol/version.ts";
import type { Cause, ConnectionEvent, Delay } from "./connection.ts";
import type { Environment, Socket } from "./environment.ts";
import { readFrame } from "./read-frame.ts";

/** The token, the handshake and the daemon's welcome must all come within this: thrice the daemon's patience for a token. */
const WELCOME_WITHIN_MS = 15_000;
/** Heartbeats that may be missed: two and a half, so that one that is late is not two that are lost. */
const MISSED_HEARTBEATS = 2.5;
/** After the network or the page came back, a healthy connection answers a ping within this. */
const ANSWER_WITHIN_MS = 5_000;
/** Failures that "back off long" counts as: the backoff's ceiling. */
const MANY_FAILURES = 7;

export type Ending = Extract<ConnectionEvent, { type: "lost" | "refused" | "expired" | "stopped" }>;
type FrameOf<Type extends Down["type"]> = Extract<Down, { type: Type }>;

export interface SessionOptions {
  readonly url: string;
  readonly ownerId: string;
  readonly getToken: (signal: AbortSignal) => string | Promise<string>;
  readonly environment: Environment;
  readonly snapshot: (frame: FrameOf<"snapshot">) => void;
  readonly patch: (frame: FrameOf<"metrics_updated">) => void;
  readonly stale: (frame: FrameOf<"stale">) => void;
  readonly live: () => void;
  readonly ended: (ending: Ending) => void;
}

export class Session {
  readonly #options: SessionOptions;
  readonly #aborter = new AbortController();
  #token = "";
  #socket: Socket | undefined;
  #watchdog: unknown;
  #heardAt: number;
  #quietMs = WELCOME_WITHIN_MS;
  #byeWindow: readonly [number, number] | undefined;
  #welcomed = false;
  #awaitsSnapshot = false;
  #requests = 0;

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

  /** Asks for the whole document, unless it is on its way. */
  askSnapshot(): void {
    if (this.#awaitsSnapshot) return;
    this.#awaitsSnapshot = true;
    this.#send({ type: "snapshot", id: this.#nextId("snapshot"), ownerId: this.#options.ownerId });
  }

  /** Makes sure that the daemon is still there. */
  probe(): void {
    if (!this.#welcomed) return;
    this.#send({ type: "ping", id: this.#nextId("ping") });
    this.#watch(this.#options.environment.now(), ANSWER_WITHIN_MS);
  }

  async #open(): Promise<void> {
    const { signal } = this.#aborter;
    try {
      this.#token = await this.#options.getToken(signal);
    } catch (error) {
      if (!signal.aborted) this.#end("lost", { kind: "token", message: String(error) });
      return;
    }
    if (signal.aborted) return;
    this.#connect();
  }

  #connect(): void {
    const { environment, url } = this.#options;
    try {
      this.#socket = new environment.WebSocket(url, PROTOCOL);
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

  readonly #onOpen = (): void => {
    this.#send({ type: "authenticate", token: this.#token });
  };

  readonly #onMessage = ({ data }: { data: unknown }): void => {
    this.#heardAt = this.#options.environment.now();
    const frame = readFrame(data);
    if (frame) this.#receive(frame);
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

  /** One socket has one subscription, so every owner's frame is about that owner, in the key's canonical spelling. */
  #receive(frame: Down): void {
    switch (frame.type) {
      case "welcome":
        this.#welcomed = true;
        this.#quietMs = frame.heartbeatMs * MISSED_HEARTBEATS;
        this.#watch(this.#heardAt, this.#quietMs);
        this.#awaitsSnapshot = true;
        return this.#send({ type: "subscribe", id: this.#nextId("subscribe"), ownerId: this.#options.ownerId });
      case "snapshot":
        this.#awaitsSnapshot = false;
        return this.#options.snapshot(frame);
      case "metrics_updated":
        return this.#options.patch(frame);
      case "stale":
        return this.#options.stale(frame);
      case "live":
        return this.#options.live();
      case "nack":
        return this.#refuse(frame);
      case "bye":
        this.#byeWindow = frame.retryMs;
        return;
      case "ack":
      case "heartbeat":
      case "error":
        return;
    }
  }

  #refuse({ id, code }: FrameOf<"nack">): void {
    if (id.startsWith("ping")) return;
    const forGood = code === "forbidden" || code === "unknown_owner";
    this.#end(forGood ? "stopped" : "lost", { kind: "nack", code });
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

  #send(message: Up): void {
    this.#socket?.send(JSON.stringify(message));
  }

  #nextId(prefix: string): string {
    this.#requests += 1;
    return `${prefix}-${this.#requests}`;
  }
}
