/** The groups that have a card of their own. */
const PLACED = new Set(["currency", "revenue", "bookings", "listings", "occupancy", "payouts"]);

export interface Leaf {
  /** Keys from the root; a key may be any text. */
  readonly path: readonly string[];
  readonly value: string | number;
}

/** The values of a document that no card shows: another configuration may define any. */
export function otherLeaves(document: object): Leaf[] {
  const others = Object.entries(document).filter(([key]) => !PLACED.has(key));
  return others.flatMap(([key, value]) => leavesOf([key], value));
}

function leavesOf(path: readonly string[], value: unknown): Leaf[] {
  if (typeof value === "string" || typeof value === "number") return [{ path, value }];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => leavesOf([...path, key], inner));
}
