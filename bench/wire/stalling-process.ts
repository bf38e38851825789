/**
 * Clients that stop reading once each has its snapshot, in a process of their own. Sends `"ready"` then. Asked anything, they read again,
 * and the answer says how many of them the daemon had stopped writing to: those get another snapshot.
 */
import { once } from "node:events";
import { WebSocket } from "ws";
import { PROTOCOL, STREAM_PATH } from "../../protocol/version.ts";
import { ownerTopic } from "../../protocol/topic.ts";
import type { ClientsTask } from "./clients-task.ts";

/** To read what the system has buffered. */
const READ_MS = 3_000;

process.once("disconnect", () => process.exit());
const [{ port, clients }] = (await once(process, "message")) as [ClientsTask];
const skipped = new Set<WebSocket>();
const sockets = await Promise.all(clients.map(({ owner, token }) => stalled(owner, token)));
process.send?.("ready");

await once(process, "message");
for (const socket of sockets) socket.resume();
await new Promise((resolve) => setTimeout(resolve, READ_MS));
process.send?.(skipped.size);

async function stalled(owner: string, token: string): Promise<WebSocket> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}${STREAM_PATH}`, PROTOCOL, {
    headers: { authorization: `Bearer ${token}` },
  });
  await once(socket, "message");
  socket.send(JSON.stringify({ type: "subscribe", id: "1", topic: ownerTopic(owner) }));
  await once(socket, "message");
  socket.pause();
  socket.on("message", (data: Buffer) => {
    if (data.includes('"type":"snapshot"')) skipped.add(socket);
  });
  return socket;
}
