import type { LocalUnit } from "../metrics/contribution.ts";
import { BLOCK_LENGTH, type MissingDays, ZoneDays } from "../metrics/zone-days.ts";
import type { ReadDayStarts } from "./day-starts.ts";

/**
 * The local days and hours of all zones. It lives as long as the reader's session, since PostgreSQL caches zone data per session: a new session may
 * know a newer rule.
 */
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

  /** Reads the missing days, all in one statement, and the missing hours in another. Rejects as the reading does. */
  async learn(missing: MissingDays): Promise<void> {
    for (const unit of ["day", "hour"] as const) await this.#learn(missing, unit);
  }

  async #learn(missing: MissingDays, unit: LocalUnit): Promise<void> {
    const asked = [...missing].flatMap(([zone, blocks]) => [...blocks[unit]].map((block) => ({ zone, block })));
    if (asked.length === 0) return;
    const offsets = Array.from({ length: BLOCK_LENGTH }, (_, offset) => offset);
    const starts = await this.#read(
      asked.flatMap(({ zone }) => offsets.map(() => zone.name)),
      asked.flatMap(({ block }) => offsets.map((offset) => block * BLOCK_LENGTH + offset)),
      unit,
    );
    asked.forEach(({ zone, block }, at) =>
      zone.learn(block, starts.slice(at * BLOCK_LENGTH, (at + 1) * BLOCK_LENGTH), unit),
    );
  }
}
