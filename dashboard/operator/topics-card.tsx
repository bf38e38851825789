import { useState } from "react";
import { useLanguage } from "../language/language.tsx";
import { type Action, useAct } from "./actions.tsx";
import type { Statistics } from "./answers.ts";
import { ScrolledTable, TableHead } from "./scrolled-table.tsx";
import { useWords } from "./words.ts";

const ON_TOPIC = ["reload", "verify", "closeTopic"] as const satisfies readonly Action["kind"][];

/** The topics with the most subscriptions; any topic may be acted on by its name. */
export function TopicsCard({ statistics }: { readonly statistics: Statistics | undefined }) {
  const words = useWords();
  const { format } = useLanguage();
  const [name, setName] = useState("");
  return (
    <section className="card" aria-labelledby="topics">
      <h2 id="topics">{words.topics.title}</h2>
      <ScrolledTable label={words.topics.title}>
        <TableHead names={[words.topics.topic, words.subscriptions, words.act]} />
        <tbody>
          {statistics?.all.largestTopics.map(({ topic, subscriptions }) => (
            <tr key={topic}>
              <th scope="row">{topic}</th>
              <td>{format.count(subscriptions)}</td>
              <td>
                <TopicButtons topic={topic} />
              </td>
            </tr>
          ))}
        </tbody>
      </ScrolledTable>
      <p className="filter">
        <label htmlFor="topic-name">{words.topics.another}</label>
        <input id="topic-name" value={name} placeholder="owner:42" onChange={(event) => setName(event.target.value)} />
        {name.trim() !== "" && <TopicButtons topic={name.trim()} />}
      </p>
    </section>
  );
}

function TopicButtons({ topic }: { readonly topic: string }) {
  const words = useWords();
  const act = useAct();
  return (
    <span className="buttons">
      {ON_TOPIC.map((kind) => (
        <button
          key={kind}
          type="button"
          aria-label={`${words.actions[kind].verb} ${topic}`}
          onClick={() => act({ kind, name: topic })}
        >
          {words.actions[kind].verb}…
        </button>
      ))}
    </span>
  );
}
