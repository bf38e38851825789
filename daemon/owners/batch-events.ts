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

/** The events that a batch brings for watched owners: those of rows, in their order, then one for each source that a transaction changed in bulk. */
export async function eventsByOwner(options: BatchEventsOptions): Promise<Map<WatchedOwner, OwnerEvent[]>> {
  const { batch, owners, incarnation, slices } = options;
  const byOwner = new Map<WatchedOwner, OwnerEvent[]>();
  const add = (owner: WatchedOwner | undefined, event: OwnerEvent): void => {
    if (owner === undefined) return;
    const events = byOwner.get(owner);
    if (events === undefined) byOwner.set(owner, [event]);
    else events.push(event);
  };
  const work = slices.begin();
  for (const event of batch.events) {
    add(owners.get(event.owner), rowEvent(incarnation, event));
    if (work.isDue) await work.turn();
  }
  for (const reset of batch.resets) {
    const event = bulkEvent(incarnation, reset);
    for (const owner of reset.owner === undefined ? owners.values() : [owners.get(reset.owner)]) {
      add(owner, event);
      if (work.isDue) await work.turn();
    }
  }
  return byOwner;
}
