import type { Connection, View } from "../client/client.ts";
import { errorOf } from "./own-client.ts";

/**
 * What to show, in one word. `loading`: no numbers yet. `ready`: they are right (undefined: the owner has no row). `stale`: they are not
 * vouched for. `error`: the connection has stopped, or is lost before there were any.
 */
export type Status = "loading" | "ready" | "stale" | "error";

export function statusOf({
  connection,
  asOf,
}: Pick<View<unknown>, "asOf"> & { readonly connection: Connection }): Status {
  if (connection.state === "live") return "ready";
  const error = errorOf(connection);
  if (error && (connection.state === "closed" || asOf === undefined)) return "error";
  return asOf === undefined ? "loading" : "stale";
}
