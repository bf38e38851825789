"use client";
/** `@deltad/client/react`: an owner's live metrics and events in a component. */
import { useCallback, useEffect, useId, useMemo, useState, useSyncExternalStore } from "react";
import type {
  AnyStreamTypes,
  Cause,
  Client,
  Connection,
  EventName,
  EventOf,
  Owner,
  StreamTypes,
  View,
} from "../client/client.ts";
import { makeCause } from "../client/make-cause.ts";
import { errorOf, hasToken, keyOf, OwnClient, type OwnClientOptions, ownerOf } from "./own-client.ts";
import { useProvidedClient } from "./provider.ts";
import { type Status, statusOf } from "./status.ts";
import { useEvents } from "./use-events.ts";
import { subscribeToNothing, viewOfNothing } from "./use-owner.ts";

export { RealtimeProvider, useClient } from "./provider.ts";
export type { Status } from "./status.ts";
export {
  type OwnerId,
  type OwnerView,
  type ProvidedConnection,
  useConnection,
  useOwner,
  useSuspenseOwner,
} from "./use-owner.ts";
export { type Events, type EventsOptions, useEvents } from "./use-events.ts";

/** The events of the marketplace in demo/: what a hook shows that is told no names. */
export const MARKETPLACE_EVENTS = {
  notifications: ["booking_created", "booking_updated", "booking_completed"],
  changes: ["occupancy_changed"],
} as const;

/** Those of the marketplace's events that a configuration has. */
type Default<S extends StreamTypes, What extends keyof typeof MARKETPLACE_EVENTS> = EventName<S> &
  (typeof MARKETPLACE_EVENTS)[What][number];

/** An event of the names in `notifications`. */
export type BookingNotification<S extends StreamTypes> = EventOf<S, Default<S, "notifications">>;
/** An event of the names in `changes`. */
export type OccupancyChange<S extends StreamTypes> = EventOf<S, Default<S, "changes">>;

/** Whose numbers a component shows, which events, and by which connection. */
export type RealtimeOptions<
  S extends StreamTypes,
  Notification extends EventName<S> = Default<S, "notifications">,
  Change extends EventName<S> = Default<S, "changes">,
> = OwnClientOptions & {
  /** The names of the events in `bookingNotifications`; by default those of the marketplace in demo/. */
  readonly notifications?: readonly Notification[];
  /** The names of the events in `occupancyChanges`; by default the marketplace's. */
  readonly changes?: readonly Change[];
  /** False: nothing connects until `connect` is called. Below a provider, the provider says. */
  readonly autoConnect?: boolean;
  /** Shown until the first snapshot comes, on the server too: what `GET /v1/topics/owner:7` answers with. */
  readonly initial?: { readonly data: S["metrics"]; readonly asOf: string };
};

/** What the hook returns: the owner's metrics and events, and how the connection is. */
export interface RealtimeStats<
  S extends StreamTypes,
  Notification extends EventName<S> = Default<S, "notifications">,
  Change extends EventName<S> = Default<S, "changes">,
> {
  /** For `useEvents`: events by other names, on the same socket. */
  readonly owner: Owner<S>;
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
  readonly status: Status;
  /** Connects, or tries again at once. */
  readonly connect: () => void;
  /** Ends this hook's own use: the socket stays while others use it. The numbers stay on screen. */
  readonly disconnect: () => void;
  /** Events named by the option `notifications`, the newest first, at most 100. */
  readonly bookingNotifications: readonly EventOf<S, Notification>[];
  /** Events named by the option `changes`, the newest first, at most 100. */
  readonly occupancyChanges: readonly EventOf<S, Change>[];
  /** How many of both have come since they were last cleared. */
  readonly unread: number;
  /** Since they were last cleared, some may have been missed that can't be had any more. */
  readonly missed: boolean;
  readonly clearNotifications: () => void;
}

/**
 * Below a {@link RealtimeProvider} it shares the provider's socket; elsewhere it keeps one of its own while the component is there, for
 * which it needs `token` or `getToken`. The daemon is at `url`, by default where the page is.
 *
 * Events come in two lists, whose names are options. The defaults are those of the marketplace in demo/; `useEvents` has none.
 */
export function useRealtimeStats<
  S extends StreamTypes = AnyStreamTypes,
  Notification extends EventName<S> = Default<S, "notifications">,
  Change extends EventName<S> = Default<S, "changes">,
>(options: RealtimeOptions<S, Notification, Change>): RealtimeStats<S, Notification, Change> {
  const { autoConnect = true, enabled = true, initial } = options;
  const { notifications = MARKETPLACE_EVENTS.notifications, changes = MARKETPLACE_EVENTS.changes } = options;
  const [isUsing, setIsUsing] = useState(autoConnect);
  const [isLeft, setIsLeft] = useState(false);
  const client = useSomeClient<S>(options, enabled && isUsing);
  const owner = ownerOf(client, options);
  const given = useSyncExternalStore<View<S["metrics"]>>(
    enabled && !isLeft ? owner.subscribe : subscribeToNothing,
    enabled ? owner.getSnapshot : viewOfNothing,
    viewOfNothing,
  );
  const view = enabled && isLeft ? leftView(given) : given;
  const booked = useEvents(owner, notifications as readonly Notification[], { enabled: enabled && !isLeft });
  const moved = useEvents(owner, changes as readonly Change[], { enabled: enabled && !isLeft });
  const [clearBooked, clearMoved] = [booked.clear, moved.clear];
  const clearNotifications = useCallback(() => {
    clearBooked();
    clearMoved();
  }, [clearBooked, clearMoved]);
  const { connection } = view;
  const shown = view.asOf === undefined && initial ? { metrics: initial.data, asOf: initial.asOf } : view;
  return {
    owner,
    bookingNotifications: booked.events,
    occupancyChanges: moved.events,
    unread: booked.unread + moved.unread,
    missed: booked.missed || moved.missed,
    clearNotifications,
    metrics: shown.metrics,
    asOf: shown.asOf,
    connection,
    state: connection.state,
    isConnected: connection.state === "live" || connection.state === "stale",
    error: errorOf(connection),
    status: statusOf(connection, shown.asOf !== undefined),
    connect: useCallback(() => {
      setIsUsing(true);
      setIsLeft(false);
      client.connect();
    }, [client]),
    disconnect: useCallback(() => {
      setIsUsing(false);
      setIsLeft(true);
    }, []),
  };
}

/** The provider's client, or one that hooks of the same subject share, connected while it is used. */
function useSomeClient<S extends StreamTypes>(options: OwnClientOptions, isUsing: boolean): Client<S> {
  const provided = useProvidedClient<S>();
  const key = keyOf(options, useId());
  const isOwn = provided === undefined;
  // oxlint-disable-next-line react-hooks/exhaustive-deps -- the options follow by update()
  const own = useMemo(() => (isOwn ? OwnClient.of<S>(key, options) : undefined), [isOwn, key]);
  const wants = isUsing && hasToken(options);
  useEffect(() => own?.update(options));
  useEffect(() => (wants ? own?.use() : undefined), [own, wants]);
  const client = provided ?? own?.client;
  if (!client) throw new Error("no client");
  return client;
}

/** What a hook shows that was told to disconnect, while others go on. */
function leftView<Metrics>(view: View<Metrics>): View<Metrics> {
  const { connection } = view;
  if (connection.state === "closed") return view;
  const staleSince = "staleSince" in connection ? connection.staleSince : undefined;
  return { ...view, connection: { state: "closed", cause: makeCause("requested"), staleSince } };
}
