import type { JsonObject, JsonValue } from "../protocol/json.ts";

/** A metrics document and where it stands. */
export interface Materialised {
  readonly epoch: string;
  readonly version: number;
  /** ISO instant with microseconds. */
  readonly asOf: string;
  readonly data: JsonObject;
}

export interface Patch extends Materialised {
  /** The version that `data` is a merge patch against. */
  readonly previous: number;
}

/** Takes what a snapshot frame says. Its data is copied, so that nobody else holds an object of the document. */
export function fromSnapshot(snapshot: Materialised): Materialised {
  return { ...snapshot, data: mergePatch(undefined, snapshot.data) };
}

/** The document after a patch; `"gap"` where the patch is against another document than this one. */
export function applyPatch(document: Materialised | undefined, patch: Patch): Materialised | "gap" {
  if (document?.epoch !== patch.epoch || document.version !== patch.previous) return "gap";
  return { ...patch, data: mergePatch(document.data, patch.data) };
}

/**
 * Applies an RFC 7396 merge patch. Neither argument is changed; what the patch leaves as it was is the same object in the result, so
 * that `===` tells what changed. The result's objects are ordinary ones, and `__proto__` is a key like any other: they are changed as maps,
 * and made by `Object.fromEntries`, which defines its keys.
 */
export function mergePatch(target: JsonObject | undefined, patch: JsonObject): JsonObject {
  const after = new Map(Object.entries(target ?? {}));
  let changed = false;
  for (const [key, change] of Object.entries(patch)) {
    const before = after.get(key);
    if (change === null) after.delete(key);
    else after.set(key, isObject(change) ? mergePatch(isObject(before) ? before : undefined, change) : change);
    changed ||= after.get(key) !== before;
  }
  return changed || target === undefined ? Object.fromEntries(after) : target;
}

/** True for JSON objects: documents and patches hold no arrays. */
function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === "object" && value !== null;
}
