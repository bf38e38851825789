import type { Identity } from "./identity.ts";

/**
 * Whether another token may take a connection over. Its subject may not change; where neither token has a `sub`, what it opens stands for
 * the subject, and a refresh only gives it more time.
 */
export function isSameSubject(before: Identity, after: Identity): boolean {
  if (before.token.subject !== undefined || after.token.subject !== undefined) {
    return before.token.subject === after.token.subject;
  }
  return (
    before.isAdmin === after.isAdmin &&
    before.topics.size === after.topics.size &&
    [...before.topics].every((topic) => after.topics.has(topic))
  );
}
