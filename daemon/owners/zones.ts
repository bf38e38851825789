/**
 * Which time zones can be relied on. PostgreSQL takes many names and POSIX forms, fails a whole statement for one it does not know,
 * and caches zone data per session: so each zone is tried by itself, once per session that loads, and that session's calendar is
 * compared with the reader's. Lives as long as the reader's session.
 */
import { errorCode } from "../database/reason.ts";
import type { ReadDayStarts } from "./day-starts.ts";
import { utcDay } from "../metrics/civil-date.ts";

/** Every fortnight from five weeks back to a year ahead: no rule for summer time lasts for less, and the reading takes a few ms. */
const SAMPLE_DAYS = Array.from({ length: 29 }, (_, fortnight) => fortnight * 14 - 35);

/** A session that disagrees with the reader about a zone: one of them holds data that the server has since replaced. */
export class ZoneDataDiffers extends Error {
  override readonly name = "ZoneDataDiffers";
}

export class Zones {
  readonly #read: ReadDayStarts;
  readonly #today: number;
  readonly #samples = new Map<string, Promise<readonly (number | undefined)[]>>();
  readonly #confirmed = new WeakMap<object, Set<string>>();
  #good: readonly string[] = [];

  /** `read` asks the reader's session; `t` is an instant near the present, in microseconds since 1970. */
  constructor(read: ReadDayStarts, t: number) {
    this.#read = read;
    this.#today = utcDay(t);
  }

  /** Known to be good: the same array until one more is. */
  get good(): readonly string[] {
    return this.#good;
  }

  /**
   * Tries a zone on a session that is about to load owners in it, unless it was tried there before. False: PostgreSQL doesn't know it,
   * or can't say when its days begin. Throws ZoneDataDiffers, and what `read` throws for other reasons.
   * @param read asks that session
   */
  async confirm(zone: string, session: object, read: ReadDayStarts): Promise<boolean> {
    const confirmed = this.#confirmed.get(session) ?? new Set<string>();
    this.#confirmed.set(session, confirmed);
    if (confirmed.has(zone)) return true;
    const theirs = await this.#sample(zone, read);
    if (theirs === undefined || theirs.includes(undefined)) return false;
    const ours = await this.#ownSample(zone);
    if (!ours.every((start, at) => start === theirs[at])) {
      throw new ZoneDataDiffers(`two sessions disagree about the time zone ${JSON.stringify(zone)}`);
    }
    confirmed.add(zone);
    if (!this.#good.includes(zone)) this.#good = [...this.#good, zone];
    return true;
  }

  async #ownSample(zone: string): Promise<readonly (number | undefined)[]> {
    const known = this.#samples.get(zone);
    if (known !== undefined) return known;
    const sample = this.#sample(zone, this.#read).then((starts) => starts ?? []);
    this.#samples.set(zone, sample);
    sample.catch(() => this.#samples.delete(zone));
    const starts = await sample;
    // The other session knew the zone.
    if (starts.length === 0) throw new ZoneDataDiffers(`the reader's session does not know ${JSON.stringify(zone)}`);
    return starts;
  }

  async #sample(zone: string, read: ReadDayStarts): Promise<readonly (number | undefined)[] | undefined> {
    try {
      return await read(
        SAMPLE_DAYS.map(() => zone),
        SAMPLE_DAYS.map((days) => this.#today + days),
      );
    } catch (error) {
      // Class 22, data exception: "time zone … not recognized" is 22023.
      if (errorCode(error)?.startsWith("22")) return undefined;
      throw error;
    }
  }
}
