import type { Log } from "../config/log.ts";
import type { HeartbeatOptions } from "./capture-options.ts";
import { Probe } from "./probe.ts";

/** Writers ring, and the probe is sent, only while less than half of the queue is used; below this it was certainly sent. */
const QUEUE_IN_USE = 0.4;
/** pg-listen connects again by itself; after so many heartbeats in vain the whole session is made anew. */
const DEAF_HEARTBEATS = 3;

/** Node's timers may fire this much before their time. */
const TIMER_EARLY_MS = 1;

/** When heartbeats are due, and what their replies say about the way that bells take. */
export class Heartbeat {
  readonly #options: HeartbeatOptions;
  readonly #log: Log;
  readonly #probe: Probe;
  #dueMs: number;
  #pruningDueMs: number;
  #isQueueFull = false;
  #deafHeartbeats = 0;

  /** `onLost`: the listener, though connected, does not hear. */
  constructor(readerId: string, options: HeartbeatOptions, nowMs: number, onLost: (error: Error) => void, log: Log) {
    this.#options = options;
    this.#log = log;
    this.#dueMs = options.everyMs === Number.POSITIVE_INFINITY ? options.everyMs : nowMs;
    this.#pruningDueMs = nowMs + options.pruneEveryMs;
    this.#probe = new Probe(readerId, options.timeoutMs, () =>
      onLost(new Error(`the listener did not hear its probe within ${options.timeoutMs} ms`)),
    );
  }

  get timeoutMs(): number {
    return this.#options.timeoutMs;
  }

  /** False while writers would not ring because the notification queue is nearly full. */
  get isBellRung(): boolean {
    return !this.#isQueueFull;
  }

  msUntilDue(nowMs: number): number {
    return this.#dueMs - nowMs;
  }

  isDue(nowMs: number): boolean {
    return this.msUntilDue(nowMs) < TIMER_EARLY_MS;
  }

  /** Gives the payload to send; the next heartbeat is due an interval from now. */
  begin(nowMs: number): string {
    this.#dueMs = nowMs + this.#options.everyMs;
    return this.#probe.next();
  }

  /** Throws when bells have had no way to come for too long. */
  answered(queueUsage: number, isListening: boolean): void {
    this.#noteQueue(queueUsage >= QUEUE_IN_USE);
    this.#deafHeartbeats = isListening ? 0 : this.#deafHeartbeats + 1;
    if (this.#deafHeartbeats >= DEAF_HEARTBEATS) throw new Error("the listener has no connection");
    if (isListening && !this.#isQueueFull) this.#probe.sent();
  }

  heard(payload: string): void {
    this.#probe.heard(payload);
  }

  /** The listener's connection changed: the probe under way can't be heard. */
  forgetProbe(): void {
    this.#probe.forget();
  }

  /** True once in each interval: what a daemon that died has left would otherwise stay until the next write. */
  isPruningDue(nowMs: number): boolean {
    if (nowMs < this.#pruningDueMs) return false;
    this.#pruningDueMs = nowMs + this.#options.pruneEveryMs;
    return true;
  }

  #noteQueue(isFull: boolean): void {
    if (isFull === this.#isQueueFull) return;
    this.#isQueueFull = isFull;
    if (isFull)
      this.#log.warn(
        {},
        "the notification queue is nearly full: some listener idles in a transaction; reading without bells",
      );
    else this.#log.info({}, "the notification queue has room again");
  }
}
