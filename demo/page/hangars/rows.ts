/** The rows of an owner's hangars, as channels.ts gives them to the page. Instants are ISO 8601. */
import type { Item } from "../../../client/channels/channel.ts";

interface OwnerRow {
  /** As PostgreSQL names it. */
  readonly timeZone: string;
  readonly currency: string;
}

export interface ListingRow {
  readonly hangarNumber: string;
  readonly status: string;
}

/** A booking as the calendar has it; none that was cancelled is there. */
export interface StayRow {
  readonly listingId: string;
  readonly guestName: string;
  readonly status: string;
  readonly checkIn: string;
  readonly checkOut: string;
}

export interface BookingRow extends StayRow {
  readonly paymentStatus: string;
  /** Decimal. */
  readonly amount: string;
  readonly createdAt: string;
  readonly paidAt: string | null;
}

/** By kind of channels. */
export interface Channels {
  readonly [kind: string]: Readonly<Record<string, object>>;
  readonly hangars: {
    readonly owner: OwnerRow;
    readonly listings: ListingRow;
    readonly bookings: BookingRow;
    readonly stays: StayRow;
  };
}

/** The same object until something of it changes. */
export type Stay = Item<StayRow>;
export type Listing = Item<ListingRow>;
export type Booking = Item<BookingRow>;
