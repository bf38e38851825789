/** Where a queue stands, in a word and a number. */
import type { Entry } from "./operation.ts";

/** What there is to tell of changes on their way. The same object until something changes. */
export interface SyncStatus {
  /**
   * `synced`: the database has all. `pending`: some are on their way; `offline`: until there is a connection. `conflict`: somebody else has
   * changed the same. `attention`: some can't be done. The last two wait for a decision, and hold nothing else.
   */
  readonly state: "synced" | "pending" | "offline" | "conflict" | "attention";
  /** How many of that state. */
  readonly count: number;
  /** How many are on their way, whatever the state. */
  readonly pending: number;
  /** False where the browser keeps nothing: what is not done when the tab is closed is lost. */
  readonly isKept: boolean;
}

export function statusOf(entries: readonly Entry[], isOnline: boolean, isKept: boolean): SyncStatus {
  const failed = failuresOf(entries).length;
  const attention = failuresOf(entries).filter(({ failure }) => failure?.outcome !== "conflict").length;
  const pending = entries.filter(({ failure }) => !failure).length;
  const ofPending = pending > 0 ? (isOnline ? "pending" : "offline") : "synced";
  const state = attention > 0 ? "attention" : failed > 0 ? "conflict" : ofPending;
  return { state, count: attention || failed || pending, pending, isKept };
}

/** What somebody must decide about; of a batch, what made it fail. */
export function failuresOf(entries: readonly Entry[]): readonly Entry[] {
  return entries.filter(({ failure }) => failure && failure.outcome !== "aborted");
}
