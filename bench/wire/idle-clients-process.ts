/** Dashboards that nothing happens on, in a process of their own: sends `"ready"` when each has its snapshot, and stays until it is ended. */
import { once } from "node:events";
import { OwnerSocket } from "../support/owner-socket.ts";
import type { ClientsTask } from "./clients-task.ts";

/** Handshakes under way at once: a server's backlog is not what is measured. */
const AT_ONCE = 200;

process.once("disconnect", () => process.exit());
const [{ port, clients }] = (await once(process, "message")) as [ClientsTask];
for (let first = 0; first < clients.length; first += AT_ONCE) {
  await Promise.all(
    clients.slice(first, first + AT_ONCE).map(({ owner, token }) => OwnerSocket.subscribed({ port }, token, [owner])),
  );
}
process.send?.("ready");
