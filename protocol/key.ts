import { MAX_KEY_LENGTH } from "./limits.ts";

/**
 * The values of a key's columns as topics' names have them: `7`, or `acme/7`, with `%2F` and `%25` for a "/" and a "%" in one of several. A value
 * alone is as it is. daemon/plan/owner-key.ts spells the same in SQL.
 */
export function spellKey(parts: readonly string[]): string {
  const [only] = parts;
  return only !== undefined && parts.length === 1 ? only : parts.map(escaped).join("/");
}

/**
 * The other way, of so many columns; undefined for what spells no such key. Of several, any character may be percent-encoded, as
 * `encodeURIComponent` does it.
 */
export function keyParts(key: string, count: number): readonly string[] | undefined {
  if (count === 1) return [key];
  const parts = key.split("/");
  if (parts.length !== count || key.length > MAX_KEY_LENGTH) return undefined;
  try {
    return parts.map(decodeURIComponent);
  } catch {
    return undefined;
  }
}

function escaped(part: string): string {
  return part.replace(/[%/]/g, encodeURIComponent);
}
