import { type ComponentType, useEffect, useEffectEvent, useState } from "react";
import { subjectOf } from "../react/own-client.ts";
import { Connected } from "./connected.tsx";
import { readClaims } from "./entry/claims.ts";
import { kindOf, type NameOf, OwnerForm } from "./entry/owner-choice.tsx";
import { TokenForm } from "./entry/token-form.tsx";
import { type CardsProps, OwnerPage } from "./owner-page.tsx";
import { forget, remember, remembered, takeFragmentToken } from "./storage.ts";

/** What a page may say of topics. */
export interface PageParts {
  /** Kinds that the cards of another show beside its numbers: they are not offered by themselves, but to a token that opens nothing else. */
  readonly parts?: readonly string[];
  /** The topic with which an administrator begins whose token names none; without one they are asked. */
  readonly home?: string;
  /** What a topic is called, where it is not by its own name. */
  readonly nameOf?: NameOf;
}

interface Props extends PageParts {
  readonly Cards: ComponentType<CardsProps>;
  readonly initialToken: string | undefined;
}

const NONE: readonly string[] = [];

/** Finds out whose numbers to show: token, then topic, then the page. */
export function App({ Cards, initialToken, parts = NONE, home, nameOf }: Props) {
  const [token, setToken] = useState(initialToken);
  const [chosen, setChosen] = useState(() => remembered("topic"));

  const follow = useEffectEvent(() => {
    const fresh = takeFragmentToken();
    if (fresh === undefined) return;
    setToken(fresh);
    if (token === undefined || whose(fresh) !== whose(token)) setChosen(undefined);
    else if (chosen !== undefined) remember("topic", chosen);
  });
  useEffect(() => {
    const onHash = () => follow();
    addEventListener("hashchange", onHash);
    return () => removeEventListener("hashchange", onHash);
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
  const named = whole.length > 0 ? whole : claims.topics;
  const isOpen = chosen !== undefined && (claims.isAdmin || claims.topics.includes(chosen));
  const more = claims.isAdmin ? [home, chosen].filter((one) => one !== undefined) : [];
  const topics = home === undefined ? named : [...new Set([...named, ...more])];
  const topic = isOpen ? chosen : topics[0];
  if (topic === undefined) return <OwnerForm token={token} onTopic={chooseTopic} />;
  return (
    <Connected key={`${topic} ${whose(token)}`} token={token}>
      <OwnerPage {...{ Cards, token, topic, topics, nameOf }} onTopic={chooseTopic} onLeave={leave} />
    </Connected>
  );
}

/** Tokens of one subject follow each other: what the page has come to know stays. */
function whose(token: string): string {
  return JSON.stringify(subjectOf(token));
}
