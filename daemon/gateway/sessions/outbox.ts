/**
 * Frames that wait to be sent on one socket: those of one turn are sent together. Past the high-water mark of unread bytes the outbox is
 * blocked: the hub gives it nothing more, so that a reader that never reads costs the mark and one frame.
 */
import type { Timers } from "../../config/timers.ts";
import type { Frame } from "../../hub/frame.ts";
import type { Subscriber } from "../../hub/subscriber.ts";
import type { FrameRecorder } from "./frame-recorder.ts";
import type { Socket } from "../transports/transport.ts";
import type { Traffic } from "./traffic.ts";
import type { TurnFlushes } from "./turn-flushes.ts";

/** The same for every connection. */
export interface OutboxSettings {
  readonly highWaterBytes: number;
  /** How long a socket may stay blocked. */
  readonly tooSlowMs: number;
}

/** Whose outbox it is. */
export interface OutboxOwner {
  /** Everything was taken after the outbox had been blocked. */
  onDrained(): void;
  onTooSlow(): void;
  readonly reader: Subscriber["reader"];
}

/** What was handed to a socket since its connection began. */
export interface Sent {
  readonly frames: number;
  readonly bytes: number;
  /** Of these bytes, those that the peer has not taken. */
  readonly bufferedBytes: number;
}

/** The same for every connection. */
export interface OutboxServices extends Timers {
  readonly traffic: Traffic;
  readonly turnFlushes: TurnFlushes;
  /** Undefined: nobody may ask what was sent. */
  readonly recordings?: { begin(): FrameRecorder | undefined } | undefined;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

export class Outbox implements Subscriber {
  readonly #owner: OutboxOwner;
  readonly #socket: Socket;
  readonly #settings: OutboxSettings;
  readonly #services: OutboxServices;
  /** Undefined where none wait. */
  #frames: Frame[] | undefined;
  #bytes = 0;
  #framesSent = 0;
  #bytesSent = 0;
  #blocked = false;
  #timer: unknown;
  readonly recorder: FrameRecorder | undefined;

  constructor(owner: OutboxOwner, socket: Socket, settings: OutboxSettings, services: OutboxServices) {
    this.#owner = owner;
    this.#socket = socket;
    this.#settings = settings;
    this.#services = services;
    this.recorder = services.recordings?.begin();
  }

  get blocked(): boolean {
    return this.#blocked;
  }

  get sent(): Sent {
    return { frames: this.#framesSent, bytes: this.#bytesSent, bufferedBytes: this.#socket.bufferedBytes() };
  }

  get stays(): boolean {
    return true;
  }

  get reader(): Subscriber["reader"] {
    return this.#owner.reader;
  }

  send(frame: Frame): void {
    if (this.#frames === undefined) this.#frames = [frame];
    else this.#frames.push(frame);
    this.#bytes += frame.bytes.length;
    if (this.#bytes > this.#settings.highWaterBytes) this.flush();
    else if (this.#frames.length === 1) this.#services.turnFlushes.add(this);
  }

  flush(): void {
    const frames = this.#frames;
    if (frames === undefined) return;
    const { traffic } = this.#services;
    traffic.framesSent += frames.length;
    traffic.bytesSent += this.#bytes;
    this.#framesSent += frames.length;
    this.#bytesSent += this.#bytes;
    this.#frames = undefined;
    this.#bytes = 0;
    const { highWaterBytes, tooSlowMs } = this.#settings;
    this.#socket.send(frames);
    const bufferedBytes = this.#socket.bufferedBytes();
    if (this.recorder !== undefined) this.#record(frames, bufferedBytes);
    if (this.#blocked || bufferedBytes <= highWaterBytes) return;
    this.#blocked = true;
    this.#timer = this.#services.setTimeout(() => this.#owner.onTooSlow(), tooSlowMs);
  }

  /** The transport says that the peer took bytes. */
  drained(): void {
    if (!this.#blocked || this.#socket.bufferedBytes() > 0) return;
    this.#blocked = false;
    this.#services.clearTimeout(this.#timer);
    this.#owner.onDrained();
  }

  #record(frames: readonly Frame[], bufferedBytes: number): void {
    const nowMs = this.#services.now();
    for (const frame of frames) this.recorder?.record(frame, nowMs, bufferedBytes);
  }

  stop(): void {
    this.#services.clearTimeout(this.#timer);
    this.#frames = undefined;
  }
}
