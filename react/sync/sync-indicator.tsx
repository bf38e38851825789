"use client";
import type { ReactNode } from "react";
import { labelsOf, type SyncLabels, type SyncLanguage } from "./labels.ts";
import { useSyncStatus } from "./sync-context.ts";

/** In what language, and which other texts. */
export interface SyncTextProps {
  /** English by default. */
  readonly language?: SyncLanguage;
  readonly labels?: Partial<SyncLabels>;
}

/** How far changes have come, in a few words that are read out when they change: `data-sync` has the state. */
export function SyncIndicator({ language, labels }: SyncTextProps): ReactNode {
  const { states, notKept } = labelsOf(language, labels);
  const { state, count, isKept } = useSyncStatus();
  return (
    <span className="deltad-sync" data-sync={state} role="status">
      {states[state](count)}
      {!isKept && <small> {notKept}</small>}
    </span>
  );
}

/** How many changes are on their way; nothing where none is. */
export function PendingOperationsBadge({ language, labels }: SyncTextProps): ReactNode {
  const { pending } = useSyncStatus();
  const { pending: write } = labelsOf(language, labels);
  if (pending === 0) return undefined;
  return (
    <span className="deltad-pending">
      <span aria-hidden="true">{pending}</span>
      <span className="deltad-unseen">{write(pending)}</span>
    </span>
  );
}
