"use client";
/**
 * `@deltad/client/react/display`: an owner's numbers, what happens, and how the connection is, as one component for anybody's page. What
 * there is to show it takes from the daemon's description of the configuration. Without a stylesheet it is plain HTML; `display.css` beside it
 * is one, whose colours are CSS variables.
 */
import type { ReactNode } from "react";
import { Board, type BoardOptions } from "./board.tsx";
import { Boundary } from "./boundary.tsx";
import { type DisplayLabels, type DisplayLanguage, LABELS } from "./labels.ts";

export type { DisplayLabels, DisplayLanguage } from "./labels.ts";

/** What there is to show and how, with the language and texts. */
export type RealtimeMetricsDisplayProps = BoardOptions & {
  /** English by default. Numbers and dates are written as it writes them. */
  readonly language?: DisplayLanguage;
  /** Instead of the language's own texts, any of them; `names` says what metrics, events and fields are called. */
  readonly labels?: Partial<DisplayLabels>;
};

/**
 * Cards, notifications with their count, changes, and the connection, live. What goes wrong inside, a missing token too, is shown in its
 * place and told to `onError`; it does not reach the page around it.
 */
export function RealtimeMetricsDisplay({
  language = "en",
  labels,
  ...options
}: RealtimeMetricsDisplayProps): ReactNode {
  const texts = labels ? { ...LABELS[language], ...labels } : LABELS[language];
  const { url, ownerId, topic, onError } = options;
  return (
    <Boundary key={JSON.stringify([url, ownerId, topic])} labels={texts} onError={onError}>
      <Board language={language} labels={texts} {...options} />
    </Boundary>
  );
}
