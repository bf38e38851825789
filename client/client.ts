/**
 * Keeps one owner's metrics right on the client's side, through lost connections, restarts and refused tokens.
 *
 * The decisions are in `transition.ts`; this only makes the world like the state (a session for `connecting`, `live` and `stale`, a
 * timer for `retrying`) and tells listeners. After `close()` no socket, timer or listener is left.
 */
import { STREAM_PATH } from "../protocol/version.ts";
import type { Connection, ConnectionEvent, TokenReason } from "./connection.ts";
import { type Environment, globalEnvironment } from "./environment.ts";
import { applyPatch, fromSnapshot, type Materialised, type Patch } from "./materialised.ts";
import { Session } from "./session.ts";
import { INITIAL, transition } from "./transition.ts";

export interface ClientOptions {
  /** Where the daemon is, e.g. `https://live.example.com` or `ws://127.0.0.1:8080`. */
  readonly url: string;
  readonly ownerId: string;
  /** Called before every connection. `refused`: the daemon didn't accept the last token; asked once, then the client stops. */
  readonly getToken: (request: TokenRequest) => string | Promise<string>;
  /** Replaces parts of the surroundings; `WebSocket` is required where there is no global one. */
  readonly environment?: Partial<Environment>;
}

export interface TokenRequest {
  readonly reason: TokenReason;
  /** Aborted when the token is no longer wanted. */
  readonly signal: AbortSignal;
}

/** What there is to show. The same object until something changes. */
export interface View<Metrics> {
  readonly connection: Connection;
  /** Undefined until the first snapshot, and while the owner has no row. Kept while disconnected. */
  readonly metrics: Metrics | undefined;
  /** The instant that the metrics hold for, ISO with microseconds; undefined until the first snapshot. */
  readonly asOf: string | undefined;
}

export class Client<Metrics> {
  readonly #options: ClientOptions;
  readonly #url: string;
  readonly #environment: Environment;
  readonly #listeners = new Set<() => void>();
  #connection = INITIAL;
  #document: Materialised | undefined;
  #view: View<Metrics> = { connection: INITIAL, metrics: undefined, asOf: undefined };
  #session: Session | undefined;
  #retryTimer: unknown;
  #stopWaking: (() => void) | undefined;

  /** Connects to nothing yet. Throws a TypeError for a URL that isn't one, or where a WebSocket is missing. */
  constructor(options: ClientOptions) {
    const { WebSocket, ...environment } = { ...globalEnvironment(), ...options.environment };
    if (WebSocket === undefined) throw new TypeError("No global WebSocket here: pass one as environment.WebSocket");
    this.#environment = { ...environment, WebSocket };
    this.#options = options;
    this.#url = streamUrl(options.url);
  }

  /** Connects, or tries again at once. Does nothing while connected. */
  readonly connect = (): void => this.#dispatch({ type: "connect", now: this.#environment.now() });

  /** Disconnects and stays so; `connect` starts again. Idempotent. */
  readonly close = (): void => this.#dispatch({ type: "close", now: this.#environment.now() });

  /** Calls back after every change of the view. Returns its own undo. */
  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly getSnapshot = (): View<Metrics> => this.#view;

  #dispatch(event: ConnectionEvent): void {
    const before = this.#connection;
    const after = transition(before, event);
    if (after === before) return;
    this.#connection = after;
    this.#release(before, after);
    this.#acquire(before, after);
    this.#show();
  }

  #release(before: Connection, after: Connection): void {
    if (sessionOf(before) !== sessionOf(after)) this.#session?.stop();
    if (before.state === "retrying") this.#environment.clearTimeout(this.#retryTimer);
    if (isActive(before) && !isActive(after)) this.#stopWaking?.();
  }

  #acquire(before: Connection, after: Connection): void {
    if (isActive(after) && !isActive(before)) this.#stopWaking = this.#environment.onWake(this.#wake);
    if (after.state === "connecting") this.#open(after.tokenReason);
    if (after.state === "retrying") {
      const { now, setTimeout } = this.#environment;
      this.#retryTimer = setTimeout(() => this.#dispatch({ type: "due" }), after.retryAt - now());
    }
  }

  #open(reason: TokenReason): void {
    const { now } = this.#environment;
    this.#session = new Session({
      url: this.#url,
      ownerId: this.#options.ownerId,
      getToken: (signal) => this.#options.getToken({ reason, signal }),
      environment: this.#environment,
      snapshot: (frame) => {
        this.#document = fromSnapshot(frame);
        this.#dispatch({ type: "snapshot", now: now() });
        this.#show();
      },
      patch: (frame) => this.#patch(frame),
      stale: ({ since, reason }) => this.#dispatch({ type: "stale", now: now(), since: Date.parse(since), reason }),
      live: () => this.#dispatch({ type: "live", now: now() }),
      ended: (ending) => this.#dispatch(ending),
    });
    this.#session.start();
  }

  #patch(frame: Patch): void {
    const document = applyPatch(this.#document, frame);
    if (document === "gap") {
      this.#session?.askSnapshot();
      return;
    }
    this.#document = document;
    this.#show();
  }

  readonly #wake = (): void => {
    if (this.#connection.state === "retrying") this.#dispatch({ type: "wake" });
    else this.#session?.probe();
  };

  #show(): void {
    const { asOf, data } = this.#document ?? {};
    const metrics = data && Object.keys(data).length > 0 ? (data as Metrics) : undefined;
    const view = this.#view;
    if (view.connection === this.#connection && view.metrics === metrics && view.asOf === asOf) return;
    this.#view = { connection: this.#connection, metrics, asOf };
    for (const listener of this.#listeners) listener();
  }
}

/** The number of the socket that a state holds. */
function sessionOf(connection: Connection): number | undefined {
  return "attempt" in connection && connection.state !== "retrying" ? connection.attempt : undefined;
}

function isActive({ state }: Connection): boolean {
  return state !== "idle" && state !== "closed";
}

function streamUrl(url: string): string {
  const stream = new URL(url);
  stream.protocol = stream.protocol.replace(/^http/, "ws");
  stream.pathname = stream.pathname.replace(/\/$/, "") + STREAM_PATH;
  stream.search = "";
  stream.hash = "";
  return stream.href;
}
