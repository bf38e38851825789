/** `@deltad/client/key`: the text that names a topic whose key has several columns, for pages, and for whoever gives out tokens. */
import { spellKey } from "../protocol/key.ts";

/**
 * The key of a topic by the values of its columns, in the configuration's order: `topicKey("acme", 7)` is `"acme/7"`, for
 * `client.owner(…)`, and for the claim `owners` of a token. One value alone is its text. Throws a TypeError for a number that is not whole, or
 * beyond 2⁵³, where it has become another one: give it as text or bigint.
 */
export function topicKey(...values: readonly [KeyValue, ...KeyValue[]]): string {
  return spellKey(values.map(textOf));
}

/** What a column of a key holds: a text, a uuid or a whole number. */
export type KeyValue = string | number | bigint;

function textOf(value: KeyValue): string {
  if (typeof value !== "number" || Number.isSafeInteger(value)) return String(value);
  throw new TypeError(
    `${value} is no key: a key has texts and whole numbers up to 2⁵³, and greater ones as text or bigint`,
  );
}
