/**
 * One WebSocket per owner, in a process of their own. Waits for its {@link ClientsTask}. Sends `"ready"` when every owner's first
 * snapshot has come; answers `"counts"` with the writes that the documents include, and `"end"` with a {@link ClientsResult}.
 */
import { once } from "node:events";
import type { Materialised } from "../../client/materialised.ts";
import { OwnerSocket } from "../support/owner-socket.ts";
import type { Arrival } from "./write-log.ts";

export interface ClientsTask {
  readonly port: number;
  /** A token for each of the owners 1, 2, … */
  readonly tokens: readonly string[];
}

export interface ClientsResult {
  readonly arrivals: readonly Arrival[];
  /** The document that each owner's client ended with. */
  readonly documents: readonly (readonly [owner: string, document: unknown])[];
  /** What went wrong at a client. */
  readonly faults: readonly string[];
}

process.once("disconnect", () => process.exit());
const [task] = (await once(process, "message")) as [ClientsTask];
const included = task.tokens.map(() => 0);
const arrivals: Arrival[] = [];

const sockets = await Promise.all(
  task.tokens.map((token, owner) =>
    OwnerSocket.open(task, token, (_id, document, atNs) => {
      const writes = writesIn(document);
      if (writes === included[owner]) return;
      included[owner] = writes;
      arrivals.push({ owner, included: writes, atNs });
    }),
  ),
);
// At once: not one after the other, as they connected.
await Promise.all(sockets.map((socket, owner) => socket.subscribe([String(owner + 1)])));
process.send?.("ready");

process.on("message", (question) => {
  if (question === "counts") process.send?.(included);
  else process.send?.(result(), () => process.exit());
});

/** Each insert adds a booking, each confirmation a confirmed one, and none is ever taken away. */
function writesIn({ data }: Materialised): number {
  const bookings = data["bookings"] as { total: number; byStatus: Record<string, number> };
  return bookings.total + (bookings.byStatus["confirmed"] ?? 0);
}

function result(): ClientsResult {
  return {
    arrivals,
    documents: sockets.flatMap((socket) => [...socket.documents].map(([owner, { data }]) => [owner, data] as const)),
    faults: sockets.flatMap((socket) => {
      try {
        socket.assertHealthy();
        return [];
      } catch (error) {
        return [String(error)];
      }
    }),
  };
}
