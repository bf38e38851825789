/** Grains of the sample plan's projections, as a batch or a load would bring them. */
import type { Grain, Reset } from "../../daemon/capture/batch.ts";
import { BY_DAY, BY_STATUS, DUE, WHILE } from "./sample-plan.ts";

const BASE = { owner: "1", key: undefined, day: undefined, from: undefined, until: undefined };

/** Money in cents on a local day. */
export function sale(day: number | undefined, cents: bigint, owner = "1"): Grain {
  return { ...BASE, owner, projection: BY_DAY, day, values: [cents < 0n ? -1n : 1n, cents] };
}

/** Rows of a status, whatever the day; fewer than none for deleted ones. */
export function status(key: string, count = 1n, owner = "1"): Grain {
  return { ...BASE, owner, projection: BY_STATUS, key, values: [count, 0n] };
}

/** A room taken between two instants, in microseconds since 1970. */
export function stay(key: string, from: number, until: number, owner = "1"): Grain {
  return { ...BASE, owner, projection: WHILE, key, from, until, values: [1n] };
}

export function due(day: number, owner = "1"): Grain {
  return { ...BASE, owner, projection: DUE, day, values: [1n] };
}

/** A bulk statement on an owner's rows, or a TRUNCATE. */
export function reset(source: string, owner: string | undefined): Reset {
  return { source, owner, rows: owner === undefined ? undefined : 6_000, xid: 900n };
}
