import { useCallback, useEffect, useReducer } from "react";
import type { AnyShape, EventName, EventOf, Owner, Shape } from "../client/client.ts";

/** A page shows the newest; who needs all of them listens with `client.owner(id).on`. */
const KEPT = 100;

export type BookingNotification<S extends Shape> = EventOf<S, EventName<S> & `booking_${string}`>;
export type OccupancyChange<S extends Shape> = EventOf<S, EventName<S> & "occupancy_changed">;

export interface Notifications<S extends Shape> {
  /** The newest first, at most 100. */
  readonly bookingNotifications: readonly BookingNotification<S>[];
  /** The newest first, at most 100. */
  readonly occupancyChanges: readonly OccupancyChange<S>[];
  /** How many have come since they were last cleared. */
  readonly unread: number;
  /** Since they were last cleared, some may have been missed that can't be had any more. */
  readonly missed: boolean;
}

type Collected = Notifications<AnyShape> & { readonly owner: Owner<AnyShape> | undefined };
interface Action {
  readonly owner: Owner<AnyShape>;
  readonly what: EventOf<AnyShape> | "gap" | "clear";
}

const NONE: Collected = {
  owner: undefined,
  bookingNotifications: [],
  occupancyChanges: [],
  unread: 0,
  missed: false,
};

/** What happens to an owner while the component is there; nothing of the owner before. */
export function useNotifications<S extends Shape>(
  typedOwner: Owner<S>,
  enabled: boolean,
): Notifications<S> & { readonly clearNotifications: () => void } {
  const owner = typedOwner as unknown as Owner<AnyShape>;
  const [collected, dispatch] = useReducer(collect, NONE);
  useEffect(() => {
    if (!enabled) return undefined;
    const undos = [
      owner.on("*", (what) => dispatch({ owner, what })),
      owner.onGap(() => dispatch({ owner, what: "gap" })),
    ];
    return () => {
      for (const undo of undos) undo();
    };
  }, [owner, enabled]);
  const clearNotifications = useCallback(() => dispatch({ owner, what: "clear" }), [owner]);
  const shown = collected.owner === owner ? collected : NONE;
  return { ...(shown as unknown as Notifications<S>), clearNotifications };
}

function collect(before: Collected, { owner, what }: Action): Collected {
  const from = before.owner === owner && what !== "clear" ? before : { ...NONE, owner };
  if (what === "clear") return from;
  if (what === "gap") return { ...from, missed: true };
  const unread = from.unread + 1;
  if (what.type === "occupancy_changed") {
    const change = what as OccupancyChange<AnyShape>;
    return { ...from, unread, occupancyChanges: [change, ...from.occupancyChanges].slice(0, KEPT) };
  }
  if (!what.type.startsWith("booking_")) return from;
  const notification = what as BookingNotification<AnyShape>;
  return { ...from, unread, bookingNotifications: [notification, ...from.bookingNotifications].slice(0, KEPT) };
}
