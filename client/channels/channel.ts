/**
 * `@deltad/client/channels`: the rows of a channel, kept in order and up to date, with pages of older ones; who is there, and who types.
 *
 *     const room = openChannel<ChannelTypesOf<typeof config>, "room">(client, "room", "42");
 *     const messages = room.rows("messages");
 *     messages.subscribe(() => draw(messages.getSnapshot().items));
 */
import type { Client } from "../client.ts";
import { advice } from "../development.ts";
import type { AnyStreamTypes } from "../stream-types.ts";
import type { Subscriptions } from "../subscriptions.ts";
import type { TypingList } from "./attendance.ts";
import { ChannelStore, type PresenceView, type RowListeners, type RowsView } from "./channel-store.ts";

export type { Connection } from "../owner.ts";
export type { TypingList } from "./attendance.ts";
export type { PresenceView, RowListeners, RowsView } from "./channel-store.ts";
export type { Person, PresenceList } from "./presence-list.ts";
export type { Item } from "./row-set.ts";

/** The rows of each set, by kind of channels. */
export type ChannelTypes = Readonly<Record<string, Readonly<Record<string, object>>>>;

/** One channel: subscribed to while there is a listener of any of its parts. */
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
   * Has older rows read, which are then shown too; resolves when they are, at once where there are none. While some are being read
   * it waits for those. Rejects with an Error whose message is the daemon's code, or `not connected`.
   * @param limit from 1 to 100
   */
  older(name: keyof Sets & string, limit?: number): Promise<void>;
  /** Who is there: the users of those who are subscribed. */
  readonly presence: Part<PresenceView>;
  /** Who types. */
  readonly typing: Part<TypingList>;
  /**
   * Says something of this client's user to all who see the channel: any JSON of up to 512 bytes, which replaces what was said before; null
   * takes it back. It is kept, and said again after a lost connection. Where it can't be said, as the kind of channels has no presence or there is no WebSocket, `onError` hears of it.
   */
  present(state: unknown): void;
  /**
   * The user types, or has stopped: call it with every keystroke. It is said every three seconds at most, and not kept; six seconds after
   * the last time it is over by itself.
   */
  type(isTyping?: boolean): void;
}

/** A part of a channel. */
export interface Part<View> {
  /** Calls back after every change of the view, perhaps also without one. Returns its own undo. */
  readonly subscribe: (callback: () => unknown) => () => void;
  /** The same object until something changes. */
  readonly getSnapshot: () => View;
}

/** The rows of one set. */
export type RowsOf<Row> = Part<RowsView<Row>>;

const opened = /* @__PURE__ */ new WeakMap<ChannelStore, Channel<Record<string, object>>>();

/**
 * Asks for nothing until there is a listener. The same object for the same client, kind and key. Throws a TypeError for what can't be
 * a key, and where `client.topic` has that topic as one with metrics.
 */
export function openChannel<Types extends ChannelTypes = ChannelTypes, Kind extends keyof Types & string = string>(
  client: Pick<Client, "connection">,
  kind: Kind,
  key: string | number,
): Channel<Types[Kind]> {
  // The connection is the client's topics.
  const topics = client.connection as Subscriptions<AnyStreamTypes>;
  const name = `${kind}:${key}`;
  const isKey = Number.isSafeInteger(key) || (typeof key === "string" && key !== "");
  const store = isKey && topics.topic(name, ChannelStore);
  if (!(store instanceof ChannelStore)) throw new TypeError(`channel "${name}"${advice("channel")}`);
  const known = opened.get(store) ?? channelOf(store);
  opened.set(store, known);
  return known as unknown as Channel<Types[Kind]>;
}

function channelOf(store: ChannelStore): Channel<Record<string, object>> {
  const sets = new Map<string, RowsOf<unknown>>();
  const part = <View>(getSnapshot: () => View): Part<View> => ({
    subscribe: (callback) => store.onView(callback),
    getSnapshot,
  });
  return {
    topic: store.topic,
    rows: (name) => {
      const known = sets.get(name) ?? part(() => store.view(name));
      sets.set(name, known);
      return known as RowsOf<never>;
    },
    on: (name, listeners) => store.onRows(name, listeners),
    older: (name, limit = 50) => store.older(name, limit),
    presence: part(() => store.presence),
    typing: part(() => store.attendance.typing),
    present: (state) => store.attendance.present(state),
    type: (isTyping = true) => store.attendance.type(isTyping),
  };
}
