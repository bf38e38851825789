import type { Socket } from "../client/environment.ts";

interface Heard {
  readonly open: undefined;
  readonly error: undefined;
  readonly message: { readonly data: unknown };
  readonly close: { readonly code: number };
}

/** The daemon's end. */
export interface Peer {
  received(text: string): void;
  left(): void;
}

/** Looks like a WebSocket and is connected to a {@link Peer}, with no network between. Everything arrives in order, in later microtasks. */
export class FakeSocket implements Socket {
  #peer: Peer | undefined;
  readonly #listeners = new Map<keyof Heard, Set<(event: never) => void>>();
  #state: "connecting" | "open" | "closed" = "connecting";
  #ended = false;

  /** The daemon lets it in. */
  accept(peer: Peer): void {
    this.#peer = peer;
    this.#later("open", undefined);
  }

  /** The daemon sends. */
  deliver(text: string): void {
    this.#later("message", { data: text });
  }

  /** The daemon, or the network, ends it. */
  end(code: number): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#later("close", { code });
  }

  send(text: string): void {
    if (this.#state === "connecting") throw new Error("the socket is not open yet");
    queueMicrotask(() => {
      if (this.#state === "open") this.#peer?.received(text);
    });
  }

  close(): void {
    if (this.#state === "closed") return;
    this.#state = "closed";
    this.#peer?.left();
    this.end(1005);
  }

  addEventListener<Type extends keyof Heard>(type: Type, listener: (event: Heard[Type]) => void): void {
    const listeners = this.#listeners.get(type) ?? new Set();
    this.#listeners.set(type, listeners.add(listener));
  }

  removeEventListener<Type extends keyof Heard>(type: Type, listener: (event: Heard[Type]) => void): void {
    this.#listeners.get(type)?.delete(listener);
  }

  #later<Type extends keyof Heard>(type: Type, event: Heard[Type]): void {
    queueMicrotask(() => {
      if (this.#state === "closed" && type !== "close") return;
      if (type === "open") this.#state = "open";
      if (type === "close" && this.#state !== "closed") {
        this.#state = "closed";
        this.#peer?.left();
      }
      for (const listener of this.#listeners.get(type) ?? []) listener(event as never);
    });
  }
}
