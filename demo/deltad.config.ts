/** The marketplace's metrics document: what each owner sees live. Tables as in schema.sql. */
import {
  count,
  currency,
  day,
  defineConfig,
  earliest,
  growth,
  keys,
  lastMonths,
  month,
  overlap,
  percentage,
  sum,
  trailingDays,
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

const revenue = sum(bookings.paymentAmount).where(eq(bookings.paymentStatus, "paid"));
const active = eq(listings.status, "active");
const pending = eq(payouts.status, "pending");

const available = count(listings).where(active);
const booked = overlap(
  keys(listings.id).where(active),
  keys(bookings.listingId).where(eq(bookings.status, "confirmed")).while(bookings.checkIn, bookings.checkOut),
);

export default defineConfig({
  owner: { table: owners, key: owners.id, timeZone: owners.timeZone, currency: owners.currency },
  sources: {
    listings: { table: listings, key: listings.id, owner: listings.ownerId },
    bookings: { table: bookings, key: bookings.id, owner: bookings.ownerId },
    payouts: { table: payouts, key: payouts.id, owner: payouts.ownerId },
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
      pending: sum(payouts.amount).where(pending),
      nextDate: earliest(payouts.dueOn).where(pending),
    },
  },
});
