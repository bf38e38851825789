/**
 * The marketplace's metrics: what each owner sees live, now and over time, what each listing brings, and everything at once; and its conversations,
 * as channels.
 * Tables as in schema.sql.
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
  percentage,
  rows,
  sum,
  trailingDays,
  trailingHours,
  user,
} from "deltad";
import { eq, isNotNull } from "drizzle-orm";
import { bigint, date, numeric, pgTable, text, timestamp } from "drizzle-orm/pg-core";

const owners = pgTable("owners", {
  id: bigint("id", { mode: "bigint" }).primaryKey(),
  name: text("name").notNull(),
  timeZone: text("time_zone").notNull(),
  currency: text("currency").notNull(),
});

const listings = pgTable("listings", {
  id: bigint("id", { mode: "bigint" }).primaryKey(),
  ownerId: bigint("owner_id", { mode: "bigint" }).notNull(),
  hangarNumber: text("hangar_number").notNull(),
  status: text("status").notNull(),
  publishedAt: timestamp("published_at", { withTimezone: true }),
});

const bookings = pgTable("bookings", {
  id: bigint("id", { mode: "bigint" }).primaryKey(),
  listingId: bigint("listing_id", { mode: "bigint" }).notNull(),
  ownerId: bigint("owner_id", { mode: "bigint" }).notNull(),
  guestName: text("guest_name").notNull(),
  status: text("status").notNull(),
  paymentStatus: text("payment_status").notNull(),
  paymentAmount: numeric("payment_amount", { precision: 12, scale: 2 }).notNull(),
  checkIn: timestamp("check_in", { withTimezone: true }).notNull(),
  checkOut: timestamp("check_out", { withTimezone: true }).notNull(),
  createdAt: timestamp("created_at", { withTimezone: true }).notNull(),
  paidAt: timestamp("paid_at", { withTimezone: true }),
});

const payouts = pgTable("payouts", {
  id: bigint("id", { mode: "bigint" }).primaryKey(),
  ownerId: bigint("owner_id", { mode: "bigint" }).notNull(),
  amount: numeric("amount", { precision: 12, scale: 2 }).notNull(),
  status: text("status").notNull(),
  dueOn: date("due_on").notNull(),
});

const people = pgTable("people", { id: bigint("id", { mode: "bigint" }).primaryKey() });

const conversations = pgTable("conversations", { id: bigint("id", { mode: "bigint" }).primaryKey() });

const conversationMembers = pgTable("conversation_members", {
  id: bigint("id", { mode: "bigint" }).primaryKey(),
  conversationId: bigint("conversation_id", { mode: "bigint" }).notNull(),
  personId: bigint("person_id", { mode: "bigint" }).notNull(),
  name: text("name").notNull(),
  title: text("title").notNull(),
});

const messages = pgTable("messages", {
  id: bigint("id", { mode: "bigint" }).primaryKey(),
  conversationId: bigint("conversation_id", { mode: "bigint" }).notNull(),
  authorId: bigint("author_id", { mode: "bigint" }).notNull(),
  author: text("author").notNull(),
  body: text("body").notNull(),
  createdAt: timestamp("created_at", { withTimezone: true }).notNull(),
  editedAt: timestamp("edited_at", { withTimezone: true }),
  deletedAt: timestamp("deleted_at", { withTimezone: true }),
});

const paid = eq(bookings.paymentStatus, "paid");
const confirmed = eq(bookings.status, "confirmed");
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
        arrivals: { byDay: count(bookings).where(confirmed).by(trailingDays(30, bookings.checkIn)) },
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
