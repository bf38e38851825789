import type { Contender } from "./contender.ts";
import { NOTIFY_OWNER_TRIGGERS, startRecomputing } from "./recomputing.ts";

/** The same recompute behind the server that most people would take, with the adapter by which several of them would do. */
export const SOCKET_IO: Contender = {
  name: "Socket.IO",
  about:
    "the same triggers and recompute; Socket.IO with its PostgreSQL adapter, a room for each owner, WebSocket alone",
  client: "socket.io",
  needs: ["socket.io@4", "socket.io-client@4", "@socket.io/postgres-adapter"],
  prepare: async (session, url) => {
    await session.query(NOTIFY_OWNER_TRIGGERS);
    await session.query(
      "create table socket_io_attachments (id bigserial unique, created_at timestamptz default now(), payload bytea)",
    );
    return url;
  },
  start: (databaseUrl, { folder }) =>
    startRecomputing({ databaseUrl, learn: { by: "notify" }, send: { by: "socket.io", folder } }),
};
