/** A look through so many entries takes about as long as a hash does, and a table of hashes has room for twice as many. */
const MOST_LISTED = 32;

/**
 * A map that takes little room while it is small: an owner has dozens of maps, most with a handful of entries, and a `Map` of one takes
 * 200 bytes. Few entries are a list of the keys and values in turn, which is as long as it must be; many are a `Map`.
 */
export class SmallMap<K extends string | number, V> {
  #held: (K | V)[] | Map<K, V> = [];

  get size(): number {
    const held = this.#held;
    return held instanceof Map ? held.size : held.length / 2;
  }

  get(key: K): V | undefined {
    const held = this.#held;
    if (held instanceof Map) return held.get(key);
    const at = find(held, key);
    return at === undefined ? undefined : (held[at + 1] as V);
  }

  set(key: K, value: V): void {
    const held = this.#held;
    if (held instanceof Map) {
      held.set(key, value);
      return;
    }
    const at = find(held, key);
    if (at !== undefined) held[at + 1] = value;
    // Unlike `push`, this leaves no room for more.
    else if (held.length < 2 * MOST_LISTED) this.#held = held.toSpliced(held.length, 0, key, value);
    else this.#held = new Map(this.entries()).set(key, value);
  }

  delete(key: K): void {
    const held = this.#held;
    if (held instanceof Map) {
      held.delete(key);
      return;
    }
    const at = find(held, key);
    if (at !== undefined) this.#held = held.toSpliced(at, 2);
  }

  /** As they are now, in the order in which they came. */
  keys(): readonly K[] {
    return this.entries().map(([key]) => key);
  }

  /** As {@link keys}. */
  entries(): readonly (readonly [K, V])[] {
    const held = this.#held;
    if (held instanceof Map) return [...held];
    const entries: [K, V][] = [];
    for (let at = 0; at < held.length; at += 2) entries.push([held[at] as K, held[at + 1] as V]);
    return entries;
  }
}

function find(list: readonly unknown[], key: unknown): number | undefined {
  for (let at = 0; at < list.length; at += 2) if (list[at] === key) return at;
  return undefined;
}
