import { type ReactNode, useId } from "react";
import type { AnyStreamTypes, EventOf } from "../../client/client.ts";
import type { KindSchema } from "../../protocol/schema.ts";
import { eventFields } from "./event-fields.ts";
import { Heading, nameOf, useShown } from "./shown.tsx";

interface Props {
  readonly title: string;
  readonly events: readonly EventOf<AnyStreamTypes>[];
  readonly schema: KindSchema;
  /** Beside the heading. */
  readonly aside?: ReactNode;
  /** Some may have been missed. */
  readonly missed?: boolean;
}

/** Events, the newest first. */
export function Happened({ title, events, schema, aside, missed = false }: Props): ReactNode {
  const { labels, metrics, format } = useShown();
  const heading = useId();
  return (
    <section className="deltad-card deltad-events" aria-labelledby={heading}>
      <header>
        <Heading id={heading}>{title}</Heading>
        {aside}
      </header>
      {missed && <p>{labels.missed}</p>}
      {events.length === 0 && <p className="deltad-none">{labels.none}</p>}
      {events.length > 0 && (
        <ol>
          {events.map((event) => (
            <li key={event.id} data-event={event.type}>
              <strong>{nameOf(labels, [event.type])}</strong>{" "}
              <time dateTime={new Date(event.timestamp).toISOString()}>{format.time(event.timestamp)}</time>
              <dl>
                {eventFields(event, schema).map(({ name, text }) => (
                  <div key={name}>
                    <dt>{nameOf(labels, [name])}</dt>
                    <dd>{text(metrics, format, labels)}</dd>
                  </div>
                ))}
              </dl>
            </li>
          ))}
        </ol>
      )}
    </section>
  );
}

interface UnreadProps {
  readonly unread: number;
  readonly onClear: () => void;
}

/** A button that has nothing to do stays where it is, for whoever has just pressed it. */
export function Unread({ unread, onClear }: UnreadProps): ReactNode {
  const { labels } = useShown();
  return (
    <>
      <span className="deltad-unread" data-unread={unread}>
        {labels.unread(unread)}
      </span>
      <button type="button" aria-disabled={unread === 0} onClick={onClear}>
        {labels.clear}
      </button>
    </>
  );
}
