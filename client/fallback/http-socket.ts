/**
 * Looks like a WebSocket to the client, and is HTTP requests: what the client says up decides what is asked for. Every change of that, a
 * new token and a ping too, asks anew, from the last cursors.
 */
import type { DownFrame } from "../../protocol/down.ts";
import type { Up } from "../../protocol/up.ts";
import { PROTOCOL } from "../../protocol/version.ts";
import type { Environment, Socket } from "../environment.ts";

export interface HttpEnvironment extends Pick<Environment, "now" | "setTimeout" | "clearTimeout"> {
  readonly fetch: typeof fetch;
}

/** A topic that the client follows: the id of its request, and the cursor it stands at. */
export interface Wanted {
  readonly id: string;
  readonly resume: string | undefined;
}

export interface Demand {
  /** Of the daemon, with no slash at its end. */
  readonly baseUrl: string;
  readonly token: string;
  readonly topics: ReadonlyMap<string, Wanted>;
  readonly signal: AbortSignal;
  readonly emit: (frame: DownFrame) => void;
  /** Ends the socket with a close code of the protocol. */
  readonly end: (code: number) => void;
}

/** Carries the frames until the signal is aborted. Rejects where the network fails. */
export type Carrier = (demand: Demand, environment: HttpEnvironment) => Promise<void>;

interface Heard {
  readonly open: undefined;
  readonly error: undefined;
  readonly message: { readonly data: unknown };
  readonly close: { readonly code: number };
}

/** Until the daemon's own welcome comes, if it comes this way at all. */
const HEARTBEAT_MS = 30_000;
const TOKEN_LIVES_MS = 86_400_000;

export class HttpSocket implements Socket {
  readonly #baseUrl: string;
  readonly #carrier: Carrier;
  readonly #environment: HttpEnvironment;
  readonly #onEnd: (code: number | undefined) => void;
  readonly #listeners = new Map<keyof Heard, Set<(event: never) => void>>();
  readonly #topics = new Map<string, Wanted>();
  #token = "";
  #aborter = new AbortController();
  #asking = false;
  #ended = false;

  /** @param onEnd told once: the code, or undefined where the client has closed it */
  constructor(
    streamUrl: string,
    carrier: Carrier,
    environment: HttpEnvironment,
    onEnd: (code: number | undefined) => void,
  ) {
    this.#baseUrl = streamUrl.replace(/^ws/, "http").replace(/\/v1\/stream$/, "");
    this.#carrier = carrier;
    this.#environment = environment;
    this.#onEnd = onEnd;
    queueMicrotask(() => this.#tell("open", undefined));
  }

  send(text: string): void {
    const message = JSON.parse(text) as Up;
    switch (message.type) {
      case "authenticate": {
        this.#token = message.token;
        const timestamp = this.#environment.now();
        const lives = { heartbeatMs: HEARTBEAT_MS, expiresAt: timestamp + TOKEN_LIVES_MS };
        const frame: DownFrame = {
          type: "welcome",
          timestamp,
          protocol: PROTOCOL,
          connectionId: "http",
          topics: [],
          ...lives,
        };
        return this.#emit(frame);
      }
      case "refresh":
        this.#token = message.token;
        break;
      case "subscribe":
        this.#topics.set(message.topic, { id: message.id, resume: message.resume });
        break;
      case "unsubscribe":
        this.#topics.delete(message.topic);
        break;
      case "snapshot":
      case "ping":
        break;
    }
    this.#ask();
  }

  close(): void {
    this.#finish(undefined);
  }

  /** Ends as if the daemon had. */
  readonly end = (code: number): void => {
    if (!this.#finish(code)) return;
    for (const listener of this.#listeners.get("close") ?? []) listener({ code } as never);
  };

  addEventListener<Type extends keyof Heard>(type: Type, listener: (event: Heard[Type]) => void): void {
    const listeners = this.#listeners.get(type) ?? new Set();
    this.#listeners.set(type, listeners.add(listener));
  }

  removeEventListener<Type extends keyof Heard>(type: Type, listener: (event: Heard[Type]) => void): void {
    this.#listeners.get(type)?.delete(listener);
  }

  #finish(code: number | undefined): boolean {
    if (this.#ended) return false;
    this.#ended = true;
    this.#aborter.abort();
    this.#onEnd(code);
    return true;
  }

  /** Once for all that is said in one turn. */
  #ask(): void {
    this.#aborter.abort();
    if (this.#asking) return;
    this.#asking = true;
    queueMicrotask(() => {
      this.#asking = false;
      if (this.#ended || this.#topics.size === 0) return;
      this.#aborter = new AbortController();
      const { signal } = this.#aborter;
      const demand: Demand = {
        baseUrl: this.#baseUrl,
        token: this.#token,
        topics: new Map(this.#topics),
        signal,
        emit: (frame) => signal.aborted || this.#emit(frame),
        end: (code) => signal.aborted || this.end(code),
      };
      this.#carrier(demand, this.#environment).then(
        () => demand.end(1006),
        () => demand.end(1006),
      );
    });
  }

  #emit(frame: DownFrame): void {
    if ("topic" in frame && "cursor" in frame && frame.topic !== undefined) this.#move(frame.topic, frame.cursor);
    this.#tell("message", { data: JSON.stringify(frame) });
  }

  #move(topic: string, resume: string): void {
    const wanted = this.#topics.get(topic);
    if (wanted) this.#topics.set(topic, { ...wanted, resume });
  }

  #tell<Type extends keyof Heard>(type: Type, event: Heard[Type]): void {
    if (this.#ended) return;
    for (const listener of this.#listeners.get(type) ?? []) listener(event as never);
  }
}
