import type { Grain } from "../capture/batch.ts";
import { parseSnapshot, sees } from "../stream/snapshot.ts";
import type { MissedRange } from "../stream/stream-position.ts";
import type { Plan } from "../plan/plan.ts";
import type { OccupantChange } from "./occupied-group.ts";
import { Occupants } from "./occupants.ts";

/** Of one owner, from one reading. */
export interface OccupantHistory {
  /** Places and stays as they are now, those included that were not over when the range began. */
  readonly there: readonly Grain[];
  /** The changes that each transaction since then made to these. */
  readonly touched: readonly { readonly xid: bigint; readonly grain: Grain }[];
}

export function missedOccupants(
  plan: Pick<Plan, "occupants" | "projections">,
  { there, touched }: OccupantHistory,
  { since, upto }: MissedRange,
): readonly OccupantChange[] {
  const [seen, end] = [parseSnapshot(since.snapshot), parseSnapshot(upto.snapshot)];
  const unseen = touched.filter(({ xid }) => !sees(seen, xid));
  const changedSince = unseen.map(({ grain }) => grain);
  const changedWithin = unseen.filter(({ xid }) => sees(end, xid)).map(({ grain }) => grain);
  return occupantsBetween(plan, { there, changedSince, changedWithin }, since.asOf, upto.asOf);
}

/** Of one owner: grains of places and stays, the changes with the transaction at the end of their values. */
export interface OccupantSums {
  /** As they are now, those included that were not over when the range began. */
  readonly there: readonly Grain[];
  /** What was changed from the range's beginning until now. */
  readonly changedSince: readonly Grain[];
  /** What was changed from the range's beginning to its end. */
  readonly changedWithin: readonly Grain[];
}

/**
 * The changes of occupants in a range: from now back to its beginning, by taking away the changes since; then on to its end, as if the
 * changes in between had come in one batch. An occupant that only writes brought and took away in between is therefore left out.
 * @param sinceUs the range's first instant and its last, in microseconds since 1970
 */
export function occupantsBetween(
  plan: Pick<Plan, "occupants" | "projections">,
  { there, changedSince, changedWithin }: OccupantSums,
  sinceUs: number,
  uptoUs: number,
): readonly OccupantChange[] {
  const occupants = new Occupants(plan, sinceUs);
  for (const grain of there) occupants.fold(grain);
  for (const grain of changedSince) occupants.fold({ ...grain, values: grain.values.map((value) => -value) });
  occupants.settle(undefined);
  for (const grain of changedWithin) occupants.fold(grain);
  occupants.pass(uptoUs);
  return occupants.takeChanges();
}
