/** What an event says of itself, written for a reader. */
import type { AnyStreamTypes, EventOf } from "../../client/client.ts";
import type { JsonObject, JsonValue } from "../../protocol/json.ts";
import type { FieldSchema, KindSchema } from "../../protocol/schema.ts";
import { unitIn, type WrittenUnit } from "./document-value.ts";
import type { Format } from "./format.ts";

export interface EventWords {
  readonly yes: string;
  readonly no: string;
}

interface Field {
  readonly name: string;
  readonly text: (metrics: JsonObject, format: Format, words: EventWords) => string;
}

/** As the schema names them; of an event that it does not know, all as they come. */
export function eventFields({ type, data }: EventOf<AnyStreamTypes>, { events }: KindSchema): readonly Field[] {
  const fields: readonly FieldSchema[] =
    events.find(({ name }) => name === type)?.fields ?? Object.keys(data).map((name) => ({ name, kind: "text" }));
  const currency = fields.find(({ kind }) => kind === "currency");
  const code = currency && data[currency.name];
  const isWritten = ({ kind, unit }: FieldSchema) => kind !== "currency" && typeof unit === "object";
  return fields
    .filter((field) => field !== currency || !fields.some(isWritten))
    .map((field) => ({
      name: field.name,
      text: (metrics, format, words) => {
        const unit = unitIn(metrics, field.unit);
        // An event says itself in which currency it was.
        const own = unit.currency !== undefined && typeof code === "string" ? { currency: code } : unit;
        return textOf(data[field.name] ?? null, field.kind, { format, words, unit: own });
      },
    }));
}

interface Writing {
  readonly format: Format;
  readonly words: EventWords;
  readonly unit: WrittenUnit;
}

function textOf(value: JsonValue, kind: FieldSchema["kind"], { format, words, unit }: Writing): string {
  if (value === null) return "—";
  if (typeof value === "object") return JSON.stringify(value);
  if (typeof value === "boolean") return value ? words.yes : words.no;
  switch (kind) {
    case "number":
    case "decimal":
      return format.amount(String(value), unit);
    case "days":
      return format.days(Number(value));
    case "instant":
      return format.dateAndTime(Date.parse(String(value)));
    default:
      return String(value);
  }
}
