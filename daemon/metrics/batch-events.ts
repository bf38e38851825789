import type { Batch, Reset } from "../capture/batch.ts";
import { bulkEvent, type OwnerEvent, rowEvent } from "../events/owner-event.ts";
import type { Slices } from "./slices.ts";
import type { WatchedOwner } from "./watched-owner.ts";

export interface BatchEventsOptions {
  readonly batch: Pick<Batch, "events" | "resets">;
  readonly owners: ReadonlyMap<string, WatchedOwner>;
  readonly incarnation: Uint8Array;
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
  for (const [id, change] of bulkChanges(batch.resets)) {
    const event = bulkEvent(incarnation, change);
    for (const owner of id === undefined ? owners.values() : [owners.get(id)]) {
      tell(owner, event);
      if (work.isDue) await work.turn();
    }
  }
  return told;
}

/** One per owner, source and transaction, however many statements there were. */
function* bulkChanges(resets: readonly Reset[]): Generator<readonly [string | undefined, Reset], undefined> {
  const sums = new Map<string, Reset>();
  for (const reset of resets) {
    const key = JSON.stringify([reset.owner ?? null, reset.source, String(reset.xid)]);
    const before = sums.get(key);
    sums.set(key, before === undefined ? reset : { ...reset, rows: sumOf(before.rows, reset.rows) });
  }
  const whole = new Set([...sums.values()].filter(isWhole).map(transactionOf));
  // Who is told of the whole table need not be told of a part.
  for (const reset of sums.values()) if (isWhole(reset) || !whole.has(transactionOf(reset))) yield [reset.owner, reset];
  return undefined;
}

function isWhole({ owner }: Reset): boolean {
  return owner === undefined;
}

function transactionOf({ source, xid }: Reset): string {
  return `${xid} ${source}`;
}

/** Undefined where one of them is not known. */
function sumOf(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? undefined : a + b;
}
