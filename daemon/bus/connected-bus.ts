/**
 * A bus by a connection of which each kind has its own: sends what is said within a turn, or since the last sending, together; connects again
 * with the one backoff, which begins anew once something was sent; says to the log only that it is told too much, as peers.ts says why others
 * can't be heard.
 */
import { CountedWarning, type CountedWarningOptions } from "../config/counted-warning.ts";
import { backoffMs } from "../database/backoff.ts";
import { within } from "../database/deadline.ts";
import { reasonOf } from "../database/reason.ts";
import type { Bus, BusHealth } from "./bus.ts";

export interface Connection {
  /** Rejects where the connection is good for nothing any more. The reason why nothing was sent, though it is. */
  send(messages: readonly Uint8Array[]): Promise<string | undefined>;
  /** Bounded and idempotent; nothing is heard after it. */
  close(): Promise<void>;
}

export interface ConnectionEvents {
  /** False for what no daemon has made: so is what was sent together with it, which need not be given. */
  readonly heard: (message: Uint8Array) => boolean;
  readonly lost: (reason: string) => void;
}

/** Resolves once everything is heard that is published from now on. */
export type Connect = (events: ConnectionEvents) => Promise<Connection>;

export interface ConnectedBusOptions extends CountedWarningOptions {
  readonly connect: Connect;
  /** Between two sendings. */
  readonly betweenMs: number;
  readonly monotonicMs: () => number;
}

const STOP_MS = 1_000;
/** What waits at once; more is lost. */
const MOST_BYTES = 4 * 1024 * 1024;

export class ConnectedBus implements Bus {
  readonly #options: ConnectedBusOptions;
  #hear: (message: Uint8Array) => boolean = () => true;
  #tell: (health: BusHealth) => void = () => undefined;
  #connecting: Promise<void> | undefined;
  #connection: Connection | undefined;
  #waiting: Uint8Array[] = [];
  #waitingBytes = 0;
  #sending: Promise<void> | undefined;
  #sentMs = Number.NEGATIVE_INFINITY;
  #failures = 0;
  /** Until the next attempt to connect, or until what waits is sent. */
  #timer: unknown;
  #hindrance: string | undefined;
  #stopping: Promise<void> | undefined;
  readonly #dropped: CountedWarning;

  constructor(options: ConnectedBusOptions) {
    this.#options = options;
    this.#dropped = new CountedWarning(
      "dropped what was to be said to other daemons: too much waits to be sent",
      options,
    );
  }

  start(): void {
    this.#connecting = this.#connect();
  }

  publish(message: Uint8Array): void {
    const bytes = this.#waitingBytes + message.byteLength;
    if (this.#connection === undefined || this.#stopping !== undefined) return;
    if (bytes > MOST_BYTES) return this.#dropped.count({ bytes });
    this.#waiting.push(message);
    this.#waitingBytes = bytes;
    this.#sendSoon();
  }

  onMessage(listener: (message: Uint8Array) => boolean): void {
    this.#hear = listener;
  }

  onHealth(listener: (health: BusHealth) => void): void {
    this.#tell = listener;
  }

  renew(reason: string): void {
    if (this.#connection !== undefined && this.#stopping === undefined) this.#lose(this.#connection, reason);
  }

  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  async #stop(): Promise<void> {
    this.#setTimer(undefined, 0);
    this.#dropped.stop();
    const last = (this.#sending ?? Promise.resolve()).then(() => this.#send());
    await within(STOP_MS, "the bus", last).catch(() => undefined);
    const connection = this.#connection;
    this.#connection = undefined;
    await connection?.close();
    // An attempt to connect that is under way closes what it gets.
    await within(STOP_MS, "the bus", this.#connecting ?? Promise.resolve()).catch(() => undefined);
  }

  async #connect(): Promise<void> {
    let opened: Connection | undefined;
    let lostBy: string | undefined;
    const lost = (reason: string): void => {
      if (lostBy !== undefined) return;
      lostBy = reason;
      if (opened !== undefined) this.#lose(opened, reason);
    };
    try {
      opened = await this.#options.connect({ heard: (message) => this.#hear(message), lost });
      if (lostBy !== undefined) throw new Error(lostBy);
    } catch (error) {
      await opened?.close();
      return this.#retry(reasonOf(error));
    }
    if (this.#stopping !== undefined) return opened.close();
    this.#connection = opened;
    this.#tell({ isUp: true });
  }

  #lose(connection: Connection, reason: string): void {
    if (connection !== this.#connection) return;
    this.#connection = undefined;
    this.#hindrance = undefined;
    this.#takeWaiting();
    void connection.close();
    this.#retry(reason);
  }

  #retry(reason: string): void {
    if (this.#stopping !== undefined) return;
    this.#failures += 1;
    this.#setTimer(() => {
      this.#connecting = this.#connect();
    }, backoffMs(this.#failures));
    this.#tell({ isUp: false, reason });
  }

  #sendSoon(): void {
    if (this.#sending !== undefined || this.#timer !== undefined) return;
    const dueMs = this.#sentMs + this.#options.betweenMs - this.#options.monotonicMs();
    this.#setTimer(() => void this.#send(), Math.max(0, dueMs));
  }

  #send(): Promise<void> {
    const connection = this.#connection;
    const messages = this.#takeWaiting();
    if (connection === undefined || messages.length === 0) return Promise.resolve();
    this.#sentMs = this.#options.monotonicMs();
    this.#sending = this.#sendBy(connection, messages).finally(() => {
      this.#sending = undefined;
      if (this.#waiting.length > 0 && this.#stopping === undefined) this.#sendSoon();
    });
    return this.#sending;
  }

  async #sendBy(connection: Connection, messages: readonly Uint8Array[]): Promise<void> {
    try {
      const hindrance = await connection.send(messages);
      this.#failures = 0;
      if (hindrance === this.#hindrance || connection !== this.#connection) return;
      this.#hindrance = hindrance;
      this.#tell(hindrance === undefined ? { isUp: true } : { isUp: false, reason: hindrance });
    } catch (error) {
      this.#lose(connection, reasonOf(error));
    }
  }

  #takeWaiting(): readonly Uint8Array[] {
    const messages = this.#waiting;
    this.#waiting = [];
    this.#waitingBytes = 0;
    return messages;
  }

  #setTimer(callback: (() => void) | undefined, delayMs: number): void {
    this.#options.clearTimeout(this.#timer);
    this.#timer =
      callback &&
      this.#options.setTimeout(() => {
        this.#timer = undefined;
        callback();
      }, delayMs);
  }
}
