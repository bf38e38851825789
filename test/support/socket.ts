import { once } from "node:events";
import { parse } from "valibot";
import { type ClientOptions, WebSocket } from "ws";
import { type Down, type DownFrame, frame as anyFrame, RESERVED_TYPES } from "../../protocol/down.ts";
import type { EventFrame } from "../../protocol/down/event.ts";
import type { Up } from "../../protocol/up.ts";
import { PROTOCOL, STREAM_PATH } from "../../protocol/version.ts";
import { ownerTopic } from "../../protocol/topic.ts";

export type DownOf<Type extends Down["type"]> = Extract<Down, { type: Type }>;

export interface Closed {
  readonly code: number;
  readonly reason: string;
}

const PATIENCE_MS = 20_000;

/** A real client of the gateway. Every frame is checked against the protocol's schemas. */
export class TestSocket {
  /** Everything that came, in order. */
  readonly heard: DownFrame[] = [];
  /** Every byte that came, for scans. */
  readonly bytes: Buffer[] = [];
  readonly #closing: Promise<Closed>;
  readonly native: WebSocket;
  #read = 0;
  #wake: () => void = () => {};
  #closed = false;

  /** @param options `at`: the daemon's host, as URLs spell it */
  constructor(port: number, options: ClientOptions & { readonly protocols?: string[]; readonly at?: string } = {}) {
    const { protocols = [PROTOCOL], at = "127.0.0.1", ...rest } = options;
    this.native = new WebSocket(`ws://${at}:${port}${STREAM_PATH}`, protocols, rest);
    this.native.on("message", (data: Buffer) => {
      this.bytes.push(data);
      this.heard.push(parse(anyFrame, JSON.parse(data.toString())));
      this.#wake();
    });
    this.#closing = new Promise((resolve, reject) => {
      this.native.on("error", reject);
      this.native.on("close", (code: number, reason: Buffer) => {
        this.#closed = true;
        this.#wake();
        resolve({ code, reason: reason.toString() });
      });
    });
    this.#closing.catch(() => {});
  }

  /** What came but events. */
  get frames(): readonly Down[] {
    return this.heard.filter(isOwn);
  }

  get events(): readonly EventFrame[] {
    return this.heard.filter((frame): frame is EventFrame => !isOwn(frame));
  }

  /** How the connection ended; rejects if it doesn't, soon. */
  get closed(): Promise<Closed> {
    const late = new Promise<never>((_, reject) => {
      const timer = setTimeout(() => reject(new Error(`not closed in time; came: ${this.#types()}`)), PATIENCE_MS);
      const stop = (): void => clearTimeout(timer);
      this.#closing.then(stop, stop);
    });
    return Promise.race([this.#closing, late]);
  }

  /** Connects with the token in the header and returns after its welcome. */
  static async welcomed(port: number, token: string): Promise<TestSocket> {
    const socket = new TestSocket(port, { headers: { authorization: `Bearer ${token}` } });
    await socket.next("welcome");
    return socket;
  }

  async opened(): Promise<this> {
    if (this.native.readyState === WebSocket.CONNECTING) await once(this.native, "open");
    return this;
  }

  say(message: Up): void {
    this.native.send(JSON.stringify(message));
  }

  /** The next frame of this type; frames before it are passed over. */
  async next<Type extends Down["type"]>(type: Type): Promise<DownOf<Type>> {
    return (await this.#next(type)) as DownOf<Type>;
  }

  /** The next event of this name; frames before it are passed over. */
  async nextEvent(name: string): Promise<EventFrame> {
    return (await this.#next(name)) as EventFrame;
  }

  async #next(type: string): Promise<DownFrame> {
    const deadline = performance.now() + PATIENCE_MS;
    for (;;) {
      for (let frame = this.heard[this.#read]; frame !== undefined; frame = this.heard[this.#read]) {
        this.#read++;
        if (frame.type === type) return frame;
      }
      if (this.#closed) throw new Error(`closed before a ${type}; came: ${this.#types()}`);
      if (performance.now() > deadline) throw new Error(`no ${type} in time; came: ${this.#types()}`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, deadline - performance.now() + 1);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }

  #types(): string {
    return this.heard.map((frame) => frame.type).join(", ");
  }

  async subscribe(owner: string): Promise<DownOf<"snapshot">> {
    this.say({ type: "subscribe", id: `subscribe-${owner}`, topic: ownerTopic(owner) });
    return this.next("snapshot");
  }

  /** Everything that the daemon sent before now has arrived when this returns. */
  async settle(): Promise<void> {
    const id = `settle-${this.heard.length}`;
    this.say({ type: "ping", id });
    for (let answer = await this.next("ack"); answer.id !== id; answer = await this.next("ack"));
  }

  /** Forgets what came, for tests that read a lot. */
  forget(): void {
    this.heard.length = 0;
    this.bytes.length = 0;
    this.#read = 0;
  }

  terminate(): void {
    this.native.terminate();
  }
}

function isOwn(frame: DownFrame): frame is Down {
  return RESERVED_TYPES.has(frame.type);
}
