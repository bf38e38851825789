import type { JsonObject, JsonValue } from "../../protocol/json.ts";

/** One value in which the incremental and the recomputed document of an owner differ; undefined: absent there. */
export interface Difference {
  readonly owner: string;
  readonly path: readonly string[];
  readonly incremental: JsonValue | undefined;
  readonly recomputed: JsonValue | undefined;
}

/** Every leaf that differs, in the order of the incremental document. An empty object and an absent one differ. */
export function differences(owner: string, incremental: JsonObject, recomputed: JsonObject): Difference[] {
  return compare([], incremental, recomputed).map((difference) => ({ owner, ...difference }));
}

function compare(
  path: readonly string[],
  incremental: JsonValue | undefined,
  recomputed: JsonValue | undefined,
): Omit<Difference, "owner">[] {
  if (!isObject(incremental) || !isObject(recomputed)) {
    return incremental === recomputed ? [] : [{ path, incremental, recomputed }];
  }
  const keys = new Set([...Object.keys(incremental), ...Object.keys(recomputed)]);
  return [...keys].flatMap((key) => compare([...path, key], own(incremental, key), own(recomputed, key)));
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === "object" && value !== null;
}

function own(object: JsonObject, key: string): JsonValue | undefined {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}
