/** The rows of one set of a channel, as a pure reducer of what the daemon says of them. */
import type { RowData } from "../../protocol/json.ts";

/** A row, and the key by which the database tells it from others. The same object until something of it changes. */
export interface Item<Row> {
  readonly key: string;
  readonly row: Row;
}

/** `[key, position, row]`; positions compare as texts. */
export type WireItem = readonly [key: string, position: string, row: RowData];

/** What became of a row, in a `rows_changed` frame. */
export type WireChange =
  | readonly [set: string, what: "inserted" | "updated", key: string, position: string, row: RowData]
  | readonly [set: string, what: "deleted", key: string];

export interface RowChange {
  readonly what: "inserted" | "updated" | "deleted";
  /** Of a row that was deleted, as it was. */
  readonly item: Item<RowData>;
}

interface Held {
  readonly position: string;
  readonly item: Item<RowData>;
}

/** All rows from a position on, or all that there are. */
export class RowSet {
  readonly #held = new Map<string, Held>();
  #items: readonly Item<RowData>[] | undefined;
  /** Rows before it are not held; null: there are none. */
  from: string | null = null;

  /** Oldest first; the same array until something changes. */
  get items(): readonly Item<RowData>[] {
    this.#items ??= [...this.#held.values()]
      .toSorted((a, b) => (a.position < b.position ? -1 : 1))
      .map(({ item }) => item);
    return this.#items;
  }

  /** Takes all that there is to show. Gives what became of rows since, within what both have. */
  replace(items: readonly WireItem[], from: string | null): readonly RowChange[] {
    const before = new Map(this.#held);
    const { size } = before;
    const changes: RowChange[] = [];
    const least = from ?? "";
    this.#held.clear();
    this.from = from;
    for (const [key, position, row] of items) {
      const known = before.get(key);
      before.delete(key);
      const isSame = known && known.position === position && JSON.stringify(known.item.row) === JSON.stringify(row);
      const item = isSame ? known.item : { key, row };
      this.#held.set(key, { position, item });
      if (!isSame) changes.push({ what: known ? "updated" : "inserted", item });
    }
    for (const { position, item } of before.values()) if (position >= least) changes.push({ what: "deleted", item });
    if (changes.length > 0 || size !== this.#held.size) this.#items = undefined;
    return changes;
  }

  /** Undefined for a row that is not shown, before nor after: one that is older than all that are held is none of ours. */
  apply([, , key, position, row]: WireChange): RowChange | undefined {
    const known = this.#held.get(key)?.item;
    this.#held.delete(key);
    const isShown = position !== undefined && row !== undefined && (this.from === null || position >= this.from);
    if (isShown || known) this.#items = undefined;
    if (!isShown) return known && { what: "deleted", item: known };
    const item = { key, row };
    this.#held.set(key, { position, item });
    return { what: known ? "updated" : "inserted", item };
  }

  /** Takes a page that ends where the rows begin. False where they begin elsewhere by now. */
  prepend(before: string | null, items: readonly WireItem[], from: string | null): boolean {
    if (before !== this.from) return false;
    for (const [key, position, row] of items) this.#held.set(key, { position, item: { key, row } });
    this.from = from;
    this.#items = undefined;
    return true;
  }
}
