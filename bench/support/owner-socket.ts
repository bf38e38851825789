/** A subscriber of one or more owners that keeps each document as a page would. */
import { once } from "node:events";
import { WebSocket } from "ws";
import { applyPatch, fromSnapshot, type Materialised, type Patch } from "../../client/materialised.ts";
import { ownerTopic } from "../../protocol/topic.ts";
import { PROTOCOL, STREAM_PATH } from "../../protocol/version.ts";
import type { DaemonProcess } from "./daemon-process.ts";

interface OwnerFrame extends Patch {
  readonly type: string;
  readonly topic: string;
}

/** Called for each event, with the monotonic time of its arrival in nanoseconds. */
export type OnEvent = (name: string, atNs: bigint) => void;

/** Called after each frame that changed an owner's document, with the monotonic time of its arrival in nanoseconds. */
export type OnDocument = (owner: string, document: Materialised, atNs: bigint) => void;

/** Others are not even parsed: what clients spend is taken from what is measured. */
const READ = new Set(["snapshot", "metrics_updated", "nack", "error", "stale"]);
const TYPE = /^\{"type":"(\w+)"/;

const PREFIX_LENGTH = ownerTopic("").length;

function keyOf({ topic }: OwnerFrame): string {
  return topic.slice(PREFIX_LENGTH);
}

export class OwnerSocket {
  readonly documents = new Map<string, Materialised>();
  readonly #socket: WebSocket;
  readonly #onDocument: OnDocument;
  /** Of frames that this class has no use for. */
  onEvent: OnEvent = () => undefined;
  /** Of each message after the welcome. */
  onBytes: (bytes: number) => void = () => undefined;
  #fault: Error | undefined;

  private constructor(socket: WebSocket, onDocument: OnDocument) {
    this.#socket = socket;
    this.#onDocument = onDocument;
  }

  /** Resolves when the daemon has taken the token. */
  static async open(
    daemon: Pick<DaemonProcess, "port">,
    token: string,
    onDocument: OnDocument = () => undefined,
  ): Promise<OwnerSocket> {
    const socket = new WebSocket(`ws://127.0.0.1:${daemon.port}${STREAM_PATH}`, PROTOCOL, {
      headers: { authorization: `Bearer ${token}` },
    });
    const subscriber = new OwnerSocket(socket, onDocument);
    // The first frame is the welcome.
    await once(socket, "message");
    socket.on("message", (data: Buffer) => {
      subscriber.onBytes(data.length);
      subscriber.#take(data.toString());
    });
    return subscriber;
  }

  /** As `open`, then `subscribe`. */
  static async subscribed(
    daemon: Pick<DaemonProcess, "port">,
    token: string,
    owners: readonly string[],
    onDocument?: OnDocument,
  ): Promise<OwnerSocket> {
    const subscriber = await OwnerSocket.open(daemon, token, onDocument);
    await subscriber.subscribe(owners);
    return subscriber;
  }

  /** Resolves when every owner's first snapshot has come. */
  subscribe(owners: readonly string[]): Promise<void> {
    const complete = new Promise<void>((resolve, reject) => {
      const look = (): void => {
        if (this.documents.size >= owners.length || this.#fault) this.#socket.off("message", look);
        if (this.#fault) reject(this.#fault);
        else if (this.documents.size >= owners.length) resolve();
      };
      this.#socket.on("message", look);
      this.#socket.once("close", (code) => reject(new Error(`the daemon closed the socket: ${code}`)));
    });
    for (const owner of owners)
      this.#socket.send(JSON.stringify({ type: "subscribe", id: owner, topic: ownerTopic(owner) }));
    return complete;
  }

  /** Throws if any frame was refused, did not fit, or told that numbers can't be vouched for. */
  assertHealthy(): void {
    if (this.#fault) throw this.#fault;
  }

  close(): void {
    this.#socket.terminate();
  }

  #take(text: string): void {
    const atNs = process.hrtime.bigint();
    const [, type] = TYPE.exec(text) ?? [];
    if (type !== undefined && !READ.has(type)) return this.onEvent(type, atNs);
    const frame = JSON.parse(text) as OwnerFrame;
    if (frame.type === "snapshot") return this.#keep(keyOf(frame), fromSnapshot(frame), atNs);
    if (frame.type === "metrics_updated") {
      const next = applyPatch(this.documents.get(keyOf(frame)), frame);
      if (next !== "gap") return this.#keep(keyOf(frame), next, atNs);
    }
    if (READ.has(frame.type)) this.#fault = new Error(`unexpected frame ${text}`);
  }

  #keep(owner: string, document: Materialised, atNs: bigint): void {
    this.documents.set(owner, document);
    this.#onDocument(owner, document, atNs);
  }
}
