/** A page of one owner, by what its server speaks: tells of each document that it would show. */
import { once } from "node:events";
import { WebSocket } from "ws";
import { OwnerSocket } from "../support/owner-socket.ts";
import type { ClientKind } from "./contender.ts";
import { requireFrom } from "./packages.ts";

/** Of the demo's document, what is looked at. */
export interface ShownDocument {
  readonly bookings: { readonly total: number; readonly byStatus: Readonly<Record<string, number>> };
  readonly occupancy: { readonly booked?: number };
}

export interface PageOptions {
  readonly port: number;
  readonly owner: string;
  readonly token: string;
  /** Where Socket.IO's client is. */
  readonly folder: string;
  readonly onDocument: (document: ShownDocument) => void;
  /** Bytes of a message, without its frame. */
  readonly onBytes: (bytes: number) => void;
}

export interface Page {
  /** Throws what went wrong at it. */
  assertHealthy(): void;
}

/** Each resolves when the first document has come. */
export const PAGES: Readonly<Record<ClientKind, (options: PageOptions) => Promise<Page>>> = {
  deltad: async ({ port, owner, token, onDocument, onBytes }) => {
    const show = (_: string, { data }: { readonly data: object }): void => onDocument(data as ShownDocument);
    const socket = await OwnerSocket.open({ port }, token, show);
    socket.onBytes = onBytes;
    await socket.subscribe([owner]);
    return socket;
  },
  json: async ({ port, owner, onDocument, onBytes }) => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/?owner=${owner}`);
    socket.on("message", (data: Buffer) => {
      onBytes(data.length);
      onDocument(JSON.parse(data.toString()) as ShownDocument);
    });
    await once(socket, "message");
    return healthyUntilClosed((closed) => socket.on("close", closed));
  },
  "socket.io": async ({ port, owner, folder, onDocument, onBytes }) => {
    const { io } = requireFrom(folder)("socket.io-client") as { io: (url: string, options: object) => SocketIoClient };
    const socket = io(`http://127.0.0.1:${port}`, { transports: ["websocket"], auth: { owner }, forceNew: true });
    socket.io.engine.on("packet", ({ data }) => onBytes(Buffer.byteLength(data ?? "")));
    await new Promise<void>((resolve) => {
      socket.on("document", (document) => {
        onDocument(document as ShownDocument);
        resolve();
      });
    });
    return healthyUntilClosed((closed) => socket.on("disconnect", closed));
  },
};

interface SocketIoClient {
  readonly io: { readonly engine: { on(event: "packet", listener: (packet: { data?: string }) => void): void } };
  on(event: string, listener: (value: unknown) => void): void;
}

function healthyUntilClosed(onClose: (closed: () => void) => void): Page {
  let isClosed = false;
  onClose(() => (isClosed = true));
  return {
    assertHealthy: () => {
      if (isClosed) throw new Error("the server closed a page's connection");
    },
  };
}
