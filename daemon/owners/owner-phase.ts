/** The phases of an owner's life, the events that move it, and the effects of that. `owner-machine.ts` says which leads to which. */
import type { Grain } from "../capture/batch.ts";
import type { Occupants } from "../occupancy/occupants.ts";
import type { LoadedOwner } from "./loaded-owner.ts";
import type { StaleReason } from "./published.ts";

/** No epoch runs: nothing can be vouched for until the next one begins. A new owner begins here. */
export interface OfflinePhase {
  readonly kind: "offline";
}

/** Waits for a cut at which it can be loaded. */
export interface WaitingPhase {
  readonly kind: "waiting";
  readonly knownOccupants: KnownOccupants;
  readonly dryLoads: number;
}

/** A load reads its rows; deltas are kept for it meanwhile. */
export interface LoadingPhase {
  readonly kind: "loading";
  readonly knownOccupants: KnownOccupants;
  readonly dryLoads: number;
  readonly buffer: DeltaBuffer;
}

/** Its numbers are kept, by deltas and by the clock. */
export interface LivePhase {
  readonly kind: "live";
  readonly numbers: LoadedOwner;
  /** Loads in this epoch of which all first rows had gone by the time they came: each has the next ones bring twice as many. */
  readonly dryLoads: number;
}

/** Has no row: its document is `{}` until a row appears. */
export interface NoRowPhase {
  readonly kind: "noRow";
}

/** PostgreSQL doesn't know its time zone, or can't say when a day begins there: stale until its row changes. */
export interface BadZonePhase {
  readonly kind: "badZone";
}

/** PostgreSQL can't compute with its rows: stale, and left out of the reading of batches, until it is tried again. */
export interface UnreadablePhase {
  readonly kind: "unreadable";
}

/** Nobody watches it any more. */
interface GonePhase {
  readonly kind: "gone";
}

export type Phase =
  | OfflinePhase
  | WaitingPhase
  | LoadingPhase
  | LivePhase
  | NoRowPhase
  | BadZonePhase
  | UnreadablePhase
  | GonePhase;

/** The occupants that subscribers know of since an earlier load of this epoch; undefined where there was none. */
export type KnownOccupants = Occupants | undefined;

/** The deltas of an owner from batches that its load's snapshot has not seen. */
export interface DeltaBuffer {
  readonly grains: Grain[];
  /** A delta could not be computed, as the owner's zone was not known to be good yet: the owner must be loaded again. */
  isIncomplete: boolean;
}

export type PhaseEvent =
  /** Once, right after it was made. `offline`: why no epoch runs, if none does. */
  | { readonly type: "watched"; readonly offline: StaleReason | undefined }
  | { readonly type: "unwatched" }
  /** An epoch begins: all that was loaded in an earlier one is void. */
  | { readonly type: "begin" }
  /** The epoch has ended. `since`: the numbers can't be vouched for since an instant before now, in microseconds. */
  | { readonly type: "lose"; readonly reason: StaleReason; readonly since?: number | undefined }
  /** A reset, a change of its own row, or a delta that can't be computed: the numbers can't be brought up to date by deltas any more. */
  | { readonly type: "outdated" }
  /** SQL says other numbers than the owner's in that phase. */
  | { readonly type: "drifted"; readonly of: Phase }
  | { readonly type: "loadStarted" }
  /** The load has not come for so long that subscribers must know. */
  | { readonly type: "slowLoad" }
  | { readonly type: "loaded"; readonly of: Phase; readonly numbers: LoadedOwner }
  /** `isInnocent`: another owner's rows may be why, and it is tried again without them soon. */
  | { readonly type: "loadFailed"; readonly of: Phase; readonly isInnocent?: boolean }
  | { readonly type: "noRow"; readonly of: Phase }
  | { readonly type: "badZone"; readonly of: Phase }
  /** A load or a batch failed at the owner's own rows. `of`: the phase in which that load began. */
  | { readonly type: "unreadable"; readonly reason: string; readonly of?: Phase };

/** A consequence of a transition. The driver runs them in order, once the owner is in its new phase. */
export type Effect =
  /** Have it loaded at the next cut. */
  | { readonly do: "queue" }
  /** Have it loaded by itself, as its load brings more than others'. `tries`: loads that brought too little before. */
  | { readonly do: "queueAlone"; readonly tries: number }
  /** Have it loaded soon, together with others that come within some milliseconds. */
  | { readonly do: "queueWithOthers" }
  | { readonly do: "leaveQueue" }
  /** Have it named to no reading of a batch, and tried again after a while. */
  | { readonly do: "setAside"; readonly reason: string }
  | { readonly do: "takeBack" }
  /** Let the clock move it no more. */
  | { readonly do: "stopClock" }
  /** Nothing that was published so far can be followed any more. */
  | { readonly do: "endPublication" }
  /** The same within an epoch: events may be missing between what was published and what will be. */
  | { readonly do: "breakPublication" }
  /** Say that its numbers can't be vouched for, since now or an earlier instant, unless that was said. */
  | { readonly do: "publishStale"; readonly reason: StaleReason; readonly since?: number }
  | { readonly do: "publishEmpty" }
  /** Publish the changes of occupants since `knownOccupants`, and the whole document; from then on the clock moves it. */
  | { readonly do: "publishLoaded"; readonly numbers: LoadedOwner; readonly knownOccupants: KnownOccupants };
