import type { JsonObject, JsonValue } from "../protocol/json.ts";

/** The RFC 7396 merge patch that makes one document of another. Neither holds a null. */
export function difference(before: JsonObject, after: JsonObject): JsonObject {
  const patch: JsonObject = {};
  for (const key of Object.keys(before)) if (!Object.hasOwn(after, key)) patch[key] = null;
  for (const [key, value] of Object.entries(after)) {
    const old = Object.hasOwn(before, key) ? before[key] : undefined;
    if (!isObject(value)) {
      if (value !== old) patch[key] = value;
      continue;
    }
    const inner = difference(isObject(old) ? old : {}, value);
    if (!isObject(old) || Object.keys(inner).length > 0) patch[key] = inner;
  }
  return patch;
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
