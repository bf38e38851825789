import { MAX_KEY_LENGTH, MAX_KIND_LENGTH } from "./limits.ts";

/** What one can subscribe to: a kind of thing, and which of them. Its name is `kind:key`, e.g. `owner:7`. */
export interface Topic {
  /** A short lower-case name. */
  readonly kind: string;
  /** Any text that PostgreSQL can hold: neither NUL nor half of a surrogate pair. It may hold ":" too. */
  readonly key: string;
}

/** A topic's name: the first ":" ends the kind. */
export const TOPIC_NAME = new RegExp(
  `^([a-z][a-z0-9_]{0,${MAX_KIND_LENGTH - 1}}):([^\\0\\p{Surrogate}]{1,${MAX_KEY_LENGTH}})$`,
  "u",
);

/** Whether topics can be of a kind by this name. */
export function isKindName(name: string): boolean {
  return parseTopic(`${name}:1`)?.kind === name;
}

/** Undefined for text that names no topic. */
export function parseTopic(name: string): Topic | undefined {
  const [, kind, key] = TOPIC_NAME.exec(name) ?? [];
  if (kind === undefined || key === undefined || key.length > MAX_KEY_LENGTH) return undefined;
  return { kind, key };
}

/** The name of an owner's topic. */
export function ownerTopic(key: string): string {
  return `owner:${key}`;
}

/** The name of a topic. */
export function printTopic({ kind, key }: Topic): string {
  return `${kind}:${key}`;
}
