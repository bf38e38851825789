import * as v from "valibot";
import { MAX_STATE_BYTES } from "./limits.ts";

/** The metrics document and its patches: no arrays. In a patch `null` removes a leaf; a document holds none. */
export interface JsonObject {
  [key: string]: JsonValue;
}
export type JsonValue = string | number | boolean | null | JsonObject;

/** A row of a channel: any JSON by the names of `data`, arrays and nulls included. */
export type RowData = Readonly<Record<string, unknown>>;

/** Checks a whole document or patch. Any string is an ordinary key. */
export const jsonObject = v.custom<JsonObject>(isJsonObject, "a JSON object without arrays");

function isJsonObject(value: unknown): boolean {
  return (
    typeof value === "object" && value !== null && !Array.isArray(value) && Object.values(value).every(isJsonValue)
  );
}

function isJsonValue(value: unknown): boolean {
  if (value === null) return true;
  if (typeof value === "object") return isJsonObject(value);
  return (
    typeof value === "string" || typeof value === "boolean" || (typeof value === "number" && Number.isFinite(value))
  );
}

/** Checks a row of a channel. */
export const rowData = v.record(v.string(), v.unknown());

/** Checks what a client says of its user: any JSON, up to {@link MAX_STATE_BYTES} in UTF-8. */
export const presenceState = v.custom<unknown>(
  (value) => value !== undefined && new TextEncoder().encode(JSON.stringify(value)).length <= MAX_STATE_BYTES,
  `JSON of at most ${MAX_STATE_BYTES} bytes`,
);
