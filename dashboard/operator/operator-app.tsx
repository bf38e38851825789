import { useState } from "react";
import { EntryPage } from "../entry/entry-page.tsx";
import { forget, remember } from "../storage.ts";
import { OperatorPage } from "./operator-page.tsx";
import { useWords } from "./words.ts";

/** Asks for a token of the listener, and then shows what the daemons do. */
export function OperatorApp({ initialToken }: { readonly initialToken: string | undefined }) {
  const [token, setToken] = useState(initialToken);
  const [wasRefused, setWasRefused] = useState(false);
  const leave = (isRefused: boolean) => {
    forget("token");
    setToken(undefined);
    setWasRefused(isRefused);
  };
  const begin = (shown: string) => {
    remember("token", shown);
    setToken(shown);
  };
  if (token === undefined) return <TokenEntry wasRefused={wasRefused} onToken={begin} />;
  return <OperatorPage token={token} onLeave={leave} />;
}

interface EntryProps {
  readonly wasRefused: boolean;
  readonly onToken: (token: string) => void;
}

function TokenEntry({ wasRefused, onToken }: EntryProps) {
  const words = useWords();
  const [text, setText] = useState("");
  return (
    <EntryPage heading={words.token.heading} onSubmit={() => onToken(text.trim())}>
      <p>{words.token.how}</p>
      <label htmlFor="token">{words.token.label}</label>
      <input
        id="token"
        type="password"
        required
        autoComplete="off"
        value={text}
        aria-describedby="token-problem"
        onChange={(event) => setText(event.target.value)}
      />
      <p id="token-problem" className="problem" role="alert">
        {wasRefused ? words.token.refused : undefined}
      </p>
      <button type="submit" className="primary">
        {words.token.open}
      </button>
    </EntryPage>
  );
}
