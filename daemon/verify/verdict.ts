import type { Difference } from "./difference.ts";

export interface StaleOwner {
  readonly owner: string;
  /** As the daemon says it. */
  readonly since: string;
  readonly reason: string;
}

export interface Verdict {
  /** Whose documents were compared; undefined: no running daemon's, only numbers that were loaded for this. */
  readonly daemon: string | undefined;
  /** How many owners were compared. */
  readonly compared: number;
  /** How many of them differ. */
  readonly differing: number;
  /** At most {@link MAX_DIFFERENCES}. */
  readonly differences: readonly Difference[];
  /** Owners for which the daemon itself does not vouch. */
  readonly stale: readonly StaleOwner[];
  /** Owners whose time zone PostgreSQL does not know: there is nothing to compare. */
  readonly unknownZones: readonly string[];
  /** Owners that could not be compared: read again and again while it was tried, or the daemon did not say in time where they stand. */
  readonly unsettled: readonly string[];
  /** Owners at whose rows PostgreSQL fails, as conditions over them do. */
  readonly unreadable: readonly string[];
}

const MAX_DIFFERENCES = 10_000;

export function emptyVerdict(daemon: string | undefined): Verdict {
  return {
    daemon,
    compared: 0,
    differing: 0,
    differences: [],
    stale: [],
    unknownZones: [],
    unsettled: [],
    unreadable: [],
  };
}

/** Of different owners, for the same daemon. */
export function bothVerdicts(one: Verdict, other: Verdict): Verdict {
  return {
    daemon: one.daemon,
    compared: one.compared + other.compared,
    differing: one.differing + other.differing,
    differences: [...one.differences, ...other.differences].slice(0, MAX_DIFFERENCES),
    stale: [...one.stale, ...other.stale],
    unknownZones: [...one.unknownZones, ...other.unknownZones],
    unsettled: [...one.unsettled, ...other.unsettled],
    unreadable: [...one.unreadable, ...other.unreadable],
  };
}
