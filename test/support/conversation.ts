/** One connection, written down as it goes: what was said (→), what came (←), and how it ended. */
import { once } from "node:events";
import { WebSocket } from "ws";
import { STREAM_PATH } from "../../protocol/version.ts";

interface Frame {
  readonly type: string;
  readonly [field: string]: unknown;
}

export interface Opening {
  readonly protocols?: readonly string[];
  readonly headers?: Readonly<Record<string, string>>;
}

const PATIENCE_MS = 10_000;

export class Conversation {
  readonly lines: string[] = [];
  readonly #socket: WebSocket;
  readonly #frames: Frame[] = [];
  #wake: () => void = () => {};

  constructor(port: number, { protocols = ["deltad.v1"], headers = {} }: Opening = {}) {
    this.#socket = new WebSocket(`ws://127.0.0.1:${port}${STREAM_PATH}`, [...protocols], { headers });
    this.#socket.on("message", (data: Buffer) => {
      const frame = JSON.parse(data.toString()) as Frame;
      // They come by the clock: one situation is about them.
      if (frame.type !== "heartbeat") this.lines.push(`← ${data.toString()}`);
      this.#frames.push(frame);
      this.#wake();
    });
    this.#socket.on("error", () => {});
    this.#socket.on("close", (code: number, reason: Buffer) => {
      this.lines.push(`closed: ${code} ${reason.toString()}`);
      this.#wake();
    });
  }

  async say(message: object | string): Promise<void> {
    if (this.#socket.readyState === WebSocket.CONNECTING) await once(this.#socket, "open");
    const text = typeof message === "string" ? message : JSON.stringify(message);
    this.lines.push(`→ ${text}`);
    this.#socket.send(text);
  }

  /** Waits for a frame of this type that nobody waited for yet. */
  async hears(type: string): Promise<Frame> {
    let found: Frame | undefined;
    await this.#until(() => {
      const index = this.#frames.findIndex((frame) => frame.type === type);
      if (index === -1) return false;
      [found] = this.#frames.splice(index, 1);
      return true;
    }, type);
    if (type === "heartbeat") this.lines.push(`← ${JSON.stringify(found)}`);
    return found as Frame;
  }

  async ends(): Promise<void> {
    await this.#until(() => this.#socket.readyState === WebSocket.CLOSED, "end");
  }

  /** Says nothing more, and writes nothing more down. */
  cut(): void {
    this.lines.push("the connection is cut");
    this.#socket.removeAllListeners("message").removeAllListeners("close").terminate();
  }

  async #until(done: () => boolean, what: string): Promise<void> {
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      this.#wake();
    }, PATIENCE_MS);
    while (!done()) {
      if (isLate) throw new Error(`no ${what}; so far:\n${this.lines.join("\n")}`);
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
    clearTimeout(timer);
  }
}
