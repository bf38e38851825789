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

/**
 * The changes of occupants in the range: from now back to its beginning, by taking away the changes since; then on to its end, as if the
 * changes in between had come in one batch. An occupant that only writes brought and took away in between is therefore left out.
 */
export function missedOccupants(
  plan: Pick<Plan, "occupants" | "projections">,
  { there, touched }: OccupantHistory,
  range: MissedRange,
): readonly OccupantChange[] {
  const [since, upto] = [parseSnapshot(range.since.snapshot), parseSnapshot(range.upto.snapshot)];
  const occupants = new Occupants(plan, range.since.asOf);
  const unseen = touched.filter(({ xid }) => !sees(since, xid));
  for (const grain of there) occupants.fold(grain);
  for (const { grain } of unseen) occupants.fold({ ...grain, values: grain.values.map((value) => -value) });
  occupants.settle(undefined);
  for (const { xid, grain } of unseen) if (sees(upto, xid)) occupants.fold(grain);
  occupants.pass(range.upto.asOf);
  return occupants.takeChanges();
}
