/**
 * The only file that knows pg-listen: hears bells and probes on a session of its own.
 *
 * pg-listen connects again by itself; `isConnected` is false meanwhile, and bells that rang meanwhile are lost. The reader's probe
 * notices the failures that pg-listen does not: a half-open connection, a LISTEN that failed while connecting again.
 */
import { Socket } from "node:net";
import pgListen, { type Subscriber } from "pg-listen";
import type { Log } from "../config/log.ts";
import { Backoff } from "../database/backoff.ts";
import { unusableUrl } from "../database/connect-advice.ts";
import { within } from "../database/deadline.ts";
import { BELL_CHANNEL, PROBE_CHANNEL } from "./bell.ts";

const CONNECT_MS = 5_000;
const CLOSE_MS = 1_000;

export interface ListenerEvents {
  onBell(): void;
  onProbe(payload: string): void;
  /** The connection was lost, or is there again: bells may have been missed. */
  onConnection(isConnected: boolean): void;
}

export class Listener {
  readonly #subscriber: Subscriber<Record<string, string | undefined>>;
  readonly #backoff: Backoff;
  readonly #sockets = new Set<Socket>();
  readonly #events: ListenerEvents;
  #isConnected = false;
  #closing: Promise<void> | undefined;

  constructor(url: string, events: ListenerEvents, log: Log) {
    this.#events = events;
    this.#backoff = new Backoff(log, "listening");
    const connection = {
      connectionString: url,
      application_name: "deltad/listener",
      connectionTimeoutMillis: CONNECT_MS,
      stream: () => this.#socket(),
    };
    try {
      this.#subscriber = pgListen.default(connection, {
        paranoidChecking: false,
        retryTimeout: Number.POSITIVE_INFINITY,
        retryInterval: () => this.#retryInterval(),
        parse: (payload: string) => payload,
      });
    } catch (error) {
      throw unusableUrl(error);
    }
    this.#listen();
  }

  get isConnected(): boolean {
    return this.#isConnected;
  }

  /** Resolves once both channels are listened to. */
  async start(): Promise<void> {
    await within(CONNECT_MS, "the listener's connection", this.#connect());
    this.#isConnected = true;
  }

  /** Bounded and idempotent. */
  stop(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  #listen(): void {
    const { events, notifications } = this.#subscriber;
    notifications.on(BELL_CHANNEL, () => this.#events.onBell());
    notifications.on(PROBE_CHANNEL, (payload) => this.#events.onProbe(payload ?? ""));
    // The first "connected" comes before LISTEN: start() waits for both channels. Later ones come after.
    events.on("connected", () => {
      if (this.#closing) void this.#subscriber.close();
      else if (this.#subscriber.getSubscribedChannels().length === 2) this.#setConnected(true);
    });
    events.on("reconnect", () => this.#setConnected(false));
    // The probe that does not come back says the rest.
    events.on("error", () => this.#setConnected(false));
  }

  async #connect(): Promise<void> {
    await this.#subscriber.connect();
    await this.#subscriber.listenTo(BELL_CHANNEL);
    await this.#subscriber.listenTo(PROBE_CHANNEL);
  }

  async #close(): Promise<void> {
    this.#isConnected = false;
    await within(CLOSE_MS, "the listener", this.#subscriber.close()).catch(() => undefined);
    for (const socket of this.#sockets) socket.destroy();
  }

  #setConnected(isConnected: boolean): void {
    if (this.#closing || isConnected === this.#isConnected) return;
    this.#isConnected = isConnected;
    if (isConnected) this.#backoff.succeeded();
    this.#events.onConnection(isConnected);
  }

  /** Throwing here is the only way to end pg-listen's attempts to connect again. */
  #retryInterval(): number {
    if (this.#closing) throw new Error("the listener is stopped");
    return this.#backoff.failed("no connection");
  }

  #socket(): Socket {
    const socket = new Socket();
    this.#sockets.add(socket);
    socket.once("close", () => this.#sockets.delete(socket));
    if (this.#closing) socket.destroy();
    return socket;
  }
}
