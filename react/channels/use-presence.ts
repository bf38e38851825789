"use client";
/** Who is at a channel, and who types there, in a component. */
import { useMemo } from "react";
import type { Channel, Person, PresenceView, TypingList } from "../../client/channels/channel.ts";
import type { Cause, Connection } from "../../client/client.ts";
import { errorOf } from "../own-client.ts";
import { type Status, statusOf } from "../status.ts";
import { useView } from "../use-owner.ts";

/** What {@link usePresence} returns. The same object until something changes. */
export interface ShownPresence {
  /** By `user` in order; empty until the first came, and while they are too many to be told. Each the same object until they change. */
  readonly users: readonly Person[];
  /** How many there are; undefined until the first came. */
  readonly count: number | undefined;
  /** Users of other daemons can't be heard of at present: there may be more. */
  readonly isPartial: boolean;
  /** `stale`: who was there when the connection was lost. */
  readonly status: Status;
  readonly connection: Connection;
  /** Why there is no connection; undefined while there is one, or none is wanted. */
  readonly error: Cause | undefined;
}

const NONE: PresenceView = { connection: { state: "idle" }, users: undefined, count: undefined, isPartial: false };
const noPresence = (): PresenceView => NONE;
const NO_USERS: readonly never[] = [];
const NOBODY: TypingList = { users: NO_USERS, more: 0 };
const nobody = (): TypingList => NOBODY;

/**
 * Who is at a channel, which is subscribed to while the component is there: so is its own user, then. The channel is what `useChannel`
 * gives, or `openChannel`.
 */
export function usePresence(channel: Pick<Channel<never>, "presence"> | undefined): ShownPresence {
  const view = useView(channel?.presence, noPresence);
  return useMemo(() => {
    const { connection, users = NO_USERS, count, isPartial } = view;
    const status = statusOf(connection, count !== undefined);
    return { users, count, isPartial, status, connection, error: errorOf(connection) };
  }, [view]);
}

/** Who types at a channel, in the order in which they began, oneself too; nobody while there is no connection. Say it by `channel.type()`. */
export function useTyping(channel: Pick<Channel<never>, "typing"> | undefined): TypingList {
  return useView(channel?.typing, nobody);
}
