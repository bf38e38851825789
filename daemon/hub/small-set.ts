/**
 * A set that takes little room while it has one member, as the subscribers of most topics: a `Set` of one takes 150 bytes. Members are
 * no sets themselves.
 */
export class SmallSet<T extends object> {
  #held: T | Set<T> | undefined;

  get size(): number {
    const held = this.#held;
    if (held instanceof Set) return held.size;
    return held === undefined ? 0 : 1;
  }

  add(member: T): void {
    const held = this.#held;
    if (held instanceof Set) held.add(member);
    else if (held === undefined || held === member) this.#held = member;
    else this.#held = new Set([held, member]);
  }

  /** False: it was none. */
  delete(member: T): boolean {
    const held = this.#held;
    if (!(held instanceof Set)) {
      if (held === member) this.#held = undefined;
      return held === member;
    }
    const wasMember = held.delete(member);
    if (held.size === 1) [this.#held] = held;
    return wasMember;
  }

  /** As they are now, in the order in which they came. */
  members(): readonly T[] {
    const held = this.#held;
    if (held instanceof Set) return [...held];
    return held === undefined ? [] : [held];
  }
}
