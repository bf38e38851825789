/** The display itself: what is known of the owner, handed to its parts. */
import { type ReactNode, useMemo } from "react";
import type { AnyStreamTypes } from "../../client/client.ts";
import type { Schema } from "../../protocol/schema.ts";
import { hasToken, type OwnClientOptions } from "../own-client.ts";
import { MARKETPLACE_EVENTS, useEvents, useRealtimeStats } from "../use-realtime-stats.ts";
import { Announcement } from "./announcement.tsx";
import { type CardPlan, cardPlans } from "./arrange.ts";
import { Card } from "./card.tsx";
import { ConnectionBar } from "./connection-bar.tsx";
import { debugPanel } from "./debug-panel.tsx";
import { scalarAt } from "./document-value.ts";
import { formatFor } from "./format.ts";
import type { DisplayLabels, DisplayLanguage } from "./labels.ts";
import { Happened, Unread } from "./notifications.tsx";
import { schemaOf } from "./schema-of.ts";
import { nameOf, type Shown, ShownProvider } from "./shown.tsx";
import { useDaemonSchema } from "./use-schema.ts";
import { metricWriter } from "./write-metric.ts";

/** Notifications and changes together. */
const KEPT = 20;
const NO_METRICS = {};

/** Whose numbers, by which connection, as of `useRealtimeStats`; and what is shown of them. */
export type BoardOptions = OwnClientOptions & {
  /** The names of events that are listed by themselves, as changes; by default those of `useRealtimeStats`. */
  readonly changes?: readonly string[];
  /** Of the cards' headings, 2 by default. */
  readonly headingLevel?: number;
  /** What `GET /v1/schema` answers with: nobody is asked then. Needed where a provider's client has the token. */
  readonly schema?: Schema;
  /** Shown until the first snapshot comes, on the server too: what `fetchOwner` gives. */
  readonly initial?: { readonly data: AnyStreamTypes["metrics"]; readonly asOf: string };
  /** True: in development there is a panel with what the display knows. */
  readonly debug?: boolean;
};

type Props = BoardOptions & { readonly language: DisplayLanguage; readonly labels: DisplayLabels };

export function Board(props: Props): ReactNode {
  const {
    language,
    labels,
    changes = MARKETPLACE_EVENTS.changes,
    headingLevel = 2,
    schema: given,
    enabled = true,
  } = props;
  const { owner, connection, isConnected, connect, asOf, ...stats } = useRealtimeStats({
    ...props,
    // All events are had together.
    notifications: [],
    changes: [],
  });
  const { events, unread, missed, clear } = useEvents(owner, "*", { keep: KEPT, enabled });
  if (isConnected && !given && !hasToken(props)) {
    throw new Error(
      "RealtimeMetricsDisplay needs token or getToken to ask the daemon for the schema, or the schema itself",
    );
  }
  const known = useDaemonSchema({
    url: props.url ?? ".",
    getToken: (request) => props.token ?? props.getToken?.(request) ?? "",
    schema: given,
    isWanted: enabled && hasToken(props),
    isConnected,
  });
  const [kind = ""] = owner.topic.split(":");
  const schema = known.schema && schemaOf(known.schema, kind);
  const cards = useMemo(() => (schema ? cardPlans(schema) : []), [schema]);
  const format = useMemo(() => formatFor(language), [language]);
  const { metrics = NO_METRICS } = stats;
  const isKnown = asOf !== undefined;
  const figures = useMemo(
    () => figuresOf(cards, { labels, metrics, format, isKnown }),
    [cards, labels, metrics, format, isKnown],
  );
  const shown: Shown = { language, labels, format, headingLevel, metrics, isKnown };
  const isChange = ({ type }: { readonly type: string }) => changes.includes(type);
  const newest = events[0];
  return (
    <ShownProvider value={shown}>
      <section className="deltad-display" aria-label={labels.title} lang={language} data-status={stats.status}>
        <ConnectionBar connection={connection} asOf={asOf} onReconnect={connect} />
        {asOf !== undefined && stats.metrics === undefined && <p className="deltad-trouble">{labels.noRow}</p>}
        {known.error && <p className="deltad-trouble">{labels.noSchema(known.error.message)}</p>}
        {!schema && !known.error && <p className="deltad-none">{labels.unknown}</p>}
        <div className="deltad-cards">
          {cards.map((card) => (
            <Card key={card.name ?? ""} card={card} />
          ))}
          {schema && schema.events.length > 0 && (
            <Happened
              title={labels.notifications}
              events={events.filter((event) => !isChange(event))}
              schema={schema}
              missed={missed}
              aside={<Unread unread={unread} onClear={clear} />}
            />
          )}
          {schema?.events.some(({ name }) => changes.includes(name)) && (
            <Happened title={labels.changes} events={events.filter(isChange)} schema={schema} />
          )}
        </div>
        <Announcement
          sayable={
            asOf === undefined
              ? undefined
              : {
                  state: labels.connection[connection.state],
                  unread,
                  news: (count) => labels.news(count, newest ? nameOf(labels, [newest.type]) : ""),
                  figures,
                }
          }
        />
        {props.debug === true &&
          debugPanel({ topic: owner.topic, status: stats.status, connection, asOf, unread, known })}
      </section>
    </ShownProvider>
  );
}

function figuresOf(
  cards: readonly CardPlan[],
  { labels, metrics, format, isKnown }: Pick<Shown, "labels" | "metrics" | "format" | "isKnown">,
): ReadonlyMap<string, string> {
  const written = cards.flatMap(({ name, figures, rings, growths }) =>
    [...rings, ...figures, ...growths].map((metric) => {
      const label = [...(name === undefined ? [] : [nameOf(labels, [name])]), nameOf(labels, metric.path)].join(", ");
      const value = scalarAt(metrics, metric.path);
      const write = metricWriter(metric, metrics, format);
      return [label, value === undefined ? (isKnown ? labels.none : labels.unknown) : write(value as never)] as const;
    }),
  );
  return new Map(written);
}
