/**
 * Dashboards that read what they get, in a process of their own. Sends `"ready"` when each has its snapshot; answers `"arrivals"` with
 * when each one's bookings came, since the last time it was asked: monotonic milliseconds of the machine, for each client in order.
 */
import { once } from "node:events";
import { OwnerSocket } from "../support/owner-socket.ts";
import type { ClientsTask } from "./clients-task.ts";

process.once("disconnect", () => process.exit());
const [{ port, clients }] = (await once(process, "message")) as [ClientsTask];
let arrivals: number[][] = clients.map(() => []);

await Promise.all(
  clients.map(async ({ owner, token }, index) => {
    const socket = await OwnerSocket.subscribed({ port }, token, [owner]);
    socket.onEvent = (name, atNs) => {
      if (name === "booking_created") arrivals[index]?.push(Number(atNs) / 1e6);
    };
  }),
);
process.send?.("ready");

process.on("message", () => {
  process.send?.(arrivals);
  arrivals = clients.map(() => []);
});
