import type { AnyStreamTypes, Owner } from "../../client/client.ts";
import type { JsonObject } from "../../protocol/json.ts";
import type { KindSchema } from "../../protocol/schema.ts";
import { useEvents } from "../../react/use-realtime-stats.ts";
import { Card } from "../cards/card.tsx";
import { useLanguage } from "../language/language.tsx";
import { eventFields } from "../../react/display/event-fields.ts";
import { readable } from "../../react/display/readable.ts";

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
      {/* What scrolls must be reached by keys. */}
      <ol tabIndex={0} aria-label={messages.events.title}>
        {events.map((event) => (
          <li key={event.id} data-event={event.type}>
            <header>
              <strong>{label(event.type)}</strong>
              <time dateTime={new Date(event.timestamp).toISOString()}>{format.time(event.timestamp)}</time>
            </header>
            <dl>
              {eventFields(event, schema).map(({ name, text }) => (
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
