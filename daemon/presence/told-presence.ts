import { encode, type Frame } from "../hub/frame.ts";
import type { Shown } from "./member.ts";
import type { Roster } from "./roster.ts";

export interface ToldPresenceOptions {
  readonly roster: Roster;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly isPartial: () => boolean;
}

/** More users are told by their number alone. */
export const MOST_USERS = 200;
/** Fewer are told by name again: at a number about {@link MOST_USERS}, not with each who comes or goes. */
const FEW_USERS = 180;

/** `[user, what is told of them]`. */
type Person = [user: string, shown: { state?: unknown; away?: true }];

/** Who is at a channel, as those who see it were told last. */
export class ToldPresence {
  readonly #topic: string;
  readonly #options: ToldPresenceOptions;
  /** Undefined: they are too many. */
  #users: Map<string, Shown> | undefined;
  #count: number;
  #isPartial: boolean;
  #changed: Set<string> | undefined;
  #whole: Frame | undefined;

  constructor(topic: string, options: ToldPresenceOptions) {
    const { roster, isPartial } = options;
    this.#topic = topic;
    this.#options = options;
    this.#count = roster.count(topic);
    this.#isPartial = isPartial();
    this.#users = this.#count > MOST_USERS ? undefined : new Map(roster.at(topic));
  }

  /** True: they are told by their number. */
  get isCounted(): boolean {
    return this.#users === undefined;
  }

  changed(user: string): void {
    if (!this.isCounted) this.#changed = (this.#changed ?? new Set()).add(user);
  }

  /**
   * What is to be told to those who know what was told last; undefined: nothing.
   * @param isCountDue another number may be told
   */
  tell(isCountDue: boolean): Frame | undefined {
    const { roster, isPartial } = this.#options;
    const count = roster.count(this.#topic);
    const before = this.#users;
    const isMany = this.isCounted ? count >= FEW_USERS : count > MOST_USERS;
    const isOtherwise = isPartial() !== this.#isPartial;
    if (this.isCounted && !isOtherwise && (!isCountDue || (isMany && count === this.#count))) return undefined;
    const changed = [...(this.#changed ?? [])];
    this.#changed = undefined;
    this.#count = count;
    this.#isPartial = isPartial();
    if (before !== undefined && !isMany) return this.#difference(before, changed, isOtherwise);
    this.#users = isMany ? undefined : new Map(roster.at(this.#topic));
    this.#whole = undefined;
    return this.wholeFrame();
  }

  wholeFrame(): Frame {
    this.#whole ??= this.#encode(this.#users === undefined ? {} : { users: [...this.#users].map(personOf) });
    return this.#whole;
  }

  /** Nobody is about to ask for {@link wholeFrame}. */
  forgetFrame(): void {
    this.#whole = undefined;
  }

  /** @param isOtherwise whether it is partial is told though nobody has changed */
  #difference(told: Map<string, Shown>, changed: readonly string[], isOtherwise: boolean): Frame | undefined {
    const joined: Person[] = [];
    const updated: Person[] = [];
    const left: string[] = [];
    for (const user of changed) {
      const [before, shown] = [told.get(user), this.#options.roster.find(this.#topic, user)];
      if (isSame(before, shown)) continue;
      if (shown === undefined) left.push(user);
      else (before === undefined ? joined : updated).push(personOf([user, shown]));
      if (shown === undefined) told.delete(user);
      else told.set(user, shown);
    }
    const isNobody = joined.length + updated.length + left.length === 0;
    if (isNobody && !isOtherwise) return undefined;
    this.#whole = undefined;
    return this.#encode({
      ...((joined.length > 0 || isNobody) && { joined }),
      ...(updated.length > 0 && { updated }),
      ...(left.length > 0 && { left }),
    });
  }

  #encode(who: object): Frame {
    return encode({
      type: "presence",
      timestamp: this.#options.now(),
      topic: this.#topic,
      count: this.#count,
      ...who,
      ...(this.#isPartial && { partial: true as const }),
    });
  }
}

function isSame(a: Shown | undefined, b: Shown | undefined): boolean {
  return a === b || (a !== undefined && a.state === b?.state && a.isAway === b?.isAway);
}

function personOf([user, { state, isAway }]: readonly [string, Shown]): Person {
  return [user, { ...(state !== undefined && { state: JSON.parse(state) as unknown }), ...(isAway && { away: true }) }];
}
