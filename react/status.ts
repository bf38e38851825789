import type { Connection } from "../client/client.ts";
import { errorOf } from "./own-client.ts";

/**
 * What to show, in one word. `loading`: nothing yet. `ready`: it is right (undefined metrics: the owner has no row). `stale`: it is not
 * vouched for. `error`: the connection has stopped, or is lost before there was anything.
 */
export type Status = "loading" | "ready" | "stale" | "error";

export function statusOf(connection: Connection, isSomethingShown: boolean): Status {
  if (connection.state === "live") return "ready";
  const error = errorOf(connection);
  if (error && (connection.state === "closed" || !isSomethingShown)) return "error";
  return isSomethingShown ? "stale" : "loading";
}
