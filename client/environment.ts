import { onWake } from "./wake.ts";

/** The world as the client needs it. Tests hand in their own; so do runtimes without a global `WebSocket`. */
export interface Environment {
  readonly WebSocket: WebSocketConstructor;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** In [0, 1). */
  readonly random: () => number;
  readonly setTimeout: (callback: () => void, delayMs: number) => unknown;
  readonly clearTimeout: (timer: unknown) => void;
  /** Calls back when it's worth trying at once: the network or the page came back. Returns its own undo. */
  readonly onWake: (listener: () => void) => () => void;
}

export type WebSocketConstructor = new (url: string, protocol: string) => Socket;

/** What browsers' WebSocket and the one of `ws` have in common, as far as it's used. */
export interface Socket {
  send(data: string): void;
  close(code?: number, reason?: string): void;
  addEventListener(type: "open" | "error", listener: () => void): void;
  addEventListener(type: "message", listener: (event: { data: unknown }) => void): void;
  addEventListener(type: "close", listener: (event: { code: number }) => void): void;
  removeEventListener(type: "open", listener: () => void): void;
  removeEventListener(type: "message", listener: (event: { data: unknown }) => void): void;
  removeEventListener(type: "close", listener: (event: { code: number }) => void): void;
}

/** The surroundings of a browser, or of Node, as they are now. `WebSocket` is not there in Node 20. */
export function globalEnvironment(): Omit<Environment, "WebSocket"> & Partial<Pick<Environment, "WebSocket">> {
  const { WebSocket } = globalThis as { WebSocket?: WebSocketConstructor };
  return {
    ...(WebSocket && { WebSocket }),
    now: Date.now,
    random: Math.random,
    setTimeout: (callback, delayMs) => setTimeout(callback, delayMs),
    clearTimeout: (timer) => clearTimeout(timer as number),
    onWake,
  };
}
