import type { Grain } from "../capture/batch.ts";
import type { Occupants } from "../occupancy/occupants.ts";
import type { OwnerEvent } from "./owner-event.ts";
import type { LoadedOwner } from "./loaded-owner.ts";

/**
 * What is known of a watched owner. A phase is left for a new object, also for one of the same kind: work that was begun in one is
 * still wanted only if the owner is in that very object.
 */
export type Phase =
  /** Waits for the next cut. */
  | { readonly kind: "waiting" }
  | LoadingPhase
  | { readonly kind: "live"; readonly numbers: LoadedOwner }
  /** Has no row, or no zone that PostgreSQL knows: nothing to compute until its row changes. */
  | { readonly kind: "settled" }
  /** Nobody watches it any more. */
  | { readonly kind: "gone" };

export interface LoadingPhase {
  readonly kind: "loading";
  /** Deltas since the load's snapshot, which are added to it when it is there. */
  readonly since: Grain[];
  /** A delta could not be computed, as the owner's zone was not known to be good yet: the owner must be loaded again. */
  isIncomplete: boolean;
}

/** One owner that somebody subscribed to. */
export interface WatchedOwner {
  /** Canonical text of its key. */
  readonly id: string;
  phase: Phase;
  isStale: boolean;
  /** The version last published. */
  version: number;
  /** The instant that the last publication holds for; undefined before the first of this epoch. Nobody can follow events before that. */
  asOf: number | undefined;
  /** Events of an owner that is read again: they go out with its document. */
  held: OwnerEvent[];
  /** Who was last told to occupy what. */
  occupants: Occupants | undefined;
}

export function newlyWatched(id: string): WatchedOwner {
  return {
    id,
    phase: { kind: "waiting" },
    isStale: false,
    version: 0,
    asOf: undefined,
    held: [],
    occupants: undefined,
  };
}
