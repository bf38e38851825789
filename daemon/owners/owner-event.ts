import type { JsonObject } from "../../protocol/json.ts";
import type { BatchEvent, Reset } from "../capture/batch.ts";
import { keyedDigest } from "../stream/keyed-digest.ts";
import type { OccupantChange } from "../occupancy/occupied-group.ts";

/** Something that happened to an owner, as clients get it. */
export interface OwnerEvent {
  /** The same from every daemon, and in every resume. */
  readonly id: string;
  /** As declared: the type of its frame. */
  readonly name: string;
  readonly data: JsonObject;
}

/** Every configuration with events has this one: a bulk statement is one event, in place of those of its rows. */
const BULK_CHANGED = "bulk_changed";

/** @param incarnation so that transactions of another life of the data, which may have the same numbers, are other events */
export function eventId(incarnation: string, name: string, identity: string): string {
  return keyedDigest(incarnation, "event", `${name}\0${identity}`);
}

export function rowEvent(incarnation: string, { name, id, data }: BatchEvent): OwnerEvent {
  return { id: eventId(incarnation, name, id), name, data };
}

export function bulkEvent(incarnation: string, { source, xid, rows }: Reset): OwnerEvent {
  return {
    id: eventId(incarnation, BULK_CHANGED, `${source}.${xid}`),
    name: BULK_CHANGED,
    data: { source, rows: rows ?? null },
  };
}

export function occupantEvent(incarnation: string, change: OccupantChange): OwnerEvent {
  const { name, group, data, previous, next, cause } = change;
  const keys = [previous, next].map((stay) => (stay === undefined ? null : String(stay.key)));
  const identity = JSON.stringify([group, ...keys, cause]);
  return {
    id: eventId(incarnation, name, identity),
    name,
    data: {
      ...data,
      isNowOccupied: next !== undefined,
      previousOccupant: previous?.label ?? null,
      newOccupant: next?.label ?? null,
    },
  };
}
