/**
 * When the local days and hours of one zone begin: D(d) for those that windows begin or end with, as PostgreSQL has said. One that is not
 * known is missing, and is asked for before it is needed; it is never dropped or computed here.
 *
 * An hour is one of the local clock: it begins with the earliest instant at which the clock shows it or a later one. So an hour that comes
 * twice lasts for two, one that is skipped has no length, and where clocks move by half an hour one lasts for 30 or 90 minutes.
 */
import { utcDay, utcMidnight } from "./civil-date.ts";
import { FOREVER, type LocalUnit } from "./contribution.ts";

/** They are kept in blocks of this many, and read a block at a time: a booking is followed by others near it, and one round trip should do. */
const BLOCK_BITS = 5;
export const BLOCK_LENGTH = 1 << BLOCK_BITS;

/** No local time is further from UTC's: POSIX zones have offsets up to 167:59:59, and a day for the clock's own changes. */
const FARTHEST_MICROS = 8 * 86_400_000_000;

const LAST_DAY = utcDay(FOREVER);
const PER_DAY: Readonly<Record<LocalUnit, number>> = { day: 1, hour: 24 };

/** The known days and hours of one zone. */
export class ZoneDays {
  readonly name: string;
  readonly #blocks: Readonly<Record<LocalUnit, Map<number, Float64Array>>> = { day: new Map(), hour: new Map() };
  #isBroken = false;

  constructor(name: string) {
    this.name = name;
  }

  /** True once PostgreSQL has failed to say when some day or hour begins: nothing in this zone can be vouched for. */
  get isBroken(): boolean {
    return this.#isBroken;
  }

  /**
   * D(day), or undefined if it must be read first. A day or hour that has begun everywhere at `t` gives −∞ and one from 2200 on ∞, without
   * being read; for anything that is compared with `t` or later that is the same.
   */
  start(at: number, t: number, unit: LocalUnit = "day"): number | undefined {
    const day = at / PER_DAY[unit];
    if (day >= LAST_DAY) return Number.POSITIVE_INFINITY;
    if (utcMidnight(day) + FARTHEST_MICROS <= t) return Number.NEGATIVE_INFINITY;
    return this.#blocks[unit].get(at >> BLOCK_BITS)?.[at & (BLOCK_LENGTH - 1)];
  }

  /** Takes the starts of a block's days or hours, in order; undefined where PostgreSQL finds no such instant. */
  learn(block: number, starts: readonly (number | undefined)[], unit: LocalUnit = "day"): void {
    this.#isBroken ||= starts.includes(undefined);
    this.#blocks[unit].set(
      block,
      Float64Array.from(starts, (start) => start ?? Number.NaN),
    );
  }
}

/** Days and hours that are needed and not known, by zone and block. */
export type MissingDays = Map<ZoneDays, Readonly<Record<LocalUnit, Set<number>>>>;

export function noteMissingDay(missing: MissingDays, zone: ZoneDays, at: number, unit: LocalUnit = "day"): void {
  const blocks = missing.get(zone) ?? { day: new Set(), hour: new Set() };
  blocks[unit].add(at >> BLOCK_BITS);
  missing.set(zone, blocks);
}
