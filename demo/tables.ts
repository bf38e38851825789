/** The marketplace's tables, as in schema.sql. */
import { bigint, date, numeric, pgTable, text, timestamp } from "drizzle-orm/pg-core";

export const marketplaces = pgTable("marketplaces", { id: bigint("id", { mode: "bigint" }).primaryKey() });

export const owners = pgTable("owners", {
  id: bigint("id", { mode: "bigint" }).primaryKey(),
  name: text("name").notNull(),
  timeZone: text("time_zone").notNull(),
  currency: text("currency").notNull(),
  marketplaceId: bigint("marketplace_id", { mode: "bigint" }).notNull(),
});

export const listings = pgTable("listings", {
  id: bigint("id", { mode: "bigint" }).primaryKey(),
  ownerId: bigint("owner_id", { mode: "bigint" }).notNull(),
  hangarNumber: text("hangar_number").notNull(),
  status: text("status").notNull(),
  publishedAt: timestamp("published_at", { withTimezone: true }),
});

export const bookings = pgTable("bookings", {
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

export const payouts = pgTable("payouts", {
  id: bigint("id", { mode: "bigint" }).primaryKey(),
  ownerId: bigint("owner_id", { mode: "bigint" }).notNull(),
  amount: numeric("amount", { precision: 12, scale: 2 }).notNull(),
  status: text("status").notNull(),
  dueOn: date("due_on").notNull(),
});

export const people = pgTable("people", { id: bigint("id", { mode: "bigint" }).primaryKey() });

export const conversations = pgTable("conversations", { id: bigint("id", { mode: "bigint" }).primaryKey() });

export const conversationMembers = pgTable("conversation_members", {
  id: bigint("id", { mode: "bigint" }).primaryKey(),
  conversationId: bigint("conversation_id", { mode: "bigint" }).notNull(),
  personId: bigint("person_id", { mode: "bigint" }).notNull(),
  name: text("name").notNull(),
  title: text("title").notNull(),
});

export const messages = pgTable("messages", {
  id: bigint("id", { mode: "bigint" }).primaryKey(),
  conversationId: bigint("conversation_id", { mode: "bigint" }).notNull(),
  authorId: bigint("author_id", { mode: "bigint" }).notNull(),
  author: text("author").notNull(),
  body: text("body").notNull(),
  createdAt: timestamp("created_at", { withTimezone: true }).notNull(),
  editedAt: timestamp("edited_at", { withTimezone: true }),
  deletedAt: timestamp("deleted_at", { withTimezone: true }),
});
