/** Rows of places and stays; the occupants by a look at all of them, and the occupants by the changes that were reported. */
import assert from "node:assert/strict";
import type { Grain } from "../../daemon/capture/batch.ts";
import type { OccupantChange } from "../../daemon/occupancy/occupied-group.ts";
import { guest, room } from "./occupied-plan.ts";

export interface StayRow {
  readonly table: "stays";
  readonly room: string;
  readonly key: string;
  readonly label: string | null;
  readonly from: number;
  readonly until: number;
}
interface RoomRow {
  readonly table: "rooms";
  readonly room: string;
  readonly bed: string;
}
export type Row = StayRow | RoomRow;

export function grainOf(row: Row, weight: bigint, xid?: bigint): Grain {
  const written = xid === undefined ? { weight } : { weight, xid };
  return row.table === "rooms" ? room(row.room, { room: row.room, bed: row.bed }, written) : guest(row, written);
}

/** Of each room that has somebody at `t`: the key of their stay. */
export function naiveOccupants(rows: readonly Row[], t: number): Record<string, string> {
  const there: Record<string, string> = {};
  for (const { room: name } of rows.filter(({ table }) => table === "rooms")) {
    const [first] = rows
      .filter((row) => row.table === "stays")
      .filter((stay) => stay.room === name && stay.from <= t && t < stay.until)
      .toSorted((a, b) => a.from - b.from || Number(a.key) - Number(b.key));
    if (first !== undefined) there[name] = first.key;
  }
  return there;
}

/** The occupants by the reported changes alone. Fails where somebody leaves that was not there. */
export class Told {
  readonly there: Record<string, string> = {};

  hear(changes: readonly OccupantChange[]): void {
    for (const { group, previous, next } of changes) {
      assert.equal(this.there[group], previous && String(previous.key), "who leaves was there");
      assert.notEqual(previous?.key, next?.key);
      if (next === undefined) delete this.there[group];
      else this.there[group] = String(next.key);
    }
  }
}
