/**
 * Clients that lose their daemon and come back, in a process of their own. Waits for a {@link ClientsTask}. Sends `"ready"` when each
 * has its first snapshot. Each {@link Return} that follows brings all of them back at once, and is answered with what they then got, as
 * {@link Returned}, when each has it or at the deadline.
 */
import { once } from "node:events";
import { type Got, ResumingClient } from "./resuming-client.ts";

export interface ClientsTask {
  readonly port: number;
  readonly clients: readonly { readonly owner: string; readonly token: string }[];
}

export interface Return {
  readonly port: number;
  /** How many events each client has missed. */
  readonly missed: number;
  readonly deadlineMs: number;
}

export interface Returned {
  /** From the first reconnect to the last client's last missed event. */
  readonly tookMs: number;
  readonly clients: readonly Got[];
}

/** What comes too often or too late would come at once. */
const SURPLUS_MS = 1_000;

process.once("disconnect", () => process.exit());
const [task] = (await once(process, "message")) as [ClientsTask];
const clients = task.clients.map(({ owner, token }) => new ResumingClient(owner, token));
await Promise.all(clients.map((client) => client.connect(task.port, 0)));
process.send?.("ready");

const [{ port, missed, deadlineMs }] = (await once(process, "message")) as [Return];
const startedMs = performance.now();
const overdue = new Promise((resolve) => setTimeout(resolve, deadlineMs));
await Promise.race([overdue, Promise.all(clients.map((client) => client.connect(port, missed)))]);
const tookMs = performance.now() - startedMs;
await new Promise((resolve) => setTimeout(resolve, SURPLUS_MS));
process.send?.({ tookMs, clients: clients.map(({ got }) => got) } satisfies Returned, () => process.exit());
