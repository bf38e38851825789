/** What an owner has, from the channel `hangars:7`: the calendar, the newest bookings with one that is open, and the hangars. */
import { useCallback, useMemo, useState } from "react";
import type { AnyStreamTypes, Owner } from "../../../client/client.ts";
import { useRows } from "../../../react/channels/use-rows.ts";
import { useEvents } from "../../../react/use-events.ts";
import { Bookings } from "../bookings/bookings.tsx";
import { nextChange, occupants } from "../calendar/bars.ts";
import { Calendar } from "../calendar/calendar.tsx";
import { addDays, zoneOf } from "../calendar/zone.ts";
import { ListingsNow } from "../listings/listings-now.tsx";
import { useHangars } from "./use-hangars.ts";
import { useClock, useLit, useSeen } from "./use-seen.ts";

const EVENTS = ["booking_updated", "booking_completed"] as const;
/** An owner with very many changes loses the oldest of them. */
const KEPT = { keep: 1_000 };

export function Hangars({ owner }: { readonly owner: Owner<AnyStreamTypes> }) {
  const channel = useHangars(owner);
  const [row] = useRows(channel, "owner").items;
  const listings = useSeen(useRows(channel, "listings"));
  const stays = useSeen(useRows(channel, "stays"));
  const bookings = useSeen(useRows(channel, "bookings"));
  const { events } = useSeen(useEvents(owner, EVENTS, KEPT));
  const [lit, litBookings] = [useLit(channel, "stays"), useLit(channel, "bookings")];
  const [open, setOpen] = useState<string>();
  const zone = useMemo(() => zoneOf(row?.row.timeZone ?? "UTC"), [row]);
  const next = useCallback(
    (now: number) => nextChange(stays.items, now, zone.startOf(addDays(zone.dateOf(now), 1))),
    [stays.items, zone],
  );
  const now = useClock(next);
  const sorted = useMemo(
    () =>
      listings.items.toSorted((a, b) =>
        a.row.hangarNumber.localeCompare(b.row.hangarNumber, undefined, { numeric: true }),
      ),
    [listings.items],
  );
  const there = useMemo(() => occupants(stays.items, now), [stays.items, now]);
  const shared = { listings: sorted, zone };
  return (
    <>
      <Calendar {...shared} {...{ stays, there, lit, now }} onOpen={setOpen} />
      <Bookings
        {...shared}
        events={events}
        bookings={bookings}
        stays={stays.items}
        currency={row?.row.currency}
        lit={litBookings}
        open={open}
        onOpen={setOpen}
      />
      <ListingsNow {...shared} {...{ there, now }} stays={stays.items} status={listings.status} />
    </>
  );
}
