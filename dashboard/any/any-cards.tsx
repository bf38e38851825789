/** The cards of any configuration, drawn from the schema that the daemon tells. */
import { useLanguage } from "../language/language.tsx";
import type { CardsProps } from "../owner-page.tsx";
import { AnyCard } from "./any-card.tsx";
import { arrange } from "../../react/display/arrange.ts";
import { EventList } from "./event-list.tsx";
import { useSchema } from "./use-schema.ts";

export function AnyCards({ kind, metrics, asOf, owner, token, isConnected }: CardsProps) {
  const { messages } = useLanguage();
  const schema = useSchema(token, isConnected, kind);
  if (!schema) return undefined;
  const { wide, narrow } = arrange(schema);
  const draw = (cards: typeof wide) =>
    cards.map((card) => (
      <AnyCard key={card.name ?? ""} card={card} title={messages.overview} metrics={metrics} asOf={asOf} />
    ));
  const events = schema.events.length > 0 && <EventList schema={schema} metrics={metrics} owner={owner} />;
  return (
    <>
      {wide.length > 0 && <div className="column wide">{draw(wide)}</div>}
      {(narrow.length > 0 || events) && (
        <div className={wide.length > 0 ? "column side" : "column tiles"}>
          {draw(narrow)}
          {events}
        </div>
      )}
    </>
  );
}
