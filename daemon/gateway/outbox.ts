/**
 * What waits to be sent on one socket: the frames of one turn, sent together. Past the high-water mark of unread bytes the outbox is
 * blocked: the hub gives it nothing more, so what a reader that never reads costs is the mark and one frame.
 */
import type { Frame } from "../hub/frame.ts";
import type { Subscriber } from "../hub/subscription.ts";
import type { Socket } from "./transport.ts";

export interface OutboxOptions {
  readonly socket: Socket;
  readonly highWaterBytes: number;
  /** How long a socket may stay blocked. */
  readonly tooSlowMs: number;
  readonly setTimeout: (callback: () => void, delayMs: number) => unknown;
  readonly clearTimeout: (timer: unknown) => void;
  /** Everything was taken after the outbox had been blocked. */
  readonly onDrained: () => void;
  readonly onTooSlow: () => void;
}

export class Outbox implements Subscriber {
  readonly #options: OutboxOptions;
  #frames: Frame[] = [];
  #bytes = 0;
  #blocked = false;
  #timer: unknown;

  constructor(options: OutboxOptions) {
    this.#options = options;
  }

  get blocked(): boolean {
    return this.#blocked;
  }

  send(frame: Frame): void {
    this.#frames.push(frame);
    this.#bytes += frame.length;
    if (this.#bytes > this.#options.highWaterBytes) this.flush();
    else if (this.#frames.length === 1) queueMicrotask(() => this.flush());
  }

  flush(): void {
    if (this.#frames.length === 0) return;
    const frames = this.#frames;
    this.#frames = [];
    this.#bytes = 0;
    const { socket, highWaterBytes, tooSlowMs, onTooSlow } = this.#options;
    socket.send(frames);
    if (this.#blocked || socket.bufferedBytes() <= highWaterBytes) return;
    this.#blocked = true;
    this.#timer = this.#options.setTimeout(onTooSlow, tooSlowMs);
  }

  /** The transport says that the peer took bytes. */
  drained(): void {
    if (!this.#blocked || this.#options.socket.bufferedBytes() > 0) return;
    this.#blocked = false;
    this.#options.clearTimeout(this.#timer);
    this.#options.onDrained();
  }

  stop(): void {
    this.#options.clearTimeout(this.#timer);
    this.#frames = [];
  }
}
