import type { Unit } from "../../protocol/schema.ts";
import type { JsonObject, JsonValue } from "../../protocol/json.ts";

/** What the document holds at a path; a name may be any text. */
export function valueAt(document: JsonObject, path: readonly string[]): JsonValue | undefined {
  let value: JsonValue | undefined = document;
  for (const name of path) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, name)) return undefined;
    value = value[name];
  }
  return value;
}

/** A single value; of a boolean its name. */
export function scalarAt(document: JsonObject, path: readonly string[]): string | number | undefined {
  const value = valueAt(document, path);
  if (typeof value === "boolean") return String(value);
  return typeof value === "string" || typeof value === "number" ? value : undefined;
}

/** Values by key. */
export function valuesAt(document: JsonObject, path: readonly string[]): Record<string, string | number> | undefined {
  const value = valueAt(document, path);
  return typeof value === "object" && value !== null ? (value as Record<string, string | number>) : undefined;
}

/** The unit of an amount as it is written now. */
export interface WrittenUnit {
  readonly currency?: string | undefined;
  readonly text?: string;
}

export function unitIn(document: JsonObject, unit: Unit | undefined): WrittenUnit {
  if (typeof unit !== "object") return unit === undefined ? {} : { text: unit };
  const code = scalarAt(document, unit.currency);
  return typeof code === "string" ? { currency: code } : {};
}
