/** A socket of one topic, whatever its kind: what happens to each frame is its user's business. */
import { once } from "node:events";
import { WebSocket } from "ws";
import type { Up } from "../../protocol/up.ts";
import { PROTOCOL, STREAM_PATH } from "../../protocol/version.ts";

/** Called with each frame after the welcome, and the monotonic time of its arrival in nanoseconds. */
export type OnFrame = (text: string, atNs: bigint) => void;

const SHOWS = /^\{(?:"id":"1",)?"type":"(?:snapshot|rows)"/;
const FAULT = /^\{(?:"id":"1",)?"type":"(?:nack|error|stale|topic_closed)"/;

export class TopicSocket {
  onClose: () => void = () => undefined;
  /** The first frame that no healthy topic has. */
  fault: string | undefined;
  readonly #socket: WebSocket;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
  }

  /**
   * Resolves when the topic has been shown; that frame is the first that `onFrame` gets.
   * @throws Error with the frame that came instead
   */
  static async subscribed(port: number, token: string, topic: string, onFrame: OnFrame): Promise<TopicSocket> {
    const socket = new WebSocket(`ws://127.0.0.1:${port}${STREAM_PATH}`, PROTOCOL, {
      headers: { authorization: `Bearer ${token}` },
    });
    const subscriber = new TopicSocket(socket);
    // Its welcome; a port at which nobody listens is an error of the socket, which `once` throws.
    await once(socket, "message");
    socket.on("error", () => undefined);
    const shown = new Promise<void>((resolve, reject) => {
      socket.once("close", (code) => {
        reject(new Error(`the daemon closed the socket: ${code}`));
        subscriber.onClose();
      });
      socket.on("message", (data: Buffer) => {
        const atNs = process.hrtime.bigint();
        const text = data.toString();
        if (FAULT.test(text)) {
          subscriber.fault ??= text;
          reject(new Error(text));
        }
        if (SHOWS.test(text)) resolve();
        onFrame(text, atNs);
      });
    });
    socket.send(JSON.stringify({ type: "subscribe", id: "1", topic }));
    await shown;
    return subscriber;
  }

  send(message: Up): void {
    this.#socket.send(JSON.stringify(message));
  }

  close(): void {
    this.#socket.terminate();
  }
}
