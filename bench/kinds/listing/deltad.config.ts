/** The owners of ../deltad.config.ts, and what each listing brings, of the same bookings. */
import { count, currency, day, defineConfig, lastMonths, lookup, month, sum } from "deltad";
import { eq } from "drizzle-orm";
import { bookings, listings, owners } from "../../../demo/tables.ts";
import ownerConfig from "../deltad.config.ts";

const revenue = sum(bookings.paymentAmount, { unit: "currency" }).where(eq(bookings.paymentStatus, "paid"));

export default defineConfig({
  ...ownerConfig,
  sources: {
    listings: { table: listings, key: listings.id, owner: listings.ownerId },
    bookings: { table: bookings, key: bookings.id, owner: bookings.ownerId, listing: bookings.listingId },
  },
  topics: {
    listing: {
      table: listings,
      key: listings.id,
      timeZone: lookup(owners.timeZone, listings.ownerId),
      currency: lookup(owners.currency, listings.ownerId),
      metrics: {
        currency: currency(),
        revenue: { today: revenue.during(day(bookings.paidAt)), month: revenue.during(month(bookings.paidAt)) },
        bookings: {
          total: count(bookings),
          byStatus: count(bookings).by(bookings.status),
          byMonth: count(bookings).by(lastMonths(12, bookings.createdAt)),
        },
      },
    },
  },
});
