/**
 * When local days begin, as PostgreSQL says: per zone, D(d) for the days that windows begin or end with. Lives as long as a database
 * session, since PostgreSQL caches zone data per session. A day that is not known is asked for before it is needed, never dropped.
 */
import { FOREVER } from "./contribution.ts";
import { utcDay, utcMidnight } from "./civil-date.ts";

/**
 * Starts of local days: for each i, that of `days[i]` (since 2000-01-01) in `zones[i]`, in microseconds since 1970; undefined where
 * PostgreSQL finds no such instant.
 */
export type ReadDayStarts = (
  zones: readonly string[],
  days: readonly number[],
) => Promise<readonly (number | undefined)[]>;

/** Days are read in blocks of this many: a booking is followed by others near it, and one round trip should do. */
const BLOCK_BITS = 5;
const BLOCK_DAYS = 1 << BLOCK_BITS;

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

export class Calendar {
  readonly #read: ReadDayStarts;
  readonly #zones = new Map<string, ZoneDays>();

  /** `read` asks the reader's session. */
  constructor(read: ReadDayStarts) {
    this.#read = read;
  }

  zone(name: string): ZoneDays {
    let zone = this.#zones.get(name);
    if (zone === undefined) {
      zone = new ZoneDays(name);
      this.#zones.set(name, zone);
    }
    return zone;
  }

  /** Reads what is missing, all in one statement. Rejects as the reading does. */
  async learn(missing: MissingDays): Promise<void> {
    const asked = [...missing].flatMap(([zone, blocks]) => [...blocks].map((block) => ({ zone, block })));
    if (asked.length === 0) return;
    const offsets = Array.from({ length: BLOCK_DAYS }, (_, offset) => offset);
    const starts = await this.#read(
      asked.flatMap(({ zone }) => offsets.map(() => zone.name)),
      asked.flatMap(({ block }) => offsets.map((offset) => (block << BLOCK_BITS) + offset)),
    );
    asked.forEach(({ zone, block }, at) => zone.learn(block, starts.slice(at * BLOCK_DAYS, (at + 1) * BLOCK_DAYS)));
  }
}

/** Notes a day as missing. */
export function note(missing: MissingDays, zone: ZoneDays, day: number): void {
  const block = day >> BLOCK_BITS;
  const blocks = missing.get(zone);
  if (blocks === undefined) missing.set(zone, new Set([block]));
  else blocks.add(block);
}
