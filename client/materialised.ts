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

/** Takes what a snapshot frame says. Its data is copied, so that every object in the document has a null prototype. */
export function fromSnapshot({ epoch, version, asOf, data }: Materialised): Materialised {
  return { epoch, version, asOf, data: mergePatch(undefined, data) };
}

/** The document after a patch; `"gap"` where the patch is against another document than this one. */
export function applyPatch(document: Materialised | undefined, patch: Patch): Materialised | "gap" {
  if (document?.epoch !== patch.epoch || document.version !== patch.previous) return "gap";
  const { epoch, version, asOf } = patch;
  return { epoch, version, asOf, data: mergePatch(document.data, patch.data) };
}

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
