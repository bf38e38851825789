/** The demo's owners by themselves. */
import { before, changed, count, currency, day, defineConfig, id, inserted, lastMonths, month, sum } from "deltad";
import { eq } from "drizzle-orm";
import { bookings, listings, owners } from "../../demo/tables.ts";

const revenue = sum(bookings.paymentAmount, { unit: "currency" }).where(eq(bookings.paymentStatus, "paid"));
const booking = {
  bookingId: id(bookings.id),
  listingId: id(bookings.listingId),
  guestName: bookings.guestName,
  amount: bookings.paymentAmount,
  checkInDate: bookings.checkIn,
  checkOutDate: bookings.checkOut,
  status: bookings.status,
  previousStatus: before(bookings.status),
};

export default defineConfig({
  owner: { table: owners, key: owners.id, timeZone: owners.timeZone, currency: owners.currency },
  sources: {
    listings: { table: listings, key: listings.id, owner: listings.ownerId },
    bookings: { table: bookings, key: bookings.id, owner: bookings.ownerId },
  },
  metrics: {
    currency: currency(),
    revenue: { today: revenue.during(day(bookings.paidAt)), month: revenue.during(month(bookings.paidAt)) },
    bookings: {
      total: count(bookings),
      byStatus: count(bookings).by(bookings.status),
      byMonth: count(bookings).by(lastMonths(12, bookings.createdAt)),
    },
    listings: { total: count(listings) },
  },
  events: {
    booking_created: inserted(bookings).data(booking),
    booking_updated: changed(bookings.status).data(booking),
  },
});
