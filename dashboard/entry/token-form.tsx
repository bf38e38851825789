import { useState } from "react";
import { useLanguage } from "../language/language.tsx";
import { readClaims } from "./claims.ts";
import { EntryPage } from "./entry-page.tsx";

interface Props {
  /** A token that was there but can't be used. */
  readonly rejected: string | undefined;
  readonly onToken: (token: string) => void;
}

/** Shown when there is no usable token: says where tokens come from and takes one. */
export function TokenForm({ rejected, onToken }: Props) {
  const { messages } = useLanguage();
  const [text, setText] = useState("");
  const [refused, setRefused] = useState(rejected);
  const problem =
    refused === undefined ? undefined : readClaims(refused) ? messages.token.nameless : messages.token.broken;
  const submit = () => {
    const token = text.trim();
    const claims = readClaims(token);
    if (claims && (claims.isAdmin || claims.topics.length > 0)) onToken(token);
    else setRefused(token);
  };
  return (
    <EntryPage heading={messages.token.heading} onSubmit={submit}>
      <p>
        {messages.token.missing} <code>{`${location.origin}/#token=…`}</code>
      </p>
      <p>
        {messages.token.how} <code>npx deltad token --owner 1</code>
      </p>
      <label htmlFor="token">{messages.token.label}</label>
      <textarea
        id="token"
        rows={4}
        required
        spellCheck={false}
        autoComplete="off"
        value={text}
        aria-invalid={problem !== undefined}
        aria-describedby="token-problem"
        onChange={(event) => setText(event.target.value)}
      />
      <p id="token-problem" className="problem" role="alert">
        {problem}
      </p>
      <button type="submit" className="primary">
        {messages.token.open}
      </button>
    </EntryPage>
  );
}
