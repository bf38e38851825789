/**
 * The marketplace's metrics: what each owner sees live, now and over time, what each listing brings, and everything at once; and its
 * channels.
 */
import {
  became,
  before,
  changed,
  count,
  currency,
  day,
  days,
  defineConfig,
  earliest,
  growth,
  id,
  inserted,
  keys,
  lastMonths,
  lastWeeks,
  lookup,
  month,
  occupant,
  overlap,
  percentage,
  sum,
  trailingDays,
  trailingHours,
} from "deltad";
import { eq, inArray, isNotNull } from "drizzle-orm";
import { channels } from "./channels.ts";
import { bookings, listings, owners, payouts } from "./tables.ts";

const paid = eq(bookings.paymentStatus, "paid");
const confirmed = eq(bookings.status, "confirmed");
const arrives = inArray(bookings.status, ["confirmed", "completed"]);
const revenue = sum(bookings.paymentAmount, { unit: "currency" }).where(paid);
const active = eq(listings.status, "active");
const pending = eq(payouts.status, "pending");

const available = count(listings).where(active);
const booked = overlap(
  keys(listings.id).where(active),
  keys(bookings.listingId).where(confirmed).while(bookings.checkIn, bookings.checkOut),
);

/** What events tell of a booking. */
const booking = {
  bookingId: id(bookings.id),
  listingId: id(bookings.listingId),
  hangarNumber: lookup(listings.hangarNumber, bookings.listingId),
  guestName: bookings.guestName,
  amount: bookings.paymentAmount,
  currency: lookup(owners.currency, bookings.ownerId),
  duration: days(bookings.checkIn, bookings.checkOut),
  checkInDate: bookings.checkIn,
  checkOutDate: bookings.checkOut,
  status: bookings.status,
  previousStatus: before(bookings.status),
};
const completed = changed(bookings.status).where(eq(bookings.status, "completed"));

export default defineConfig({
  owner: { table: owners, key: owners.id, timeZone: owners.timeZone, currency: owners.currency },
  sources: {
    listings: { table: listings, key: listings.id, owner: listings.ownerId },
    bookings: {
      table: bookings,
      key: bookings.id,
      owner: bookings.ownerId,
      trends: bookings.ownerId,
      listing: bookings.listingId,
    },
    payouts: { table: payouts, key: payouts.id, owner: payouts.ownerId, trends: payouts.ownerId },
  },
  metrics: {
    currency: currency(),
    revenue: {
      today: revenue.during(day(bookings.paidAt)),
      month: revenue.during(month(bookings.paidAt)),
      last30Days: revenue.during(trailingDays(30, bookings.paidAt)),
      growthWeek: growth(revenue, trailingDays(7, bookings.paidAt)),
      growthMonth: growth(revenue, month(bookings.paidAt)),
    },
    bookings: {
      today: count(bookings).during(day(bookings.createdAt)),
      total: count(bookings),
      byStatus: count(bookings).by(bookings.status),
      byMonth: count(bookings).by(lastMonths(12, bookings.createdAt)),
    },
    listings: {
      total: count(listings),
      active: available,
      published: count(listings).where(isNotNull(listings.publishedAt)),
      byStatus: count(listings).by(listings.status),
    },
    occupancy: { booked, available, percentage: percentage(booked, available) },
    payouts: {
      pending: sum(payouts.amount, { unit: "currency" }).where(pending),
      nextDate: earliest(payouts.dueOn).where(pending),
    },
  },
  events: {
    booking_created: inserted(bookings).data(booking),
    booking_updated: changed(
      bookings.status,
      bookings.listingId,
      bookings.guestName,
      bookings.paymentAmount,
      bookings.checkIn,
      bookings.checkOut,
    )
      .except(completed)
      .data(booking),
    booking_completed: completed.data(booking),
    revenue_received: became(bookings, paid).data(booking),
    occupancy_changed: occupant({
      group: listings.id,
      where: active,
      stays: {
        group: bookings.listingId,
        where: confirmed,
        from: bookings.checkIn,
        until: bookings.checkOut,
        label: bookings.guestName,
      },
      data: { listingId: id(listings.id), hangarNumber: listings.hangarNumber },
    }),
  },
  topics: {
    /** An owner over time: by itself, since only its page draws charts. */
    trends: {
      table: owners,
      key: owners.id,
      timeZone: owners.timeZone,
      currency: owners.currency,
      metrics: {
        currency: currency(),
        revenue: {
          byHour: revenue.by(trailingHours(48, bookings.paidAt)),
          byDay: revenue.by(trailingDays(30, bookings.paidAt)),
          byWeek: revenue.by(lastWeeks(12, bookings.paidAt)),
          byMonth: revenue.by(lastMonths(12, bookings.paidAt)),
        },
        bookings: {
          byHour: count(bookings).by(trailingHours(48, bookings.createdAt)),
          byDay: count(bookings).by(trailingDays(30, bookings.createdAt)),
          byWeek: count(bookings).by(lastWeeks(12, bookings.createdAt)),
          byMonth: count(bookings).by(lastMonths(12, bookings.createdAt)),
        },
        arrivals: { byDay: count(bookings).where(arrives).by(trailingDays(30, bookings.checkIn)) },
        payouts: { byMonth: sum(payouts.amount, { unit: "currency" }).by(lastMonths(12, payouts.dueOn)) },
      },
    },
    listing: {
      table: listings,
      key: listings.id,
      timeZone: lookup(owners.timeZone, listings.ownerId),
      currency: lookup(owners.currency, listings.ownerId),
      metrics: {
        currency: currency(),
        revenue: {
          today: revenue.during(day(bookings.paidAt)),
          month: revenue.during(month(bookings.paidAt)),
          last30Days: revenue.during(trailingDays(30, bookings.paidAt)),
        },
        bookings: {
          total: count(bookings),
          byStatus: count(bookings).by(bookings.status),
          byMonth: count(bookings).by(lastMonths(12, bookings.createdAt)),
        },
        guests: count(bookings).where(confirmed).while(bookings.checkIn, bookings.checkOut),
      },
    },
    platform: {
      timeZone: "UTC",
      metrics: {
        owners: count(owners),
        bookings: {
          today: count(bookings).during(day(bookings.createdAt)),
          total: count(bookings),
          byStatus: count(bookings).by(bookings.status),
        },
        listings: { total: count(listings), active: available },
        occupancy: { booked, available, percentage: percentage(booked, available) },
        payouts: { pending: count(payouts).where(pending) },
      },
    },
  },
  channels,
});
