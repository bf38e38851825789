/** A subscriber of one owner that loses its socket at random, and comes back with its cursor: it forgives nothing, and asks for nothing else. */
import { parse } from "valibot";
import { WebSocket } from "ws";
import { frame as anyFrame, RESERVED_TYPES } from "../../../protocol/down.ts";
import type { EventFrame } from "../../../protocol/down/event.ts";
import { PROTOCOL, STREAM_PATH } from "../../../protocol/version.ts";
import { ownerTopic } from "../../../protocol/topic.ts";
import type { DownOf } from "../socket.ts";
import { token } from "../tokens.ts";

export type Told = Pick<EventFrame, "id" | "data"> & { readonly name: string };

export interface ClientOptions {
  readonly url: string;
  readonly owner: string;
  /** The longest time that a socket lives; Infinity: nobody cuts it. */
  readonly cutAfterMs: number;
}

const AGAIN_MS = 50;

export class ResumingClient {
  readonly owner: string;
  /** By id, in the order in which they came first. */
  readonly events = new Map<string, Told>();
  /** What came under an id that had come before, and ids under which two different things came. */
  repeated = 0;
  contradictions = 0;
  /** Resumes that were answered, by `recovered`. */
  readonly resumes = { recovered: 0, refused: 0 };
  readonly #options: ClientOptions;
  #cursor: string | undefined;
  #socket: WebSocket | undefined;
  #stopped = false;
  #ready: () => void = () => undefined;
  /** Resolves with the first snapshot: what commits from then on must be told. */
  readonly ready = new Promise<void>((resolve) => (this.#ready = resolve));

  constructor(options: ClientOptions) {
    this.#options = options;
    this.owner = options.owner;
    this.#connect();
  }

  stop(): void {
    this.#stopped = true;
    this.#socket?.terminate();
  }

  #connect(): void {
    if (this.#stopped) return;
    const authorization = `Bearer ${token({ owners: [this.owner] }, Date.now())}`;
    const url = this.#options.url.replace("http", "ws") + STREAM_PATH;
    const socket = new WebSocket(url, [PROTOCOL], { headers: { authorization } });
    this.#socket = socket;
    const resume = this.#cursor;
    socket.on("open", () => {
      const subscribe = {
        type: "subscribe",
        id: "s",
        topic: ownerTopic(this.owner),
        ...(resume !== undefined && { resume }),
      };
      socket.send(JSON.stringify(subscribe));
      const { cutAfterMs } = this.#options;
      if (cutAfterMs !== Number.POSITIVE_INFINITY) {
        const cut = setTimeout(() => socket.terminate(), Math.random() * cutAfterMs);
        socket.on("close", () => clearTimeout(cut));
      }
    });
    socket.on("message", (bytes: Buffer) => {
      // What was still on its way when the socket was cut is lost with it.
      if (socket.readyState === WebSocket.OPEN) this.#take(JSON.parse(bytes.toString()), resume !== undefined);
    });
    socket.on("error", () => undefined);
    socket.on("close", () => setTimeout(() => this.#connect(), AGAIN_MS));
  }

  #take(json: unknown, resumed: boolean): void {
    const frame = parse(anyFrame, json);
    if ("cursor" in frame) this.#cursor = frame.cursor;
    if (!RESERVED_TYPES.has(frame.type)) this.#tell(frame as EventFrame);
    else if (frame.type === "snapshot") this.#stand(frame as DownOf<"snapshot">, resumed);
  }

  #stand({ recovered }: DownOf<"snapshot">, resumed: boolean): void {
    this.#ready();
    if (!resumed) return;
    if (recovered) this.resumes.recovered += 1;
    else this.resumes.refused += 1;
  }

  #tell({ type, id, data }: EventFrame): void {
    const told = { name: type, id, data };
    const known = this.events.get(id);
    if (known === undefined) this.events.set(id, told);
    else if (JSON.stringify(known) === JSON.stringify(told)) this.repeated += 1;
    else this.contradictions += 1;
  }
}
