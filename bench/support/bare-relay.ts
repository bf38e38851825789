/** What deltad is measured against, in a process of its own, and one socket of it. */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { WebSocket } from "ws";
import { reply } from "./task-process.ts";

export class BareRelay {
  readonly #child: ChildProcess;
  readonly #socket: WebSocket;

  /** Resolves when what is notified in that database comes to the socket. */
  static async start(databaseUrl: string): Promise<BareRelay> {
    const child = fork(fileURLToPath(new URL("./bare-relay-process.js", import.meta.url)), [databaseUrl]);
    // Right after the fork: it says its port whether or not anybody listens yet.
    const port = (await reply(child)) as number;
    const socket = new WebSocket(`ws://127.0.0.1:${port}`);
    await once(socket, "open");
    return new BareRelay(child, socket);
  }

  private constructor(child: ChildProcess, socket: WebSocket) {
    this.#child = child;
    this.#socket = socket;
  }

  /** When the next row comes, in monotonic nanoseconds. */
  async next(): Promise<bigint> {
    await once(this.#socket, "message");
    return process.hrtime.bigint();
  }

  stop(): void {
    this.#socket.terminate();
    this.#child.disconnect();
  }
}
