"use client";
/** `@deltad/client/react/channels`: the rows of a channel in a component, who is there, and who types. */
import { useCallback, useMemo, useState } from "react";
import {
  type Channel,
  type ChannelTypes,
  type Item,
  openChannel,
  type RowsOf,
  type RowsView,
} from "../../client/channels/channel.ts";
import type { Cause, Connection } from "../../client/client.ts";
import { errorOf } from "../own-client.ts";
import { useClient } from "../provider.ts";
import { type Status, statusOf } from "../status.ts";
import { isThere, useView } from "../use-owner.ts";

export { type ShownPresence, usePresence, useTyping } from "./use-presence.ts";

/** The key of a channel; `"skip"` and undefined while it is not there yet: nothing is asked for. */
export type ChannelKey = string | number | undefined;

/** What {@link useRows} returns. The same object until something changes. */
export interface ShownRows<Row> {
  /** Oldest first; empty until the first came. Kept while disconnected. The same array, and the same items, until they change. */
  readonly items: readonly Item<Row>[];
  /** `loading` until the first came; `error`: refused, or the connection has stopped. */
  readonly status: Status;
  readonly connection: Connection;
  /** Why there is no connection; undefined while there is one, or none is wanted. */
  readonly error: Cause | undefined;
  /** There may be older ones. */
  readonly hasOlder: boolean;
  /** Older ones are being read. */
  readonly isLoadingOlder: boolean;
  /** Why the last `older` brought none; undefined where it did. */
  readonly olderError: Error | undefined;
  /** Has older ones read, from 1 to 100, by default 50. Never rejects. */
  readonly older: (limit?: number) => Promise<void>;
}

const NO_ROWS: RowsView<never> = {
  connection: { state: "idle" },
  items: undefined,
  hasOlder: false,
  isLoadingOlder: false,
};
const NO_ITEMS: readonly never[] = [];
const noRows = (): RowsView<never> => NO_ROWS;

/**
 * A channel by the client of the `RealtimeProvider` around it, for {@link useRows}: the same object for the same kind and key.
 * Undefined while there is no key. `useChannel<ChannelTypesOf<typeof config>, "room">("room", id)` knows its rows. Throws an Error where there is
 * no provider.
 */
export function useChannel<Types extends ChannelTypes = ChannelTypes, Kind extends keyof Types & string = string>(
  kind: Kind,
  key: ChannelKey,
): Channel<Types[Kind]> | undefined {
  const client = useClient();
  return isThere(key) ? openChannel<Types, Kind>(client, kind, key) : undefined;
}

/**
 * The rows of one set of a channel, which is subscribed to while the component is there. The component renders only when these rows
 * change, or how the connection is. The channel is what {@link useChannel} gives, or without a provider `openChannel`.
 */
export function useRows<Sets, Name extends keyof Sets & string>(
  channel: Channel<Sets> | undefined,
  name: Name,
): ShownRows<Sets[Name]> {
  const rows = channel?.rows(name);
  const view = useView(rows, noRows);
  const [failure, setFailure] = useState<{ readonly of: RowsOf<Sets[Name]> | undefined; readonly error: Error }>();
  const older = useCallback(
    async (limit?: number) => {
      setFailure(undefined);
      try {
        await channel?.older(name, limit);
      } catch (error) {
        setFailure({ of: channel?.rows(name), error: error as Error });
      }
    },
    [channel, name],
  );
  const olderError = failure?.of === rows ? failure?.error : undefined;
  return useMemo(() => {
    const { connection, items, hasOlder, isLoadingOlder } = view;
    const status = statusOf(connection, items !== undefined);
    const error = errorOf(connection);
    return { items: items ?? NO_ITEMS, status, connection, error, hasOlder, isLoadingOlder, olderError, older };
  }, [view, olderError, older]);
}
