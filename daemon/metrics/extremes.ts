/**
 * The first of ranked rows, by group, of one owner: what `min`, `max`, `latest` and `oldest` show. Sums can't say it: when the greatest goes, no sum
 * knows the next. To keep all rows would cost by the owner's size. So of the rows that end together only the first are kept, and when all
 * that are known have gone, the owner is to be read again (`isDry`). Like sums it commutes: rows that begin later are kept apart until then.
 */
import type { Ranking } from "../plan/plan.ts";
import { CurrentRows } from "./current-rows.ts";
import { FirstRows, type Rank, type Shown } from "./first-rows.ts";
import type { Integer } from "./integer.ts";
import type { Key } from "./keyed-sums.ts";
import { SmallMap } from "./small-map.ts";

interface Group {
  readonly current: CurrentRows;
  /** Rows that begin later, by the instants at which they begin and end. */
  readonly later: SmallMap<number, SmallMap<number, FirstRows>>;
  /** Whether its first row shows something now. */
  isShown: boolean;
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
  #shownKeys = 0;

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

  /** How many groups show something now. */
  get shownKeys(): number {
    return this.#shownKeys;
  }

  shown(key: Key): Shown | undefined {
    return this.first(key)?.shown;
  }

  first(key: Key): Rank | undefined {
    return this.#groups.get(key)?.current.first;
  }

  /**
   * Adds rows that count over a span that is not over at `t`.
   * @param isLast a load brought no more rows of that group and span
   * @returns 1 where it is the first of that span, -1 where none of it are left, else 0: the clock is to pass a span's ends
   */
  fold(key: Key, { from, until }: Span, t: number, rank: Rank, delta: Integer, isLast: boolean): -1 | 0 | 1 {
    const group = this.#groups.get(key) ?? this.#open(key);
    const known = from <= t ? group.current.get(until) : group.later.get(from)?.get(until);
    const rows = known ?? new FirstRows(this.#ranking);
    rows.add(rank, delta);
    if (isLast) rows.limit(rank);
    if (from <= t) group.current.set(until, rows);
    else putLater(group, from, until, rows);
    this.#settle(rows);
    this.#noteChange(key, group);
    if (rows.isEmpty) return known === undefined ? 0 : -1;
    return known === undefined ? 1 : 0;
  }

  /** Rows of a group begin or end at this instant: to be called for each such instant, in order. Costs by what begins and ends then. */
  pass(key: Key, instant: number): void {
    const group = this.#groups.get(key);
    if (group === undefined) return;
    const { current, later } = group;
    for (const [until, rows] of later.get(instant)?.entries() ?? []) {
      this.#dry?.delete(rows);
      const known = current.get(until);
      known?.take(rows);
      current.set(until, known ?? rows);
      this.#settle(known ?? rows);
    }
    later.delete(instant);
    const ended = current.end(instant);
    if (ended !== undefined) this.#dry?.delete(ended);
    this.#noteChange(key, group);
  }

  #open(key: Key): Group {
    const group: Group = { current: new CurrentRows(this.#ranking), later: new SmallMap(), isShown: false };
    this.#groups.set(key, group);
    return group;
  }

  #settle(rows: FirstRows): void {
    if (rows.isDry) (this.#dry ??= new Set()).add(rows);
    else this.#dry?.delete(rows);
  }

  #noteChange(key: Key, group: Group): void {
    const isShown = (group.current.first?.shown ?? null) !== null;
    this.#shownKeys += Number(isShown) - Number(group.isShown);
    group.isShown = isShown;
    if (group.current.size === 0 && group.later.size === 0) this.#groups.delete(key);
  }
}

function putLater({ later }: Group, from: number, until: number, rows: FirstRows): void {
  const ends = later.get(from) ?? new SmallMap<number, FirstRows>();
  if (rows.isEmpty) ends.delete(until);
  else ends.set(until, rows);
  if (ends.size === 0) later.delete(from);
  else later.set(from, ends);
}
