/** What the daemons do at this moment, and what an operator may have done. */
import { useEffect, useEffectEvent, useState } from "react";
import { Brand } from "../brand.tsx";
import { LanguageSwitch } from "../language/language-switch.tsx";
import { Actions } from "./actions.tsx";
import type { State, Statistics } from "./answers.ts";
import { ConnectionsCard } from "./connections-card.tsx";
import { DaemonsCard } from "./daemons-card.tsx";
import { DatabaseCard } from "./database-card.tsx";
import { OptionsCard } from "./options-card.tsx";
import { TopicsCard } from "./topics-card.tsx";
import { TotalsCard } from "./totals-card.tsx";
import { usePolled } from "./use-polled.ts";
import { useWords } from "./words.ts";

interface Props {
  readonly token: string;
  /** `isRefused`: the listener does not know the token. */
  readonly onLeave: (isRefused: boolean) => void;
}

const EVERY_MS = 2_000;

export function OperatorPage({ token, onLeave }: Props) {
  const words = useWords();
  const statistics = usePolled<Statistics>(token, "statistics", EVERY_MS);
  const state = usePolled<State>(token, "state", EVERY_MS);
  const [changes, setChanges] = useState(0);
  const refused = statistics.refused ?? state.refused;
  const leave = useEffectEvent(() => onLeave(true));
  useEffect(() => {
    if (refused?.status === 401) leave();
  }, [refused]);
  useEffect(() => {
    document.title = `deltad · ${words.title}`;
  }, [words]);
  const changed = () => {
    setChanges((count) => count + 1);
    statistics.again();
    state.again();
  };
  const reach = statistics.answer;
  return (
    <Actions token={token} onDone={changed}>
      <header className="topbar">
        <Brand />
        <h1 className="owner">{words.title}</h1>
        <LanguageSwitch />
        <button type="button" onClick={() => onLeave(false)}>
          {words.leave}
        </button>
      </header>
      <main className="dashboard">
        <p className="notice" role="status">
          {refused === undefined ? undefined : words.refused(refused.message)}
          {reach && reach.silent > 0 ? words.silent(reach.silent) : undefined}
          {reach?.isPartial ? words.partial : undefined}
        </p>
        <TotalsCard statistics={statistics.answer} state={state} />
        <DaemonsCard state={state} />
        <DatabaseCard state={state.answer} />
        <ConnectionsCard token={token} changes={changes} />
        <TopicsCard statistics={statistics.answer} />
        <OptionsCard token={token} />
      </main>
    </Actions>
  );
}
