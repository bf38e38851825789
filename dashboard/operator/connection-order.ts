/** In which order connections are shown, and which of them the listener is asked for first. */
import type { Connection } from "./answers.ts";

export const COLUMNS = [
  "id",
  "daemon",
  "subject",
  "address",
  "since",
  "messagesReceived",
  "framesSent",
  "bytesSent",
  "bufferedBytes",
  "subscriptions",
] as const satisfies readonly (keyof Connection)[];
export type Column = (typeof COLUMNS)[number];

export interface Order {
  readonly by: Column;
  readonly isDescending: boolean;
}

/** What the listener calls it: where there are more than it tells, these are the ones that matter. */
export function askedOrder({ by, isDescending }: Order): string {
  if (by === "since") return isDescending ? "newest" : "oldest";
  if (!isDescending) return "newest";
  return { bufferedBytes: "buffered", bytesSent: "sent", messagesReceived: "received" }[by as string] ?? "newest";
}

export function inOrder(connections: readonly Connection[], { by, isDescending }: Order): readonly Connection[] {
  const sign = isDescending ? -1 : 1;
  return connections.toSorted((one, other) => sign * compare(one[by], other[by]) || compare(one.id, other.id));
}

function compare(one: string | number | undefined, other: string | number | undefined): number {
  if (typeof one === "number" && typeof other === "number") return one - other;
  const [left, right] = [String(one ?? ""), String(other ?? "")];
  return left < right ? -1 : left > right ? 1 : 0;
}
