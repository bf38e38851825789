/**
 * When the local days of one zone begin: D(d) for the days that windows begin or end with, as PostgreSQL has said. A day that is not known
 * is missing, and is asked for before it is needed; it is never dropped or computed here.
 */
import { utcDay, utcMidnight } from "./civil-date.ts";
import { FOREVER } from "./contribution.ts";

/** Days are kept in blocks of this many, and read a block at a time: a booking is followed by others near it, and one round trip should do. */
const BLOCK_BITS = 5;
export const BLOCK_DAYS = 1 << BLOCK_BITS;

/** No local midnight is further from midnight UTC: POSIX zones have offsets up to 167:59:59, and a day for the clock's own changes. */
const FARTHEST_MICROS = 8 * 86_400_000_000;

const LAST_DAY = utcDay(FOREVER);

/** The known days of one zone. */
export class ZoneDays {
  readonly name: string;
  readonly #blocks = new Map<number, Float64Array>();
  #isBroken = false;

  constructor(name: string) {
    this.name = name;
  }

  /** True once PostgreSQL has failed to say when some day begins: nothing in this zone can be vouched for. */
  get isBroken(): boolean {
    return this.#isBroken;
  }

  /**
   * D(day), or undefined if it must be read first. A day that has begun everywhere at `t` gives −∞ and one from 2200 on ∞, without being
   * read; for anything that is compared with `t` or later that is the same.
   */
  start(day: number, t: number): number | undefined {
    if (day >= LAST_DAY) return Number.POSITIVE_INFINITY;
    if (utcMidnight(day) + FARTHEST_MICROS <= t) return Number.NEGATIVE_INFINITY;
    return this.#blocks.get(day >> BLOCK_BITS)?.[day & (BLOCK_DAYS - 1)];
  }

  /** Takes the starts of a block's days, in order; undefined where PostgreSQL finds no such instant. */
  learn(block: number, starts: readonly (number | undefined)[]): void {
    this.#isBroken ||= starts.includes(undefined);
    this.#blocks.set(
      block,
      Float64Array.from(starts, (start) => start ?? Number.NaN),
    );
  }
}

/** Days that are needed and not known, by zone and block. */
export type MissingDays = Map<ZoneDays, Set<number>>;

export function noteMissingDay(missing: MissingDays, zone: ZoneDays, day: number): void {
  const block = day >> BLOCK_BITS;
  const blocks = missing.get(zone);
  if (blocks === undefined) missing.set(zone, new Set([block]));
  else blocks.add(block);
}
