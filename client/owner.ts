import type { Connection } from "./connection.ts";
import type { EventName, EventOf, Shape } from "./shape.ts";

/** What there is to show. The same object until something changes. */
export interface View<Metrics> {
  readonly connection: Connection;
  /** Undefined until the first snapshot, and while the owner has no row. Kept while disconnected. */
  readonly metrics: Metrics | undefined;
  /** The instant that the metrics hold for, ISO with microseconds; undefined until the first snapshot. */
  readonly asOf: string | undefined;
}

/** One owner's metrics and events. The owner is followed while somebody listens, by any of these. */
export interface Owner<S extends Shape> {
  /** `owner:` and the key, as {@link Client.owner} was given it. */
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

export interface On<S extends Shape> {
  <Name extends EventName<S>>(name: Name, callback: (event: EventOf<S, Name>) => unknown): () => void;
  (name: "*", callback: (event: EventOf<S>) => unknown): () => void;
}
