import { type ComponentType, useMemo } from "react";
import type { AnyStreamTypes, Owner } from "../client/client.ts";
import { useRealtimeStats } from "../react/use-realtime-stats.ts";
import { Brand } from "./brand.tsx";
import { ConnectionNotice } from "./connection/connection-notice.tsx";
import { ConnectionStatus } from "./connection/connection-status.tsx";
import { kindOf, type NameOf, OwnerPicker } from "./entry/owner-choice.tsx";
import { LanguageSwitch } from "./language/language-switch.tsx";
import { useLanguage } from "./language/language.tsx";
import { usePerFrame } from "./per-frame.ts";

/** What cards are drawn from. */
export interface CardsProps {
  /** Of the topic: `owner`, or another kind that the configuration declares. */
  readonly kind: string;
  /** Empty until there are numbers. */
  readonly metrics: AnyStreamTypes["metrics"];
  /** The instant that they hold for. */
  readonly asOf: string | undefined;
  /** For `useEvents`. */
  readonly owner: Owner<AnyStreamTypes>;
  /** For requests beside the stream. */
  readonly token: string;
  readonly isConnected: boolean;
  /** Shows another topic. */
  readonly onTopic: (topic: string) => void;
}

interface Props {
  readonly Cards: ComponentType<CardsProps>;
  readonly token: string;
  readonly topic: string;
  readonly topics: readonly string[];
  readonly nameOf: NameOf | undefined;
  readonly onTopic: (topic: string) => void;
  readonly onLeave: () => void;
}

export function OwnerPage({ Cards, token, topic, topics, nameOf, onTopic, onLeave }: Props) {
  const { messages } = useLanguage();
  const { metrics: latest, asOf: at, connection, connect, owner, isConnected } = useRealtimeStats({ topic, token });
  const { metrics, asOf } = usePerFrame(useMemo(() => ({ metrics: latest, asOf: at }), [latest, at]));
  const isEmpty = asOf !== undefined && metrics === undefined;
  return (
    <>
      <header className="topbar">
        <Brand />
        <OwnerPicker topic={topic} topics={topics} nameOf={nameOf} onTopic={onTopic} />
        <ConnectionStatus connection={connection} asOf={asOf} />
        <LanguageSwitch />
      </header>
      <main className="dashboard" data-outdated={connection.state !== "live"} data-waiting={asOf === undefined}>
        <h1 className="unseen">{messages.title}</h1>
        <ConnectionNotice connection={connection} onReconnect={connect} onLeave={onLeave} />
        {isEmpty && <p className="notice">{messages.noRow}</p>}
        <Cards
          kind={kindOf(topic)}
          metrics={metrics ?? {}}
          asOf={asOf}
          owner={owner}
          token={token}
          isConnected={isConnected}
          onTopic={onTopic}
        />
      </main>
    </>
  );
}
