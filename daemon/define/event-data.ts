import { ConfigError } from "../config/errors.ts";
import { columnOf } from "./drizzle-value.ts";
import { type FieldDefinition, field } from "./event-definition.ts";

/** A function of PostgreSQL takes at most 100 arguments: a name and a value for each field. */
const MOST_FIELDS = 50;

/** The fields of an event's data as definitions, where a plain column is one too. */
export function eventDataOf(fields: Readonly<Record<string, unknown>>): Readonly<Record<string, FieldDefinition>> {
  const entries = Object.entries(fields);
  if (entries.length > MOST_FIELDS)
    throw new ConfigError(`data() takes at most ${MOST_FIELDS} fields, not ${entries.length}`);
  return Object.fromEntries(
    entries.map(([name, value]) => [
      name,
      isField(value) ? value[field] : { kind: "row", column: columnOf(value, `data(), at ${name},`) },
    ]),
  );
}

function isField(value: unknown): value is { readonly [field]: FieldDefinition } {
  return typeof value === "object" && value !== null && field in value;
}
