/**
 * `@deltad/client/channels`: the rows of a channel, kept in order and up to date, with pages of older ones.
 *
 *     const room = openChannel<ChannelTypesOf<typeof config>, "room">(client, "room", "42");
 *     const messages = room.rows("messages");
 *     messages.subscribe(() => draw(messages.getSnapshot().items));
 */
import type { Client } from "../client.ts";
import type { AnyStreamTypes } from "../stream-types.ts";
import type { Subscriptions } from "../subscriptions.ts";
import { ChannelStore, type RowListeners, type RowsView } from "./channel-store.ts";

export type { Connection } from "../owner.ts";
export type { RowListeners, RowsView } from "./channel-store.ts";
export type { Item } from "./row-set.ts";

/** The rows of each set, by kind of channels. */
export type ChannelTypes = Readonly<Record<string, Readonly<Record<string, object>>>>;

/** One channel: subscribed to while there is a listener of any of its rows. */
export interface Channel<Sets> {
  /** `room:42`. */
  readonly topic: string;
  /** The same object for the same name. */
  rows<Name extends keyof Sets & string>(name: Name): RowsOf<Sets[Name]>;
  /**
   * Calls back for each row that comes to be shown, changes or goes, also for what happened while the connection was away, as far as the
   * newest rows tell it. Returns its own undo.
   */
  on<Name extends keyof Sets & string>(name: Name, listeners: RowListeners<Sets[Name]>): () => void;
  /**
   * Has older rows read, which are then shown too; resolves when they are, at once where there are none. Rejects while not connected.
   * @param limit from 1 to 100
   */
  older(name: keyof Sets & string, limit?: number): Promise<void>;
}

/** The rows of one set. */
export interface RowsOf<Row> {
  /** Calls back after every change of the view. Returns its own undo. */
  readonly subscribe: (callback: () => unknown) => () => void;
  /** The same object until something changes. */
  readonly getSnapshot: () => RowsView<Row>;
}

/** Asks for nothing until there is a listener. The same rows for the same client, kind and key. */
export function openChannel<Types extends ChannelTypes = ChannelTypes, Kind extends keyof Types & string = string>(
  client: Pick<Client, "connection">,
  kind: Kind,
  key: string | number,
): Channel<Types[Kind]> {
  // The connection is the client's topics.
  const topics = client.connection as Subscriptions<AnyStreamTypes>;
  const store = topics.topic(`${kind}:${key}`, ChannelStore) as ChannelStore;
  const sets = new Map<string, RowsOf<unknown>>();
  const channel: Channel<Record<string, object>> = {
    topic: store.topic,
    rows: (name) => {
      const known = sets.get(name) ?? {
        subscribe: (callback: () => unknown) => store.onView(callback),
        getSnapshot: () => store.view(name),
      };
      sets.set(name, known);
      return known as RowsOf<never>;
    },
    on: (name, listeners) => store.onRows(name, listeners),
    older: (name, limit = 50) => store.older(name, limit),
  };
  return channel as unknown as Channel<Types[Kind]>;
}
