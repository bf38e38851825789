import { createHash } from "node:crypto";
import type { Operation } from "../../protocol/operation.ts";

/** SHA-256 of what an operation asks for, in whatever order its client wrote the names: two that ask for the same have the same. */
export function digestOf({ seq: _seq, ...asked }: Operation): Buffer {
  return createHash("sha256")
    .update(JSON.stringify(inOrder(asked)))
    .digest();
}

function inOrder(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inOrder);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([name, item]) => [name, inOrder(item)]));
}
