import { type ComponentType, useEffect, useState } from "react";
import { Connected } from "./connected.tsx";
import { readClaims } from "./entry/claims.ts";
import { kindOf, OwnerForm } from "./entry/owner-choice.tsx";
import { TokenForm } from "./entry/token-form.tsx";
import { type CardsProps, OwnerPage } from "./owner-page.tsx";
import { forget, remember, remembered, takeFragmentToken } from "./storage.ts";

interface Props {
  readonly Cards: ComponentType<CardsProps>;
  readonly initialToken: string | undefined;
  /** Kinds of topics that the cards of another show: by themselves they are not offered beside it. */
  readonly parts: readonly string[];
}

/** Finds out whose numbers to show: token, then topic, then the page. */
export function App({ Cards, initialToken, parts }: Props) {
  const [token, setToken] = useState(initialToken);
  const [chosen, setChosen] = useState(() => remembered("topic"));

  useEffect(() => {
    const follow = () => {
      const fresh = takeFragmentToken();
      if (fresh === undefined) return;
      setToken(fresh);
      setChosen(undefined);
    };
    addEventListener("hashchange", follow);
    return () => removeEventListener("hashchange", follow);
  }, []);

  const chooseToken = (fresh: string) => {
    remember("token", fresh);
    setToken(fresh);
  };
  const chooseTopic = (topic: string) => {
    remember("topic", topic);
    setChosen(topic);
  };
  const leave = () => {
    forget("token");
    forget("topic");
    setToken(undefined);
    setChosen(undefined);
  };

  const claims = token === undefined ? undefined : readClaims(token);
  if (token === undefined || !claims || (claims.topics.length === 0 && !claims.isAdmin)) {
    return <TokenForm key={token} rejected={token} onToken={chooseToken} />;
  }
  const whole = claims.topics.filter((topic) => !parts.includes(kindOf(topic)));
  const topics = whole.length > 0 ? whole : claims.topics;
  const isOpen = chosen !== undefined && (claims.isAdmin || claims.topics.includes(chosen));
  const topic = isOpen ? chosen : topics[0];
  if (topic === undefined) return <OwnerForm token={token} onTopic={chooseTopic} />;
  return (
    <Connected key={`${topic} ${token}`} token={token}>
      <OwnerPage Cards={Cards} token={token} topic={topic} topics={topics} onTopic={chooseTopic} onLeave={leave} />
    </Connected>
  );
}
