/** `deltad/react`: an owner's live metrics and notifications in a component. */
import { useEffect, useState, useSyncExternalStore } from "react";
import type { AnyShape, Cause, Client, Connection, Shape, View } from "../client/client.ts";
import { type Notifications, useNotifications } from "./notifications.ts";
import { errorOf, OwnClient, type OwnClientOptions } from "./own-client.ts";
import { useProvidedClient } from "./provider.ts";

export type { BookingNotification, OccupancyChange } from "./notifications.ts";
export { RealtimeProvider } from "./provider.ts";

export interface RealtimeOptions<S extends Shape> extends OwnClientOptions {
  /** False: nothing connects until `connect` is called. Below a provider, the provider says. */
  readonly autoConnect?: boolean;
  /** False: nothing is asked for, and the hook's own connection is closed. */
  readonly enabled?: boolean;
  /** Shown until the first snapshot comes, on the server too: what `GET /v1/owners/:id/metrics` answers with. */
  readonly initial?: { readonly data: S["metrics"]; readonly asOf: string };
}

export interface RealtimeStats<S extends Shape> extends Notifications<S> {
  /** Undefined until there are numbers, and while the owner has no row. Kept while disconnected. */
  readonly metrics: S["metrics"] | undefined;
  /** The instant that the metrics hold for, ISO with microseconds. */
  readonly asOf: string | undefined;
  readonly connection: Connection;
  readonly state: Connection["state"];
  /** True in `live` and `stale`. */
  readonly isConnected: boolean;
  /** Why there is no connection; undefined while there is one, or none is wanted. */
  readonly error: Cause | undefined;
  /** Connects, or tries again at once. Below a provider this and `disconnect` are about the socket of all. */
  readonly connect: () => void;
  readonly disconnect: () => void;
  readonly clearNotifications: () => void;
}

const NOTHING: View<never> = { connection: { state: "idle" }, metrics: undefined, asOf: undefined };

/**
 * Below a {@link RealtimeProvider} it shares the provider's socket; elsewhere it keeps one of its own while the component is there, for
 * which it needs `token` or `getToken`. The daemon is at `url`, by default where the page is.
 */
export function useRealtimeStats<S extends Shape = AnyShape>(options: RealtimeOptions<S>): RealtimeStats<S> {
  const { ownerId, autoConnect = true, enabled = true, initial } = options;
  const client = useClient(options, enabled, autoConnect);
  const owner = client.owner(ownerId);
  const view = useSyncExternalStore<View<S["metrics"]>>(
    enabled ? owner.subscribe : subscribeToNothing,
    enabled ? owner.getSnapshot : viewOfNothing,
    viewOfNothing,
  );
  const { connection } = view;
  const shown = view.asOf === undefined && initial ? { metrics: initial.data, asOf: initial.asOf } : view;
  return {
    ...useNotifications(owner, enabled),
    metrics: shown.metrics,
    asOf: shown.asOf,
    connection,
    state: connection.state,
    isConnected: connection.state === "live" || connection.state === "stale",
    error: errorOf(connection),
    connect: client.connect,
    disconnect: client.close,
  };
}

function useClient<S extends Shape>(options: OwnClientOptions, enabled: boolean, autoConnect: boolean): Client<S> {
  const provided = useProvidedClient<S>();
  const [own] = useState(() => (provided ? undefined : new OwnClient<S>(options)));
  useEffect(() => own?.update(options));
  useEffect(() => {
    if (enabled && autoConnect) own?.client.connect();
    return own?.client.close;
  }, [own, enabled, autoConnect]);
  const client = provided ?? own?.client;
  if (!client) throw new Error("the RealtimeProvider around useRealtimeStats is gone");
  return client;
}

function subscribeToNothing(): () => void {
  return () => undefined;
}

function viewOfNothing(): View<never> {
  return NOTHING;
}
