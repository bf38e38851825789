"use client";
import { useCallback, useEffect, useMemo, useReducer } from "react";
import type { AnyStreamTypes, EventName, EventOf, Owner, StreamTypes } from "../client/client.ts";
import { type OwnerId, useFollowed } from "./use-owner.ts";

/** A page shows the newest events; an application that needs all of them listens with `owner.on`. */
const KEPT = 100;

/** What {@link useEvents} returns. */
export interface Events<S extends StreamTypes, Name extends EventName<S>> {
  /** The newest first, at most `keep`. */
  readonly events: readonly EventOf<S, Name>[];
  /** How many have come since they were last cleared. */
  readonly unread: number;
  /** Since they were last cleared, some may have been missed that can't be had any more. */
  readonly missed: boolean;
  readonly clear: () => void;
}

/** How many events are kept, and whether any are wanted. */
export interface EventsOptions {
  /** How many events are kept, 100 by default. */
  readonly keep?: number;
  /** False: nothing is listened to. */
  readonly enabled?: boolean;
}

interface Collected extends Omit<Events<AnyStreamTypes, string>, "clear"> {
  readonly owner?: Owner<AnyStreamTypes>;
  readonly names?: string;
}

interface Action {
  readonly owner: Owner<AnyStreamTypes>;
  readonly names: string;
  readonly what: EventOf<AnyStreamTypes> | "gap" | "clear";
  readonly keep?: number;
}

export const NONE: Collected = { events: [], unread: 0, missed: false };

/**
 * The events of these names, or of any (`"*"`), that happen to an owner while the component is there. The owner is its id, below a
 * provider; elsewhere `client.owner(id)`, or the `owner` that `useRealtimeStats` returns. `"skip"` and undefined: none yet. The result is the same object until something changes; `names` may be another array
 * of the same names with every rendering. With another owner or other names it starts anew.
 */
export function useEvents<S extends StreamTypes, Name extends EventName<S>>(
  owner: Owner<S> | OwnerId,
  names: readonly Name[] | "*",
  { keep = KEPT, enabled = true }: EventsOptions = {},
): Events<S, Name> {
  const from = useFollowed<S>(owner) as unknown as Owner<AnyStreamTypes> | undefined;
  const key = names === "*" ? names : names.join(" ");
  const [collected, dispatch] = useReducer(collect, NONE);
  useEffect(() => {
    if (!enabled || !from) return undefined;
    const tell = (what: Action["what"]) => dispatch({ owner: from, names: key, what, keep });
    // An event's name has no space in it.
    const undos = key.split(" ").map((name) => from.on(name, tell));
    undos.push(from.onGap(() => tell("gap")));
    return () => {
      for (const undo of undos) undo();
    };
  }, [from, key, keep, enabled]);
  const clear = useCallback(() => {
    if (from) dispatch({ owner: from, names: key, what: "clear" });
  }, [from, key]);
  const { events, unread, missed } = collected.owner === from && collected.names === key ? collected : NONE;
  return useMemo(
    () => ({ events: events as unknown as readonly EventOf<S, Name>[], unread, missed, clear }),
    [events, unread, missed, clear],
  );
}

export function collect(before: Collected, { owner, names, what, keep }: Action): Collected {
  const isSame = before.owner === owner && before.names === names && what !== "clear";
  const from = isSame ? before : { ...NONE, owner, names };
  if (what === "clear") return from;
  if (what === "gap") return { ...from, missed: true };
  return { ...from, unread: from.unread + 1, events: [what, ...from.events].slice(0, keep) };
}
