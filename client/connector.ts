/**
 * Makes the world like the state of the connection machine: a socket for `connecting` and `open`, a timer for `retrying`, and while the
 * client is active at all an ear for the network, the page and the computer coming back. In `idle` and `closed` it holds nothing.
 */
import { STREAM_PATH } from "../protocol/version.ts";
import {
  type ConnectionEvent,
  type ConnectionState,
  INITIAL_CONNECTION,
  type Logger,
  nextConnection,
} from "./connection-machine.ts";
import { advice, warnOfState } from "./development.ts";
import type { BareEnvironment, WebSocketConstructor } from "./environment.ts";
import { type FrameListener, ProtocolSocket } from "./protocol-socket.ts";
import type { Tokens } from "./tokens.ts";
import { onClockJump } from "./watchdog.ts";

export interface ConnectorOptions {
  readonly url: string;
  readonly environment: BareEnvironment;
  readonly tokens: Tokens;
  /** Takes what goes wrong that no state shows. */
  readonly report: (error: unknown) => void;
  /** Hears of each transition. */
  readonly logger?: Logger;
  readonly listener: ConnectionListener;
}

export interface ConnectionListener extends FrameListener {
  /** The daemon has welcomed that socket: it may be used. */
  opened(socket: ProtocolSocket): void;
  /** The socket is gone, and gave its last sign of life then. */
  closed(heardAt: number): void;
  /** Comes last: everything is as the state says. */
  changed(state: ConnectionState): void;
}

export class Connector {
  readonly #options: ConnectorOptions;
  #state = INITIAL_CONNECTION;
  #socket: ProtocolSocket | undefined;
  #retryTimer: unknown;
  #stopWaking: (() => void) | undefined;

  /** Throws a TypeError for what can't be a daemon's URL. */
  constructor(options: ConnectorOptions) {
    if (!DAEMON_URL.test(options.url)) throw new TypeError(`url "${options.url}"${advice("url")}`);
    this.#options = options;
  }

  /** Throws a TypeError where the URL isn't one, or where there is no WebSocket. */
  connect(): void {
    this.#target();
    this.#dispatch({ type: "connect" });
  }

  close(): void {
    this.#dispatch({ type: "close" });
  }

  #dispatch(event: ConnectionEvent): void {
    const { environment, listener, logger, tokens, url } = this.#options;
    const before = this.#state;
    const after = nextConnection(before, event);
    if (after === before) return;
    this.#state = after;
    logger?.(event.type, after);
    warnOfState(after, url);
    if (this.#socket && attemptOf(before) !== attemptOf(after)) {
      this.#socket.stop();
      this.#socket = undefined;
      listener.closed("heardAt" in event ? event.heardAt : environment.now());
    }
    if (before.state === "retrying") environment.clearTimeout(this.#retryTimer);
    if (isActive(before) && !isActive(after)) {
      this.#stopWaking?.();
      tokens.forget();
    }
    if (isActive(after) && !isActive(before)) this.#listenForWaking();
    this.#acquire(after);
    listener.changed(this.#state);
  }

  #acquire(state: ConnectionState): void {
    const { environment, listener } = this.#options;
    const { now, setTimeout } = environment;
    if (state.state === "retrying") {
      this.#retryTimer = setTimeout(() => this.#dispatch({ type: "due" }), state.retryAt - now());
    }
    if (state.state === "open" && this.#socket) listener.opened(this.#socket);
    if (state.state !== "connecting") return;
    this.#socket = new ProtocolSocket({
      ...this.#options,
      ...this.#target(),
      tokenReason: state.tokenReason,
      welcomed: () => this.#dispatch({ type: "opened", now: now() }),
      ended: (end) => this.#dispatch(end),
    });
    void this.#socket.start();
  }

  #listenForWaking(): void {
    const { environment } = this.#options;
    const [first, second] = [environment.onWake(this.#wake), onClockJump(this.#wake, environment)];
    this.#stopWaking = () => {
      first();
      second();
    };
  }

  readonly #wake = (): void => {
    if (this.#state.state === "retrying") this.#dispatch({ type: "wake" });
    else this.#socket?.probe();
  };

  #target(): { readonly url: string; readonly WebSocket: WebSocketConstructor } {
    const { url, environment } = this.#options;
    const { WebSocket } = environment;
    if (!WebSocket) throw new TypeError(`no WebSocket${advice("WebSocket")}`);
    return { url: streamUrl(url), WebSocket };
  }
}

/** The number of the socket that a state holds. */
function attemptOf(state: ConnectionState): number | undefined {
  return state.state === "connecting" || state.state === "open" ? state.attempt : undefined;
}

function isActive({ state }: ConnectionState): boolean {
  return state !== "idle" && state !== "closed";
}

/** A scheme is needed: without one, a host's name is a path on the page's own host, or a scheme itself. */
const DAEMON_URL = /^((http|ws)s?:\/\/\w|[./])/i;

/** The WebSocket's address for the daemon's. Throws a TypeError where there is no page that a path could be relative to. */
function streamUrl(url: string): string {
  const { location } = globalThis as { location?: { readonly href: string } };
  const stream = new URL(url, location?.href);
  stream.protocol = stream.protocol.replace(/^http/, "ws");
  stream.pathname = stream.pathname.replace(/\/$/, "") + STREAM_PATH;
  stream.search = stream.hash = "";
  return stream.href;
}
