import type { JsonObject } from "../../../protocol/json.ts";

/**
 * Makes one patch of two that follow each other: leaves of `later` over leaves of `earlier`, and a `null` stays a `null`, since the
 * receiver's document may hold what it removes. (Applying `later` to `earlier` as RFC 7396 says would drop it.) Changes `earlier`.
 *
 * Right because in metrics documents a path is always a group or always a leaf.
 */
export function mergePatches(earlier: JsonObject, later: JsonObject): JsonObject {
  for (const [key, above] of Object.entries(later)) {
    const below = ownValue(earlier, key);
    if (isGroup(above) && isGroup(below)) mergePatches(below, above);
    else assign(earlier, key, above);
  }
  return earlier;
}

/** Applies a merge patch (RFC 7396) to a document, in place. */
export function applyPatch(document: JsonObject, patch: JsonObject): JsonObject {
  for (const key of Object.keys(patch)) {
    const value = patch[key];
    if (value === null || value === undefined) delete document[key];
    else if (isGroup(value)) {
      const below = ownValue(document, key);
      assign(document, key, applyPatch(isGroup(below) ? below : (Object.create(null) as JsonObject), value));
    } else assign(document, key, value);
  }
  return document;
}

function isGroup(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null;
}

function ownValue(object: JsonObject, key: string): unknown {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

/** Any key is an ordinary key, `__proto__` too, and also where an object with the usual prototype was handed over. */
function assign(object: JsonObject, key: string, value: JsonObject[string]): void {
  if (key === "__proto__")
    Object.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true });
  else object[key] = value;
}
