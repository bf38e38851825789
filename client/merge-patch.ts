import type { JsonObject, JsonValue } from "../protocol/json.ts";

/**
 * Applies an RFC 7396 merge patch. Neither argument is changed; what the patch leaves as it was is the same object in the result, so
 * that `===` tells what changed. Objects made here have a null prototype: `__proto__` is a key like any other.
 */
export function mergePatch(target: JsonObject | undefined, patch: JsonObject): JsonObject {
  const after: JsonObject = Object.assign(Object.create(null) as JsonObject, target);
  let changed = target === undefined;
  for (const [key, change] of Object.entries(patch)) {
    const before = after[key];
    if (change === null) delete after[key];
    else after[key] = isObject(change) ? mergePatch(isObject(before) ? before : undefined, change) : change;
    changed ||= after[key] !== before;
  }
  return changed || target === undefined ? after : target;
}

/** True for JSON objects: documents and patches hold no arrays. */
function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === "object" && value !== null;
}
