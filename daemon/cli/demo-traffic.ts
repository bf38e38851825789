import { Traffic } from "../../demo/traffic.ts";
import type { Log } from "../config/log.ts";
import { openSession } from "./demo-server.ts";
import type { Held } from "./held.ts";
import { ReopenedSession } from "./reopened-session.ts";

/** People use the marketplace from now on, most of them at `owner`'s. */
export function startTraffic(databaseUrl: string, owner: string, log: Log, held: Held): void {
  const database = new ReopenedSession(() => openSession(databaseUrl));
  held.add("the traffic's session", () => database.close());
  const traffic = new Traffic({ database, owner, random: Math.random, log });
  held.add("the traffic", () => traffic.stop());
  traffic.start();
}
