"use client";
/** `@deltad/client/react/sync`: rows that users change in components, how far their changes have come, and what they must decide. */
import { useMemo } from "react";
import type { ChannelTypes, Item } from "../../client/channels/channel.ts";
import type { Cause, Connection } from "../../client/client.ts";
import type { Document, DocumentView } from "../../client/sync/sync.ts";
import type { ChannelKey } from "../channels/use-rows.ts";
import { errorOf } from "../own-client.ts";
import { type Status, statusOf } from "../status.ts";
import { isThere, useView } from "../use-owner.ts";
import { useSync } from "./sync-context.ts";

export { ConflictResolution, type ConflictResolutionProps } from "./conflict-resolution.tsx";
export type { SyncLabels, SyncLanguage } from "./labels.ts";
export { LiveWidget, type LiveWidgetProps } from "./live-widget.tsx";
export {
  DashboardRealtimeProvider,
  type DashboardRealtimeProviderProps,
  useFailures,
  useSync,
  useSyncStatus,
} from "./sync-context.ts";
export { PendingOperationsBadge, SyncIndicator, type SyncTextProps } from "./sync-indicator.tsx";

/** What {@link useDocument} returns. The same object until something changes. */
export interface ShownDocument<Sets, Row> {
  /** Changes rows; undefined while there is no key. */
  readonly document: Document<Sets> | undefined;
  /** With this user's changes; empty until the first came. */
  readonly items: readonly Item<Row>[];
  /** Keys of rows that the user has changed, and the database has not yet. */
  readonly pending: ReadonlySet<string>;
  /** `loading` until the first came; `error`: refused, or the connection has stopped. */
  readonly status: Status;
  readonly connection: Connection;
  /** Why there is no connection; undefined while there is one, or none is wanted. */
  readonly error: Cause | undefined;
}

const NO_KEYS: ReadonlySet<string> = new Set<string>();
const NO_ITEMS: readonly never[] = [];
const NO_ROWS: DocumentView<never> = {
  connection: { state: "idle" },
  items: undefined,
  hasOlder: false,
  isLoadingOlder: false,
  pending: NO_KEYS,
};
const noRows = (): DocumentView<never> => NO_ROWS;

/**
 * The rows of one set of a channel that the user may change, which is subscribed to while the component is there, by the
 * `DashboardRealtimeProvider` around it. `useDocument<ChannelTypesOf<typeof config>, "board", "widgets">("board", id, "widgets")` knows its rows.
 */
export function useDocument<
  Types extends ChannelTypes = ChannelTypes,
  Kind extends keyof Types & string = string,
  Name extends keyof Types[Kind] & string = keyof Types[Kind] & string,
>(kind: Kind, key: ChannelKey, name: Name): ShownDocument<Types[Kind], Types[Kind][Name]> {
  const sync = useSync<Types>();
  const document = isThere(key) ? sync.document(kind, key) : undefined;
  const view = useView(document?.rows(name), noRows);
  return useMemo(() => {
    const { connection, items, pending } = view;
    const status = statusOf(connection, items !== undefined);
    return { document, items: items ?? NO_ITEMS, pending, status, connection, error: errorOf(connection) };
  }, [document, view]);
}
