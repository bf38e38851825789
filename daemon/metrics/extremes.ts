/**
 * The first of ranked rows, by group, of one owner: what `min`, `max` and `latest` show. Sums can't say it: when the greatest goes, no sum
 * knows the next. To keep all rows would cost by the owner's size. So of the rows that end together only the first are kept, and when all
 * that are known have gone, the owner is to be read again (`isDry`). Like sums it commutes: rows that begin later are kept apart until then.
 */
import type { Ranking } from "../plan/plan.ts";
import { compareRanks, FirstRows, type Rank, type Shown } from "./first-rows.ts";
import type { Integer } from "./integer.ts";
import type { Key } from "./keyed-sums.ts";
import { SmallMap } from "./small-map.ts";

interface Group {
  /** Rows that count now, by the instant at which they end. */
  readonly current: SmallMap<number, FirstRows>;
  /** Rows that begin later. */
  readonly later: SmallMap<string, { readonly from: number; readonly until: number; readonly rows: FirstRows }>;
  /** `unknown`: to be looked for. */
  first: Rank | undefined | "unknown";
}

/** How a fold is to be followed up by the clock. */
export interface Span {
  readonly from: number;
  readonly until: number;
}

export class Extremes {
  readonly #ranking: Ranking;
  readonly #groups = new SmallMap<Key, Group>();
  /** Undefined until there are some. */
  #dry: Set<FirstRows> | undefined;

  constructor(ranking: Ranking) {
    this.#ranking = ranking;
  }

  /** Whether rows that are not known may be the first of some group. */
  get isDry(): boolean {
    return this.#dry !== undefined && this.#dry.size > 0;
  }

  /** Groups that have rows, now or later. */
  get keys(): readonly Key[] {
    return this.#groups.keys();
  }

  get size(): number {
    return this.#groups.size;
  }

  shown(key: Key): Shown | undefined {
    return this.first(key)?.shown;
  }

  /** Costs by the number of ends where the one before has gone, otherwise nothing. */
  first(key: Key): Rank | undefined {
    const group = this.#groups.get(key);
    if (group === undefined) return undefined;
    if (group.first === "unknown") group.first = this.#firstOf(group);
    return group.first;
  }

  /**
   * Adds rows that count over a span that is not over at `t`.
   * @param isLast a load brought no more rows of that group and span
   * @returns 1 where it is the first of that span, -1 where none of it are left, else 0: the clock is to pass a span's ends
   */
  fold(key: Key, { from, until }: Span, t: number, rank: Rank, delta: Integer, isLast: boolean): -1 | 0 | 1 {
    const group = this.#group(key);
    const spans = group.current.size + group.later.size;
    const rows = from <= t ? this.#current(group, until) : this.#later(group, from, until);
    rows.add(rank, delta);
    if (isLast) rows.limit(rank);
    if (from <= t) this.#noteChange(group, rows, isLast ? undefined : rank);
    this.#settle(rows);
    if (rows.isEmpty) {
      if (from <= t) group.current.delete(until);
      else group.later.delete(`${from} ${until}`);
      this.#forget(key, group);
    }
    return Math.sign(group.current.size + group.later.size - spans) as -1 | 0 | 1;
  }

  /** Rows of a group begin or end at `t`. */
  pass(key: Key, t: number): void {
    const group = this.#groups.get(key);
    if (group === undefined) return;
    for (const [name, { from, until, rows }] of group.later.entries()) {
      if (from > t) continue;
      group.later.delete(name);
      this.#dry?.delete(rows);
      if (until <= t) continue;
      const current = this.#current(group, until);
      current.take(rows);
      this.#settle(current);
    }
    for (const [until, rows] of group.current.entries()) {
      if (until > t) continue;
      group.current.delete(until);
      this.#dry?.delete(rows);
    }
    group.first = "unknown";
    this.#forget(key, group);
  }

  #group(key: Key): Group {
    const known = this.#groups.get(key);
    if (known !== undefined) return known;
    const group: Group = { current: new SmallMap(), later: new SmallMap(), first: undefined };
    this.#groups.set(key, group);
    return group;
  }

  #current({ current }: Group, until: number): FirstRows {
    const known = current.get(until);
    if (known !== undefined) return known;
    const rows = new FirstRows(this.#ranking);
    current.set(until, rows);
    return rows;
  }

  #later({ later }: Group, from: number, until: number): FirstRows {
    const name = `${from} ${until}`;
    const known = later.get(name);
    if (known !== undefined) return known.rows;
    const rows = new FirstRows(this.#ranking);
    later.set(name, { from, until, rows });
    return rows;
  }

  #noteChange(group: Group, rows: FirstRows, rank: Rank | undefined): void {
    const { first } = group;
    if (first === "unknown") return;
    const compared = rank === undefined || first === undefined ? 0 : compareRanks(rank, first, this.#ranking);
    if (compared === 0) group.first = "unknown";
    else if (compared < 0) group.first = this.#before(rows.first, first);
  }

  #firstOf({ current }: Group): Rank | undefined {
    let first: Rank | undefined;
    for (const [, rows] of current.entries()) first = this.#before(rows.first, first);
    return first;
  }

  #before(a: Rank | undefined, b: Rank | undefined): Rank | undefined {
    if (a === undefined || b === undefined) return a ?? b;
    return compareRanks(a, b, this.#ranking) < 0 ? a : b;
  }

  #settle(rows: FirstRows): void {
    if (rows.isDry) (this.#dry ??= new Set()).add(rows);
    else this.#dry?.delete(rows);
  }

  #forget(key: Key, { current, later }: Group): void {
    if (current.size === 0 && later.size === 0) this.#groups.delete(key);
  }
}
