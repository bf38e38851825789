/**
 * Very many sockets that only count what they get, in a process of their own: anything more would take longer than the server's part.
 * Sends `"ready"` when each has had the messages before the first round; then a {@link Round} whenever half of them have another round, and when all have it.
 */
import { once } from "node:events";
import { connect } from "node:net";
import { PROTOCOL, STREAM_PATH } from "../../protocol/version.ts";
import { fewAtOnce } from "../support/few-at-once.ts";
import { FrameCounter } from "./frame-counter.ts";

export interface DashboardsTask {
  readonly port: number;
  readonly sockets: number;
  /** Of the handshake. */
  readonly token: string;
  /** Sent by each. */
  readonly subscribe: string;
  /** Messages that come before the rounds. */
  readonly messagesBefore: number;
  readonly messagesPerRound: number;
}

export interface Round {
  /** How many rounds have come to half of the sockets. */
  readonly half: number;
  /** And to all of them. */
  readonly all: number;
}

/** Read in one turn and done with: all sockets share it. */
const BUFFER = Buffer.alloc(65_536);

process.once("disconnect", () => process.exit());
const [task] = (await once(process, "message")) as [DashboardsTask];
const REQUEST = [
  `GET ${STREAM_PATH} HTTP/1.1`,
  "host: 127.0.0.1",
  "connection: upgrade",
  "upgrade: websocket",
  "sec-websocket-version: 13",
  `sec-websocket-key: ${Buffer.alloc(16).toString("base64")}`,
  `sec-websocket-protocol: ${PROTOCOL}`,
  `authorization: Bearer ${task.token}`,
  "\r\n",
].join("\r\n");

const rounds = new Int32Array(task.sockets);
/** How many sockets have had so many rounds, or more. */
const having: number[] = [];
let isReady = false;

await fewAtOnce(Array.from({ length: task.sockets }), (_, index) => open(index));
isReady = true;
process.send?.("ready");

/** Resolves with the last message before the rounds. */
function open(index: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const counter = new FrameCounter();
    let isOpen = false;
    const take = (length: number, buffer: Uint8Array): boolean => {
      let start = 0;
      if (!isOpen) {
        // The answer to the handshake comes in one piece, and what follows may come with it.
        start = Buffer.from(buffer.buffer, 0, length).indexOf("\r\n\r\n") + 4;
        isOpen = true;
        socket.write(masked(task.subscribe));
      }
      counter.push(buffer.subarray(start, length));
      if (isReady) took(index, counter.count);
      else if (counter.count >= task.messagesBefore) resolve();
      return true;
    };
    const socket = connect({ port: task.port, host: "127.0.0.1", onread: { buffer: BUFFER, callback: take } });
    socket.once("connect", () => socket.write(REQUEST));
    socket.once("error", reject);
    socket.once("close", () => reject(new Error("the server closed a socket")));
  });
}

function took(index: number, messages: number): void {
  const done = Math.floor((messages - task.messagesBefore) / task.messagesPerRound);
  for (let round = (rounds[index] ?? 0) + 1; round <= done; round += 1) {
    const sockets = (having[round] ?? 0) + 1;
    having[round] = sockets;
    if (sockets === Math.ceil(task.sockets / 2) || sockets === task.sockets) tell();
  }
  rounds[index] = done;
}

function tell(): void {
  const reached = (share: number): number => having.findLastIndex((sockets) => sockets >= share);
  process.send?.({ half: reached(Math.ceil(task.sockets / 2)), all: reached(task.sockets) } satisfies Round);
}

/** By a key of zeros: the server only asks that there is one. */
function masked(text: string): Buffer {
  const payload = Buffer.from(text);
  return Buffer.concat([Buffer.from([0x81, 0x80 | payload.length, 0, 0, 0, 0]), payload]);
}
