import type { JsonObject } from "../../protocol/json.ts";
import type { RowsPosition, StreamPosition } from "../stream/stream-position.ts";
import type { OwnerEvent } from "./owner-event.ts";

/** Which document of an owner it is, and where that is: what its position has is in it, and nothing else. Grows with an owner's publications. */
export interface DocumentPosition extends StreamPosition {
  readonly owner: string;
  readonly epoch: string;
  /** Versions of one epoch only grow and are never used twice. */
  readonly version: number;
  /** Set while events of before it are still to come. */
  readonly owes?: boolean;
}

/**
 * Why an owner's numbers can't be vouched for, as a word that clients may see. What happened is for the log alone: it may name hosts,
 * roles and tables.
 */
export type StaleReason =
  /** The daemon has not reached its database yet. */
  | "starting"
  /** The database is away, or is not as capture needs it. */
  | "database"
  /** PostgreSQL doesn't know the owner's time zone. */
  | "time_zone"
  /** The owner's rows could not be read; it is tried again. */
  | "load_failed"
  /** Reading the owner's rows takes long, and what is shown meanwhile is old. */
  | "slow_load"
  /** PostgreSQL can't compute the owner's numbers with the data of some row; it is tried again. */
  | "bad_row"
  /** A group of its document has more keys than are shown. */
  | "too_many_groups"
  /** The daemon's own audit found other numbers by SQL; the owner is read again. */
  | "drift"
  /** A change did not follow the document; the owner is read again. */
  | "reload";

/** One publication about one owner. Documents and patches are handed over: the publisher does not touch them again. */
export type Published =
  /** The whole document: after a load. `{}` for an owner without a row. */
  | ({ readonly kind: "document"; readonly document: JsonObject } & DocumentPosition)
  /** RFC 7396 merge patch of absolute values against `previous`. */
  | ({ readonly kind: "patch"; readonly previous: number; readonly patch: JsonObject } & DocumentPosition)
  /** Where the document or patch of this version holds by now. */
  | ({ readonly kind: "position" } & DocumentPosition)
  /** The daemon can't vouch for the owner's numbers since this instant (microseconds). */
  | { readonly kind: "stale"; readonly owner: string; readonly since: number; readonly reason: StaleReason }
  | { readonly kind: "live"; readonly owner: string }
  /**
   * What happened, in order: in the same turn as the document or patch that follows from it, just before that, unless it is so much that it
   * was owed. Only of owners with a document.
   */
  | {
      readonly kind: "events";
      readonly owner: string;
      readonly events: readonly OwnerEvent[];
      /** Of the batch that brought them, as {@link StreamPosition.snapshot}. */
      readonly snapshot: string;
      readonly asOf: number;
      /** As {@link DocumentPosition.owes}. */
      readonly owes?: boolean;
      /**
       * Of events that were owed: how far each brings who gets it with what transactions did to rows. Where they are none, how far those
       * have come who had all. `snapshot` and `asOf` then say where the owner's document is.
       */
      readonly rowsAfter?: readonly RowsPosition[];
    };

/** Consumes publications. */
export type Publish = (update: Published) => void;

/** How subscribers have an owner loaded, and let it go. Owners are canonical key texts. */
export interface Demand {
  watch(owner: string): void;
  unwatch(owner: string): void;
  /** Reads the database once more, and then publishes where the owner's document stands; nothing of one that is stale. */
  locate(owner: string): void;
}
