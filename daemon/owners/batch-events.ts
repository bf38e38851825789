import type { Batch } from "../capture/batch.ts";
import { bulkEvent, type OwnerEvent, rowEvent } from "./owner-event.ts";
import type { Slices } from "./slices.ts";
import type { WatchedOwner } from "./watched-owner.ts";

export interface BatchEventsOptions {
  readonly batch: Pick<Batch, "events" | "resets">;
  readonly owners: ReadonlyMap<string, WatchedOwner>;
  readonly incarnation: string;
  readonly slices: Slices;
}

/** What a batch tells watched owners: events of rows, in their order, then one for each source that a transaction changed in bulk. */
export async function eventsByOwner(options: BatchEventsOptions): Promise<Map<WatchedOwner, OwnerEvent[]>> {
  const { batch, owners, incarnation, slices } = options;
  const told = new Map<WatchedOwner, OwnerEvent[]>();
  const tell = (owner: WatchedOwner | undefined, event: OwnerEvent): void => {
    if (owner === undefined) return;
    const events = told.get(owner);
    if (events === undefined) told.set(owner, [event]);
    else events.push(event);
  };
  const work = slices.begin();
  for (const event of batch.events) {
    tell(owners.get(event.owner), rowEvent(incarnation, event));
    if (work.isDue) await work.turn();
  }
  for (const reset of batch.resets) {
    const event = bulkEvent(incarnation, reset);
    for (const owner of reset.owner === undefined ? owners.values() : [owners.get(reset.owner)]) {
      tell(owner, event);
      if (work.isDue) await work.turn();
    }
  }
  return told;
}
