/** A client of one owner that comes back with the last cursor that it was sent. */
import { WebSocket } from "ws";
import { applyPatch, fromSnapshot, type Materialised, type Patch } from "../../client/materialised.ts";
import { PROTOCOL, STREAM_PATH } from "../../protocol/version.ts";
import { ownerTopic } from "../../protocol/topic.ts";

interface Received extends Patch {
  readonly type: string;
  readonly id?: string;
  readonly cursor?: string;
  readonly recovered?: boolean;
}

/** What a client was sent since it connected. */
export interface Got {
  readonly owner: string;
  recovered: boolean | undefined;
  document: Record<string, unknown> | undefined;
  readonly events: { readonly type: string; readonly id: string; readonly data: Record<string, unknown> }[];
  /** Frames that should not have come, and sockets that were closed. */
  readonly faults: string[];
}

/** Frames that say nothing about an owner's numbers or events. */
const SILENT = ["heartbeat", "stale", "live", "pong", "ack"];
const REFUSALS = ["nack", "error"];

export class ResumingClient {
  readonly #owner: string;
  readonly #token: string;
  #cursor: string | undefined;
  #materialised: Materialised | undefined;
  #got: Got;
  #socket: WebSocket | undefined;

  constructor(owner: string, token: string) {
    this.#owner = owner;
    this.#token = token;
    this.#got = nothing(owner);
  }

  /** Breaks off, which is no fault. */
  leave(): void {
    this.#socket?.removeAllListeners("close");
    this.#socket?.terminate();
  }

  get got(): Got {
    return { ...this.#got, document: this.#materialised?.data };
  }

  /** Resolves when the snapshot and so many events have come. Never rejects: what went wrong is in {@link got}. */
  connect(port: number, events: number): Promise<void> {
    const got = nothing(this.#owner);
    this.#got = got;
    this.#materialised = undefined;
    const socket = new WebSocket(`ws://127.0.0.1:${port}${STREAM_PATH}`, PROTOCOL, {
      headers: { authorization: `Bearer ${this.#token}` },
    });
    this.#socket = socket;
    socket.on("error", (error) => got.faults.push(String(error)));
    socket.on("close", (code) => got.faults.push(`the daemon closed the socket: ${code}`));
    return new Promise((resolve) => {
      socket.on("message", (data: Buffer) => {
        const frame = JSON.parse(data.toString()) as Received;
        if (frame.type === "welcome") socket.send(JSON.stringify(this.#subscribe()));
        else this.#take(frame, got);
        if (this.#materialised !== undefined && got.events.length >= events) resolve();
      });
    });
  }

  #subscribe(): Record<string, string | undefined> {
    return { type: "subscribe", id: "1", topic: ownerTopic(this.#owner), resume: this.#cursor };
  }

  #take(frame: Received, got: Got): void {
    const { type, id = "", data, cursor = this.#cursor, recovered } = frame;
    this.#cursor = cursor;
    if (type === "snapshot") {
      this.#materialised = fromSnapshot(frame);
      got.recovered = recovered;
    } else if (type === "metrics_updated") {
      const next = applyPatch(this.#materialised, frame);
      if (next === "gap") got.faults.push("a patch that does not fit");
      else this.#materialised = next;
    } else if (REFUSALS.includes(type)) got.faults.push(JSON.stringify(frame));
    else if (!SILENT.includes(type) && type !== "bye") got.events.push({ type, id, data });
  }
}

function nothing(owner: string): Got {
  return { owner, recovered: undefined, document: undefined, events: [], faults: [] };
}
