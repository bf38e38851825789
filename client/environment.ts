export interface Clock {
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly setTimeout: (callback: () => void, delayMs: number) => unknown;
  readonly clearTimeout: (timer: unknown) => void;
}

/** The world as the client needs it. Tests hand in their own; so do runtimes without a global `WebSocket`. */
export interface Environment extends Clock {
  readonly WebSocket: WebSocketConstructor;
  /** In [0, 1). */
  readonly random: () => number;
  /** Calls back when it's worth looking at once: the network or the page came back, or the network went. Returns its own undo. */
  readonly onWake: (listener: () => void) => () => void;
}

/** The `WebSocket` may be missing until the client connects: a server that only renders pages needs none. */
export type BareEnvironment = Omit<Environment, "WebSocket"> & Partial<Pick<Environment, "WebSocket">>;

export type WebSocketConstructor = new (url: string, protocol: string) => Socket;

/** What browsers' WebSocket and the one of `ws` have in common, as far as it's used. */
export interface Socket {
  send(data: string): void;
  close(code?: number, reason?: string): void;
  addEventListener(type: "open" | "error", listener: () => void): void;
  addEventListener(type: "message", listener: (event: { data: unknown }) => void): void;
  addEventListener(type: "close", listener: (event: { code: number; reason?: string }) => void): void;
}

/** Runs in a later microtask, also where a test's fake timers hold `queueMicrotask` back. */
export function soon(task: () => void): void {
  void Promise.resolve().then(task);
}

/** The surroundings of a browser, or of Node, as they are now. `WebSocket` is not there in Node 20. */
export function globalEnvironment(): BareEnvironment {
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

interface Target {
  addEventListener?(type: string, listener: () => void): void;
  removeEventListener?(type: string, listener: () => void): void;
}

/**
 * Calls back when the browser says that the network is there, or gone, that the page is looked at again, or that it came out of the
 * back/forward cache. Silent where there is no browser.
 */
function onWake(listener: () => void): () => void {
  const page = globalThis as Target & { document?: Target & { visibilityState?: string } };
  const { document } = page;
  const whenVisible = () => {
    if (document?.visibilityState === "visible") listener();
  };
  const change = (how: keyof Target): void => {
    for (const type of ["online", "offline", "pageshow"]) page[how]?.(type, listener);
    document?.[how]?.("visibilitychange", whenVisible);
  };
  change("addEventListener");
  return () => change("removeEventListener");
}
