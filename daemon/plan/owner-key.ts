/**
 * An owner's key in SQL. Everything but SQL knows an owner by one text: what the column of its key prints, and of several columns
 * their texts, spelt as `spellKey` of protocol/key.ts does it. Tables know it by their columns: rows are compared column by column, each in
 * its own type, so that an index on them serves.
 */
import type { OwnerKey } from "./watched-table.ts";

/** Of a key. More would be names that nobody reads. */
export const MOST_KEY_COLUMNS = 4;

/** SQL text of the owner whose key has these values; NULL where one of several is NULL. */
export function spelled(values: readonly string[]): string {
  const [only] = values;
  if (values.length === 1 && only !== undefined) return `${only}::text`;
  const parts = values.map((value) => `replace(replace(${value}::text, '%', '%25'), '/', '%2F')`);
  return `(${parts.join(" || '/' || ")})`;
}

/** The condition that values are the key of one of the owners that a parameter, text[], spells: of a column by its index. */
export function ofOwners(values: readonly string[], key: OwnerKey, parameter = "$1"): string {
  const [value] = values;
  return key.length === 1 ? `${value} = any(${parameter}::${key[0].type}[])` : isAmong(values, key, parameter);
}

/** As {@link ofOwners}, for many owners and no index: a subselect is hashed; `= any($4)` would compare each row with each owner. */
export function isAmong(values: readonly string[], key: OwnerKey, parameter: string): string {
  if (key.length === 1) return `${values[0]} in (select unnest(${parameter}::text[])::${key[0].type})`;
  return `(${values.join(", ")}) in (select ${partsOf("w.key", key).join(", ")} from unnest(${parameter}::text[]) w(key))`;
}

/** What an owner's text says, column by column. */
export function partsOf(text: string, key: OwnerKey): readonly string[] {
  if (key.length === 1) return [`${text}::${key[0].type}`];
  return key.map(({ type }, at) => {
    const part = `split_part(${text}, '/', ${at + 1})`;
    return `replace(replace(${part}, '%2F', '/'), '%25', '%')::${type}`;
  });
}
