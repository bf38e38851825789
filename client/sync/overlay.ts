/** Rows as their user sees them: the database's, and over them what the user has changed and nobody has answered yet. */
import type { RowData } from "../../protocol/json.ts";
import type { Item } from "../channels/row-set.ts";
import type { Entry } from "./operation.ts";

/**
 * A register with an operation of its own under way shows the operation's value, whatever comes of it from others; all other fields are
 * the database's. Rows without one are the same objects, and so are all where nothing is under way.
 * @param entries of this set, in the order in which they were made
 */
export function overlaid(items: readonly Item<RowData>[], entries: readonly Entry[]): readonly Item<RowData>[] {
  if (entries.length === 0) return items;
  const shown = new Map(items.map((item) => [item.key, item]));
  for (const { key, op, value } of entries) {
    const item = shown.get(key);
    if (op === "delete") shown.delete(key);
    else if (item ? op === "set" : op === "insert") shown.set(key, { key, row: { ...item?.row, ...value } });
  }
  return [...shown.values()];
}
