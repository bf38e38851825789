/** Whose numbers are shown. */
import { useState } from "react";
import { type LanguageTag, useLanguage } from "../language/language.tsx";
import { fetchSchema } from "../../client/fetch-owner.ts";
import { parseTopic } from "../../protocol/topic.ts";
import { EntryPage } from "./entry-page.tsx";
import { topicOf } from "./topic-of.ts";

/** A daemon that has not told its kinds by then is taken at the word of who asks. */
const SCHEMA_MS = 5_000;

interface FormProps {
  readonly token: string;
  readonly onTopic: (topic: string) => void;
}

/** An administrator's token names no topic: asks which one to show, an owner by its id or any topic by its name. */
export function OwnerForm({ token, onTopic }: FormProps) {
  const { messages } = useLanguage();
  const [text, setText] = useState("");
  const open = async () => {
    const schema = await fetchSchema({
      url: ".",
      getToken: () => token,
      signal: AbortSignal.timeout(SCHEMA_MS),
    }).catch(() => undefined);
    onTopic(topicOf(text.trim(), schema));
  };
  return (
    <EntryPage heading={messages.admin.heading} onSubmit={() => void open()}>
      <p>{messages.admin.how}</p>
      <label htmlFor="owner">{messages.admin.label}</label>
      <input
        id="owner"
        required
        pattern=".*\S.*"
        maxLength={256}
        autoComplete="off"
        value={text}
        onChange={(event) => setText(event.target.value)}
      />
      <button type="submit" className="primary">
        {messages.admin.open}
      </button>
    </EntryPage>
  );
}

/** What a topic is called; undefined for those that go by their names. */
export type NameOf = (topic: string, tag: LanguageTag) => string | undefined;

interface Props {
  readonly topic: string;
  readonly topics: readonly string[];
  readonly nameOf: NameOf | undefined;
  readonly onTopic: (topic: string) => void;
}

/** Names whose numbers they are; lets choose where the token names several. */
export function OwnerPicker({ topic, topics, nameOf, onTopic }: Props) {
  const { messages, tag } = useLanguage();
  const called = (one: string) => nameOf?.(one, tag) ?? shortName(one);
  const label = kindOf(topic) === "owner" && messages.owner;
  if (topics.length < 2) {
    return (
      <span className="owner">
        {label} <strong>{called(topic)}</strong>
      </span>
    );
  }
  return (
    <label className="owner">
      {label}{" "}
      <select aria-label={messages.owner} value={topic} onChange={(event) => onTopic(event.target.value)}>
        {topics.map((one) => (
          <option key={one} value={one}>
            {called(one)}
          </option>
        ))}
      </select>
    </label>
  );
}

/** Owners go by their ids, as people call them, all else by the topic's name. */
function shortName(topic: string): string {
  const { kind, key = topic } = parseTopic(topic) ?? {};
  return kind === "owner" ? key : topic;
}

/** What the topic of this name is one of. */
export function kindOf(topic: string): string {
  return parseTopic(topic)?.kind ?? "";
}
