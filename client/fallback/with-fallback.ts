/**
 * `@deltad/client/fallback`: for networks that let no WebSocket through. Goes down a ladder, WebSocket, server-sent events, polling, when a way
 * does not carry, stays on the one that does, and climbs back by itself once a WebSocket opens.
 */
import {
  type Clock,
  type Environment,
  globalEnvironment,
  type Socket,
  type WebSocketConstructor,
} from "../environment.ts";
import type { Carrier, HttpEnvironment } from "./carrier.ts";
import { HttpSocket } from "./http-socket.ts";
import { pollCarrier } from "./poll-carrier.ts";
import { streamCarrier } from "./stream-carrier.ts";

/** What is taken instead of the globals of the same names. */
export interface FallbackOptions extends Partial<Pick<Environment, "WebSocket"> & Clock> {
  readonly fetch?: typeof fetch;
}

/** How often a WebSocket is tried while something lower carries. */
const CLIMB_EVERY_MS = 300_000;
/** Below the WebSocket, from the better to the worse. */
const CARRIERS: readonly Carrier[] = [streamCarrier, pollCarrier];

/** For the client's `environment.WebSocket`. Throws a TypeError where there is no WebSocket at all. */
export function withFallback(options: FallbackOptions = {}): WebSocketConstructor {
  const { WebSocket, ...environment } = {
    ...globalEnvironment(),
    fetch: (...request: Parameters<typeof fetch>) => fetch(...request),
    ...options,
  };
  if (WebSocket === undefined) throw new TypeError("No global WebSocket here: pass one to withFallback");
  const ladder = new Ladder(WebSocket, environment);
  return function FallbackSocket(url: string, protocol: string): Socket {
    return ladder.open(url, protocol);
  } as unknown as WebSocketConstructor;
}

class Ladder {
  readonly #WebSocket: WebSocketConstructor;
  readonly #environment: HttpEnvironment;
  /** 0: a WebSocket; n: the carrier before n. */
  #rung = 0;

  constructor(WebSocket: WebSocketConstructor, environment: HttpEnvironment) {
    this.#WebSocket = WebSocket;
    this.#environment = environment;
  }

  open(url: string, protocol: string): Socket {
    const carrier = CARRIERS[this.#rung - 1];
    if (carrier) return this.#openHttp(url, protocol, carrier);
    const socket = new this.#WebSocket(url, protocol);
    this.#descendUnlessHeard(socket);
    return socket;
  }

  #openHttp(url: string, protocol: string, carrier: Carrier): Socket {
    let carries = false;
    const observed: Carrier = (request, environment) =>
      carrier({ ...request, emit: (frame) => request.emit(((carries = true), frame)) }, environment);
    const socket = new HttpSocket(url, observed, this.#environment, (code) => {
      clearTimeout(climb);
      if (!carries && isFromNetwork(code)) this.#descend();
    });
    const { setTimeout, clearTimeout } = this.#environment;
    const tryAgain = (): void => {
      climb = setTimeout(tryAgain, CLIMB_EVERY_MS);
      const trial = new this.#WebSocket(url, protocol);
      trial.addEventListener("error", () => undefined);
      trial.addEventListener("open", () => {
        trial.close(1000);
        this.#rung = 0;
        socket.end(1001);
      });
    };
    let climb = setTimeout(tryAgain, CLIMB_EVERY_MS);
    return socket;
  }

  /** A WebSocket that closes before anything came on it is blocked, or held by a proxy that does not know it. */
  #descendUnlessHeard(socket: Socket): void {
    let heard = false;
    socket.addEventListener("message", () => (heard = true));
    socket.addEventListener("close", ({ code }) => {
      if (!heard && isFromNetwork(code)) this.#descend();
    });
  }

  /** From the last rung back to the first: perhaps it was the daemon that was away. */
  #descend(): void {
    this.#rung = (this.#rung + 1) % (CARRIERS.length + 1);
  }
}

/** False for the daemon's own refusals: where they come through, the way carries. */
function isFromNetwork(code: number | undefined): boolean {
  return code !== undefined && code < 4000;
}
