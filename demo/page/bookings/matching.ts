import type { Booking } from "../hangars/rows.ts";

export interface Wanted {
  /** Empty: any. */
  readonly status: string;
  /** Part of the guest's name or of the hangar's number, whatever its case and accents. */
  readonly text: string;
}

/** The bookings that are wanted, the newest first. */
export function matching(
  bookings: readonly Booking[],
  { status, text }: Wanted,
  hangars: ReadonlyMap<string, string>,
): readonly Booking[] {
  const part = plain(text.trim());
  const isWanted = ({ row }: Booking): boolean =>
    (status === "" || row.status === status) &&
    (part === "" || plain(`${row.guestName} ${hangars.get(row.listingId) ?? ""}`).includes(part));
  return bookings.filter(isWanted).toReversed();
}

/** Without case and accents. */
export function plain(text: string): string {
  return text.normalize("NFD").replaceAll(/\p{M}/gu, "").toLowerCase();
}
