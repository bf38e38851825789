/** What the batch statement reads for one kind of topics. */
import type { ChannelPlan } from "../plan/channel-plan.ts";
import { channelDeltaSelects } from "../plan/channel-select.ts";
import type { OwnerTable, Plan } from "../plan/plan.ts";
import { deltaSelects } from "../plan/select.ts";
import type { WatchedTable } from "../plan/watched-table.ts";

export interface ReadKind {
  /** The watched tables as this kind sees them. */
  readonly tables: readonly WatchedTable[];
  /** Its own table, and the columns whose change has a topic read again; undefined: there is none. */
  readonly own?: Pick<OwnerTable, "source" | "dimensions">;
  /** Selects from `"delta_<source>"`, one of them for each source at most; see statement.ts for their parameters and columns. */
  readonly selects: readonly string[];
  /** The kind of channels whose rows clients write: what became of their operations is read with the rows. */
  readonly operations?: string | undefined;
}

/** $1 to $3 are the same for all kinds. */
const FIRST_WANTED = 4;

/** The parameter that says which topics are wanted of the kind at this place; of the number of kinds, the one after. */
export function wantedOf(place: number): string {
  return `$${FIRST_WANTED + place}`;
}

/** @param place as of {@link readKind} */
export function readChannels(plan: ChannelPlan, place: number): ReadKind {
  return {
    tables: plan.tables,
    selects: channelDeltaSelects(plan, wantedOf(place)),
    operations: plan.sets.some(({ writes }) => writes !== undefined) ? plan.kind : undefined,
  };
}

/** @param place of the kind among those of one statement */
export function readKind(plan: Plan, place = 0): ReadKind {
  return { tables: plan.tables, own: plan.owner, selects: deltaSelects(plan, wantedOf(place)) };
}
