import type { Grain } from "../capture/batch.ts";
import { type Snapshot, sees } from "../stream/snapshot.ts";
import type { Plan } from "../plan/plan.ts";
import type { OccupantChange } from "./occupied-group.ts";
import { Occupants } from "./occupants.ts";

/** From the state that a client has seen to the one that it sees next; instants in microseconds since 1970. */
export interface Stretch {
  readonly since: Snapshot;
  readonly sinceUs: number;
  readonly upto: Snapshot;
  readonly uptoUs: number;
}

/** Of one owner, from one reading. */
export interface OccupantPast {
  /** Places and stays as they are now, those included that were not over when the stretch began. */
  readonly there: readonly Grain[];
  /** The changes that each transaction since then made to these. */
  readonly touched: readonly { readonly xid: bigint; readonly grain: Grain }[];
}

/**
 * The changes of occupants in the stretch: from now back to its beginning, by taking away the changes since; then on to its end, as if the
 * changes in between had come in one batch. An occupant that only writes brought and took away in between is therefore left out.
 */
export function missedOccupants(
  plan: Pick<Plan, "occupants" | "projections">,
  { there, touched }: OccupantPast,
  { since, sinceUs, upto, uptoUs }: Stretch,
): readonly OccupantChange[] {
  const occupants = new Occupants(plan, sinceUs);
  const unseen = touched.filter(({ xid }) => !sees(since, xid));
  for (const grain of there) occupants.fold(grain);
  for (const { grain } of unseen) occupants.fold({ ...grain, values: grain.values.map((value) => -value) });
  occupants.settle(undefined);
  for (const { xid, grain } of unseen) if (sees(upto, xid)) occupants.fold(grain);
  occupants.pass(uptoUs);
  return occupants.takeChanges();
}
