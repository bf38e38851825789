/**
 * The marketplace's metrics: what each owner sees live, now and over time, what each listing brings, and everything at once; and, as
 * channels, the rows of an owner's hangars, and conversations.
 */
import {
  became,
  before,
  changed,
  channel,
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
  members,
  month,
  occupant,
  overlap,
  ownerOf,
  percentage,
  rows,
  sum,
  trailingDays,
  trailingHours,
  user,
} from "deltad";
import { eq, inArray, isNotNull } from "drizzle-orm";
import { bookings, conversationMembers, conversations, listings, messages, owners, payouts, people } from "./tables.ts";

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

/** What rows of channels tell of a booking, wherever they show it. */
const stay = {
  listingId: bookings.listingId,
  guestName: bookings.guestName,
  status: bookings.status,
  checkIn: bookings.checkIn,
  checkOut: bookings.checkOut,
};

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
  channels: {
    /** What an owner has, for whoever may see the owner: their listings, newest bookings, and stays by when they end. */
    hangars: channel({
      row: owners.id,
      members: ownerOf(owners.id),
      rows: {
        owner: rows(owners, {
          channel: owners.id,
          key: owners.id,
          data: { timeZone: owners.timeZone, currency: owners.currency },
        }),
        listings: rows(listings, {
          channel: listings.ownerId,
          key: listings.id,
          data: { hangarNumber: listings.hangarNumber, status: listings.status },
        }),
        bookings: rows(bookings, {
          channel: bookings.ownerId,
          key: bookings.id,
          newest: { count: 100, by: [bookings.createdAt, bookings.id] },
          data: {
            ...stay,
            paymentStatus: bookings.paymentStatus,
            amount: bookings.paymentAmount,
            createdAt: bookings.createdAt,
            paidAt: bookings.paidAt,
          },
        }),
        // By their ends, so that the pages of older ones down to an instant are all that end after it.
        stays: rows(bookings, {
          channel: bookings.ownerId,
          key: bookings.id,
          newest: { count: 200, by: [bookings.checkOut, bookings.id] },
          deleted: eq(bookings.status, "cancelled"),
          data: stay,
        }),
      },
    }),
    /** A room or a group. */
    conversation: channel({
      row: conversations.id,
      members: members(conversationMembers, {
        channel: conversationMembers.conversationId,
        user: conversationMembers.personId,
      }),
      rows: {
        messages: rows(messages, {
          channel: messages.conversationId,
          key: messages.id,
          newest: { count: 50, by: [messages.createdAt, messages.id] },
          deleted: isNotNull(messages.deletedAt),
          data: {
            authorId: messages.authorId,
            author: messages.author,
            body: messages.body,
            createdAt: messages.createdAt,
            editedAt: messages.editedAt,
          },
        }),
        members: rows(conversationMembers, {
          channel: conversationMembers.conversationId,
          key: conversationMembers.id,
          data: { personId: conversationMembers.personId, name: conversationMembers.name },
        }),
      },
      presence: true,
      typing: true,
    }),
    /** What somebody takes part in, for themselves. */
    person: channel({
      row: people.id,
      members: user(people.id),
      rows: {
        conversations: rows(conversationMembers, {
          channel: conversationMembers.personId,
          key: conversationMembers.id,
          data: { conversationId: conversationMembers.conversationId, title: conversationMembers.title },
        }),
      },
    }),
  },
});
