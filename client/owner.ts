/** What an application sees of an owner. */
import type { Cause } from "./cause.ts";
import type { ConnectionState } from "./connection-machine.ts";
import type { EventName, EventOf, StreamTypes } from "./stream-types.ts";
import type { TopicState } from "./topic-machine.ts";

/** One owner's metrics and events. The owner's topic is subscribed to while there is a listener of any of these kinds. */
export interface Owner<S extends StreamTypes> {
  /** `owner:` and the key that {@link Client.owner} was given. */
  readonly topic: string;
  /** Calls back after every change of the view. Returns its own undo. */
  readonly subscribe: (callback: () => unknown) => () => void;
  readonly getSnapshot: () => View<S["metrics"]>;
  /**
   * Calls back for each event of this name, or of any (`"*"`), in the order of commits and once per event, also for those that were
   * missed while the connection was away. Returns its own undo.
   */
  readonly on: On<S>;
  /** Calls back when events may have been missed that can't be had any more. The metrics are right all the same. Returns its own undo. */
  readonly onGap: (callback: () => unknown) => () => void;
}

export interface On<S extends StreamTypes> {
  <Name extends EventName<S>>(name: Name, callback: (event: EventOf<S, Name>) => unknown): () => void;
  (name: "*", callback: (event: EventOf<S>) => unknown): () => void;
}

/** What there is to show. The same object until something changes. */
export interface View<Metrics> {
  readonly connection: Connection;
  /** Undefined until the first snapshot, and while the owner has no row. Kept while disconnected. */
  readonly metrics: Metrics | undefined;
  /** The instant that the metrics hold for, ISO with microseconds; undefined until the first snapshot. */
  readonly asOf: string | undefined;
}

/**
 * What a page shows of an owner's connection: what the socket does, and on an open socket how far the owner's numbers can be trusted.
 * Times are milliseconds since 1970 of the client's clock, but for `staleSince` while `stale`, which is the daemon's. `staleSince` says
 * since when the numbers on screen are not vouched for; undefined: there are none.
 */
export type Connection =
  /** The application has not asked for a connection yet. */
  | { readonly state: "idle" }
  /** Waiting to connect again. */
  | {
      readonly state: "retrying";
      readonly retryAt: number;
      readonly cause: Cause;
      readonly staleSince: number | undefined;
    }
  /** `connecting` until the first word about the owner, `live`, `stale`, or `closed`: stopped, or refused this owner, until `connect()`. */
  | TopicState;

/** Where a {@link Connection} is, in one word. */
export type State = Connection["state"];

export function connectionOf(socket: ConnectionState, topic: TopicState): Connection {
  const { state } = socket;
  if (state === "idle") return socket;
  if (state === "open") return topic;
  const staleSince = topic.state === "live" ? undefined : topic.staleSince;
  if (state === "connecting") return { state, staleSince };
  if (state === "closed") return { ...socket, staleSince };
  const { retryAt, cause } = socket;
  return { state, retryAt, cause, staleSince };
}
