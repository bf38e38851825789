import { type Socket, soon } from "../client/environment.ts";
import { type SocketEvents, SocketListeners } from "../client/socket-listeners.ts";

/** The daemon's end. */
export interface Peer {
  receive(text: string): void;
  closed(): void;
}

/** Looks like a WebSocket and is connected to a {@link Peer}, with no network between. Everything arrives in order, in later microtasks. */
export class FakeSocket extends SocketListeners implements Socket {
  #peer: Peer | undefined;
  #state: "connecting" | "open" | "closed" = "connecting";
  #ended = false;

  /** The daemon lets it in. */
  accept(peer: Peer): void {
    this.#peer = peer;
    this.#dispatchLater("open", undefined);
  }

  /** The daemon sends. */
  deliver(text: string): void {
    this.#dispatchLater("message", { data: text });
  }

  /** The daemon, or the network, ends it. */
  end(code: number, reason = ""): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#dispatchLater("close", { code, reason });
  }

  send(text: string): void {
    if (this.#state === "connecting") throw new Error("the socket is not open yet");
    soon(() => {
      if (this.#state === "open") this.#peer?.receive(text);
    });
  }

  close(): void {
    if (this.#state === "closed") return;
    this.#state = "closed";
    this.#peer?.closed();
    this.end(1005);
  }

  #dispatchLater<Type extends keyof SocketEvents>(type: Type, event: SocketEvents[Type]): void {
    soon(() => {
      if (this.#state === "closed" && type !== "close") return;
      if (type === "open") this.#state = "open";
      if (type === "close" && this.#state !== "closed") {
        this.#state = "closed";
        this.#peer?.closed();
      }
      this.dispatch(type, event);
    });
  }
}
