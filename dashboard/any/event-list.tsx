import type { AnyStreamTypes, EventOf, Owner } from "../../client/client.ts";
import type { JsonObject, JsonValue } from "../../protocol/json.ts";
import type { FieldSchema, KindSchema } from "../../protocol/schema.ts";
import { useEvents } from "../../react/use-realtime-stats.ts";
import { Card } from "../cards/card.tsx";
import type { Messages } from "../language/english.ts";
import type { Format } from "../language/format.ts";
import { useLanguage } from "../language/language.tsx";
import { readable } from "../language/readable.ts";
import { unitIn } from "./document-value.ts";

const KEPT = 12;

interface Props {
  readonly schema: KindSchema;
  readonly metrics: JsonObject;
  readonly owner: Owner<AnyStreamTypes>;
  /** What events and their fields are called, where it is not by the words of their names. */
  readonly labels?: Readonly<Record<string, string>>;
  /** What the texts of a field are called, by the field's name. */
  readonly texts?: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/** What happens while the page is open, the newest first. */
export function EventList({ schema, metrics, owner, labels = {}, texts = {} }: Props) {
  const { format, messages } = useLanguage();
  const { events, unread, missed, clear } = useEvents(owner, "*", { keep: KEPT });
  const label = (name: string) => (Object.hasOwn(labels, name) ? labels[name] : readable([name]));
  const called = (name: string, text: string) => {
    const known = Object.hasOwn(texts, name) ? texts[name] : undefined;
    return known && Object.hasOwn(known, text) ? known[text] : text;
  };
  return (
    <Card
      title={messages.events.title}
      className="events"
      aside={
        <button type="button" onClick={clear} disabled={unread === 0}>
          <span data-unread={unread}>{messages.events.clear(unread)}</span>
        </button>
      }
    >
      {missed && <p>{messages.events.missed}</p>}
      {events.length === 0 && <p className="nothing">{messages.nothing}</p>}
      <ol>
        {events.map((event) => (
          <li key={event.id} data-event={event.type}>
            <header>
              <strong>{label(event.type)}</strong>
              <time dateTime={new Date(event.timestamp).toISOString()}>{format.time(event.timestamp)}</time>
            </header>
            <dl>
              {fieldsOf(event, schema).map(({ name, text }) => (
                <div key={name}>
                  <dt>{label(name)}</dt>
                  <dd>{called(name, text(metrics, format, messages))}</dd>
                </div>
              ))}
            </dl>
          </li>
        ))}
      </ol>
    </Card>
  );
}

interface Field {
  readonly name: string;
  readonly text: (metrics: JsonObject, format: Format, messages: Messages) => string;
}

/** As the schema names them; of an event that it does not know, all as they come. */
function fieldsOf({ type, data }: EventOf<AnyStreamTypes>, { events }: KindSchema): readonly Field[] {
  const fields: readonly FieldSchema[] =
    events.find(({ name }) => name === type)?.fields ?? Object.keys(data).map((name) => ({ name, kind: "text" }));
  const currency = fields.find(({ kind }) => kind === "currency");
  const code = currency && data[currency.name];
  const isWritten = ({ kind, unit }: FieldSchema) => kind !== "currency" && typeof unit === "object";
  return fields
    .filter((field) => field !== currency || !fields.some(isWritten))
    .map((field) => ({
      name: field.name,
      text: (metrics, format, messages) => {
        const unit = unitIn(metrics, field.unit);
        // An event says itself in which currency it was.
        const own = unit.currency !== undefined && typeof code === "string" ? { currency: code } : unit;
        return textOf(data[field.name] ?? null, field.kind, { format, messages, unit: own });
      },
    }));
}

interface Writing {
  readonly format: Format;
  readonly messages: Messages;
  readonly unit: ReturnType<typeof unitIn>;
}

function textOf(value: JsonValue, kind: FieldSchema["kind"], { format, messages, unit }: Writing): string {
  if (value === null) return "—";
  if (typeof value === "object") return JSON.stringify(value);
  if (typeof value === "boolean") return value ? messages.yes : messages.no;
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
