/** WebSockets by the byte, for those who do not behave as clients. */
import { connect, type Socket } from "node:net";
import { ownerTopic } from "../../protocol/topic.ts";
import type { Values } from "../../test/support/oracle-run/values.ts";
import { rawFrame, rawHandshake } from "../../test/support/raw-websocket.ts";
import { token } from "../../test/support/tokens.ts";

const TEXT = 0x81;

/** What somebody of the crowd is given for the time that it has a socket. */
export interface Visit {
  readonly port: number;
  /** Whom its token names. */
  readonly owner: string;
  readonly values: Values;
  /** Resolves early when the crowd goes home. */
  readonly rest: (ms: number) => Promise<unknown>;
  /** Notes what came that must not have come. */
  readonly watch: (socket: Socket) => Socket;
}

export function tokenOf(owner: string): string {
  return token({ owners: [owner], sub: `crowd ${owner}` }, Date.now());
}

/** A WebSocket that waits for nothing: what is written comes after the handshake, if the daemon takes it. */
export function rawClient(port: number, token?: string): Socket {
  const socket = connect(port, "127.0.0.1");
  socket.on("error", () => undefined);
  socket.write(rawHandshake(token));
  return socket;
}

export function subscribe(owner: string, resume?: string): Buffer {
  return message({ type: "subscribe", id: "s", topic: ownerTopic(owner), ...(resume !== undefined && { resume }) });
}

export function message(content: unknown): Buffer {
  return rawFrame(TEXT, JSON.stringify(content));
}
