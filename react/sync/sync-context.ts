"use client";
import {
  createContext,
  createElement,
  type ReactElement,
  type ReactNode,
  useContext,
  useEffect,
  useState,
} from "react";
import type { ChannelTypes } from "../../client/channels/channel.ts";
import type { AnyStreamTypes, Client } from "../../client/client.ts";
import { createSync, type Entry, type Sync, type SyncOptions, type SyncStatus } from "../../client/sync/sync.ts";
import { RealtimeProvider } from "../provider.ts";
import { useView } from "../use-owner.ts";

const SyncContext = createContext<Sync | undefined>(undefined);
const SYNCED: SyncStatus = { state: "synced", count: 0, pending: 0, isKept: true };
const NONE: readonly Entry[] = [];
const synced = (): SyncStatus => SYNCED;
const none = (): readonly Entry[] => NONE;

/** Whose changes, by which client. */
export interface DashboardRealtimeProviderProps extends SyncOptions {
  /** Made outside of components; it connects to nothing by itself. */
  readonly client: Client;
  /** False: nothing connects until somebody calls `connect`. */
  readonly autoConnect?: boolean;
  readonly children?: ReactNode;
}

/**
 * One socket and one queue of changes for all below it, while it is there; a `RealtimeProvider` as well. Changes of another `subject` are
 * another queue.
 */
export function DashboardRealtimeProvider(props: DashboardRealtimeProviderProps): ReactElement {
  const { client, subject, name } = props;
  return createElement(SyncProvider, { key: JSON.stringify([subject, name]), ...props, client });
}

function SyncProvider({
  client,
  children,
  autoConnect = true,
  ...options
}: DashboardRealtimeProviderProps): ReactElement {
  const [sync] = useState(() => createSync(client, options));
  useEffect(() => sync.start(), [sync]);
  const inner = createElement(SyncContext.Provider, { value: sync }, children);
  return createElement(RealtimeProvider<AnyStreamTypes>, { client, autoConnect }, inner);
}

/** What the provider around it has of changes. Throws an Error where there is none. */
export function useSync<Types extends ChannelTypes = ChannelTypes>(): Sync<Types> {
  const sync = useContext(SyncContext);
  if (!sync) throw new Error("no DashboardRealtimeProvider");
  return sync as unknown as Sync<Types>;
}

/** How far changes have come. */
export function useSyncStatus(): SyncStatus {
  return useView(useSync().status, synced);
}

/** What was not done, and waits for `useSync().decide`. */
export function useFailures(): readonly Entry[] {
  return useView(useSync().failures, none);
}
