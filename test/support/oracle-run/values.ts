import type { Random } from "../../../demo/season.ts";
import { isoInstant } from "../../../daemon/hub/instant.ts";
import { utcDay } from "../../../daemon/metrics/civil-date.ts";
import { isoDate } from "../naive-snapshot.ts";
import { dayStartByRules } from "../zone-rules.ts";
import { HARD_ZONES } from "./hard-zones.ts";
import type { SettableTime } from "./settable-time.ts";

const HOUR = 3_600_000_000;
const QUARTER = HOUR / 4;
const DAY = 24 * HOUR;
/** What a row may hold, and what programs forget: the ends of PostgreSQL's time, and instants beyond those that deltad tells apart. */
const ODD_INSTANTS = [
  "infinity",
  "-infinity",
  "4713-01-01 00:00:00+00 BC",
  "294276-12-31 23:59:59.999999+00",
  "1899-12-31 23:59:59.999999+00",
  "2200-01-01 00:00:00+00",
];

/** Random values as SQL literals, of which many lie on a boundary, or one microsecond beside it. */
export class Values {
  readonly #random: Random;
  readonly #time: SettableTime;
  readonly #used: number[];

  /** `used`: instants that rows may hold, to which the clock likes to come; those who write and who sets the clock share it. */
  constructor(random: Random, time: SettableTime, used: number[]) {
    this.#random = random;
    this.#time = time;
    this.#used = used;
  }

  chance(probability: number): boolean {
    return this.#random() < probability;
  }

  /** From `min` to `max`, both included. */
  integer(min: number, max: number): number {
    return min + Math.floor(this.#random() * (max - min + 1));
  }

  pick<T>(from: readonly T[]): T {
    const index = this.integer(0, from.length - 1);
    if (index >= from.length) throw new RangeError("nothing to pick from");
    return from[index] as T;
  }

  word(...words: readonly string[]): string {
    return `'${this.pick(words).replaceAll("'", "''")}'`;
  }

  /** Now and then NULL instead. */
  maybe(literal: string): string {
    return this.chance(0.1) ? "null" : literal;
  }

  /** A timestamptz near the present; now and then an odd one. */
  instant(): string {
    if (this.chance(0.04)) return `timestamptz '${this.pick(ODD_INSTANTS)}'`;
    const micros = this.#nearMicros();
    this.#used.push(micros);
    return `timestamptz '${isoInstant(micros)}'`;
  }

  /** A date near the present; now and then an infinite one. */
  date(): string {
    if (this.chance(0.04)) return `date '${this.pick(["infinity", "-infinity"])}'`;
    return `date '${isoDate(utcDay(this.#time.micros) + this.integer(-33, 33))}'`;
  }

  /** numeric(12,2), negative now and then, seldom NaN. */
  amount(): string {
    if (this.chance(0.03)) return "'NaN'::numeric";
    const cents = this.chance(0.02) ? 999_999_999_999 : this.integer(-30_000, 90_000);
    return `${(cents / 100).toFixed(2)}::numeric`;
  }

  /** Where the clock goes next: to a midnight, to what a row holds, or one microsecond beside it; a little further, or a long way. */
  nextMicros(): number {
    const now = this.#time.micros;
    if (this.chance(0.3)) return this.#midnight(this.integer(0, 2)) + this.integer(-1, 1);
    if (this.chance(0.25)) return this.#quarterHour(now + this.integer(1, 26 * 4) * QUARTER) + this.integer(-1, 1);
    const coming = this.#used.filter((micros) => micros >= now && micros < now + 3 * DAY);
    if (coming.length > 0 && this.chance(0.4)) return this.pick(coming) + this.integer(-1, 1);
    if (this.chance(0.6)) return now + this.integer(1, 3 * HOUR);
    return now + this.integer(0, this.chance(0.15) ? 40 : 2) * DAY + this.integer(0, DAY);
  }

  /** An instant around the present. */
  #nearMicros(): number {
    const now = this.#time.micros;
    if (this.chance(0.1)) return now + this.integer(-1, 1);
    if (this.chance(0.4)) return this.#midnight(this.integer(-33, 33)) + this.integer(-1, 1);
    if (this.chance(0.3)) return this.#quarterHour(now + this.integer(-26 * 4, 4) * QUARTER) + this.integer(-1, 1);
    const days = this.chance(0.15) ? this.integer(-400, 60) : this.integer(-8, 6);
    return now + days * DAY + this.integer(0, 24 * 60) * 60_000_000;
  }

  /** Where hours begin in some zone. */
  #quarterHour(micros: number): number {
    return micros - (micros % QUARTER);
  }

  #midnight(days: number): number {
    return dayStartByRules(this.pick(HARD_ZONES), utcDay(this.#time.micros) + days);
  }
}
