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
    else this.#held = new Map(entriesOf<K, V>(held)).set(key, value);
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
    return held instanceof Map ? [...held] : entriesOf<K, V>(held);
  }
}

/**
 * As {@link SmallMap}, where all keys are texts. Those that are whole numbers, as most ids are, are kept as such: a number lies in the list
 * itself, a text of two letters takes 24 bytes beside it.
 */
export class TextMap<V> extends SmallMap<string | number, V> {
  override get(key: string | number): V | undefined {
    return super.get(compactKey(key));
  }

  override set(key: string | number, value: V): void {
    super.set(compactKey(key), value);
  }

  override delete(key: string | number): void {
    super.delete(compactKey(key));
  }

  /** As they are now, in the order in which they came. */
  override entries(): readonly (readonly [string, V])[] {
    return super.entries().map(([key, value]) => [String(key), value]);
  }
}

/** The number that prints this very text, if it takes no room of its own; else the text. `String` gives the text again. */
export function compactKey(text: string | number): string | number {
  if (typeof text === "number") return text;
  const { length } = text;
  if (length === 0 || length > MOST_DIGITS || (length > 1 && text.charCodeAt(0) === ZERO)) return text;
  let number = 0;
  for (let at = 0; at < length; at += 1) {
    const digit = text.charCodeAt(at) - ZERO;
    if (digit < 0 || digit > 9) return text;
    number = 10 * number + digit;
  }
  return number;
}

const ZERO = 48;
/** Of a number below 2^30. */
const MOST_DIGITS = 9;

function entriesOf<K, V>(list: readonly (K | V)[]): [K, V][] {
  const entries: [K, V][] = [];
  for (let at = 0; at < list.length; at += 2) entries.push([list[at] as K, list[at + 1] as V]);
  return entries;
}

function find(list: readonly unknown[], key: unknown): number | undefined {
  for (let at = 0; at < list.length; at += 2) if (list[at] === key) return at;
  return undefined;
}
