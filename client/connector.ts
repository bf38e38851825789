/**
 * Makes the world like the state of the connection machine: a socket for `connecting` and `open`, a timer for `retrying`, and while the
 * client is active at all an ear for the network, the page and the computer coming back. In `idle` and `closed` it holds nothing.
 */
import { STREAM_PATH } from "../protocol/version.ts";
import {
  type ConnectionEvent,
  type ConnectionState,
  INITIAL_CONNECTION,
  nextConnection,
} from "./connection-machine.ts";
import type { BareEnvironment, WebSocketConstructor } from "./environment.ts";
import { type FrameListener, ProtocolSocket } from "./protocol-socket.ts";
import type { Tokens } from "./tokens.ts";
import { onClockJump } from "./watchdog.ts";

export interface ConnectorOptions {
  readonly url: string;
  readonly environment: BareEnvironment;
  readonly tokens: Tokens;
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

  constructor(options: ConnectorOptions) {
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
    const { environment, listener, tokens } = this.#options;
    const before = this.#state;
    const after = nextConnection(before, event);
    if (after === before) return;
    this.#state = after;
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
    const { environment, listener, tokens } = this.#options;
    const { now, setTimeout } = environment;
    if (state.state === "retrying") {
      this.#retryTimer = setTimeout(() => this.#dispatch({ type: "due" }), state.retryAt - now());
    }
    if (state.state === "open" && this.#socket) listener.opened(this.#socket);
    if (state.state !== "connecting") return;
    this.#socket = new ProtocolSocket({
      ...this.#target(),
      environment,
      tokenReason: state.tokenReason,
      takeToken: (reason, signal) => tokens.take(reason, signal),
      welcomed: (frame) => {
        tokens.accepted(frame);
        this.#dispatch({ type: "opened", now: now() });
      },
      ended: (end) => this.#dispatch(end),
      listener,
    });
    void this.#socket.start();
  }

  #listenForWaking(): void {
    const { environment } = this.#options;
    const undos = [environment.onWake(this.#wake), onClockJump(this.#wake, environment)];
    this.#stopWaking = () => {
      for (const undo of undos) undo();
    };
  }

  readonly #wake = (): void => {
    if (this.#state.state === "retrying") this.#dispatch({ type: "wake" });
    else this.#socket?.probe();
  };

  #target(): { readonly url: string; readonly WebSocket: WebSocketConstructor } {
    const { url, environment } = this.#options;
    const { WebSocket } = environment;
    if (WebSocket === undefined) throw new TypeError("No global WebSocket here: pass one as environment.WebSocket");
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

/** The WebSocket's address for the daemon's. Throws a TypeError for what isn't one. */
function streamUrl(url: string): string {
  const { location } = globalThis as { location?: { readonly href: string } };
  const stream = new URL(url, location?.href);
  stream.protocol = stream.protocol.replace(/^http/, "ws");
  stream.pathname = stream.pathname.replace(/\/$/, "") + STREAM_PATH;
  stream.search = "";
  stream.hash = "";
  return stream.href;
}
