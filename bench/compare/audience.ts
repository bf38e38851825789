/** Who is connected to a server that recomputes, and how documents go to them. */
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import pg from "pg";
import { type WebSocket, WebSocketServer } from "ws";
import { requireFrom } from "./packages.ts";

export interface Audience {
  readonly port: number;
  onJoin: (owner: string) => void;
  has(owner: string): boolean;
  owners(): Iterable<string>;
  /** The document as JSON text. */
  send(owner: string, document: string): void;
}

/** `ws://…/?owner=7`: each message is the whole document. */
export async function wsAudience(): Promise<Audience> {
  const server = new WebSocketServer({ host: "127.0.0.1", port: 0 });
  const sockets = new Map<string, Set<WebSocket>>();
  await once(server, "listening");
  const audience: Audience = {
    port: (server.address() as AddressInfo).port,
    onJoin: () => undefined,
    has: (owner) => sockets.has(owner),
    owners: () => sockets.keys(),
    send: (owner, document) => {
      for (const socket of sockets.get(owner) ?? []) socket.send(document);
    },
  };
  server.on("connection", (socket, { url = "" }) => {
    const owner = new URL(url, "ws://localhost").searchParams.get("owner") ?? "";
    const ofOwner = sockets.get(owner) ?? new Set();
    sockets.set(owner, ofOwner.add(socket));
    socket.on("close", () => {
      if (ofOwner.delete(socket) && ofOwner.size === 0) sockets.delete(owner);
    });
    audience.onJoin(owner);
  });
  return audience;
}

interface SocketIoServer {
  adapter(adapter: unknown): void;
  on(event: "connection", listener: (socket: SocketIoSocket) => void): void;
  to(room: string): { emit(event: string, document: unknown): void };
}

interface SocketIoSocket {
  readonly handshake: { readonly auth: { readonly owner?: string } };
  join(room: string): Promise<void> | void;
  on(event: "disconnect", listener: () => void): void;
}

/** A room for each owner; each event `document` is the whole of it. */
export async function socketIoAudience(folder: string, databaseUrl: string): Promise<Audience> {
  const installed = requireFrom(folder);
  const { Server } = installed("socket.io") as { Server: new (server: unknown, options: object) => SocketIoServer };
  const { createAdapter } = installed("@socket.io/postgres-adapter") as { createAdapter: (pool: unknown) => unknown };
  const http = createServer();
  const io = new Server(http, { transports: ["websocket"], serveClient: false });
  io.adapter(createAdapter(new pg.Pool({ connectionString: databaseUrl, max: 4 })));
  http.listen(0, "127.0.0.1");
  await once(http, "listening");
  const present = new Map<string, number>();
  const audience: Audience = {
    port: (http.address() as AddressInfo).port,
    onJoin: () => undefined,
    has: (owner) => present.has(owner),
    owners: () => present.keys(),
    send: (owner, document) => io.to(owner).emit("document", JSON.parse(document)),
  };
  io.on("connection", (socket) => {
    const { owner = "" } = socket.handshake.auth;
    present.set(owner, (present.get(owner) ?? 0) + 1);
    socket.on("disconnect", () => {
      const left = (present.get(owner) ?? 1) - 1;
      if (left > 0) present.set(owner, left);
      else present.delete(owner);
    });
    void Promise.resolve(socket.join(owner)).then(() => audience.onJoin(owner));
  });
  return audience;
}
