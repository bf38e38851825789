/** A configuration in which most rows find their owner through other rows; docs/your-own-tables.md has parts of it. */
import {
  count,
  currency,
  day,
  defineConfig,
  deleted,
  id,
  inserted,
  lookup,
  openIfNull,
  parent,
  sum,
  through,
  trailingDays,
} from "deltad";
import { eq, sql } from "drizzle-orm";
import { bigint, boolean, char, integer, numeric, pgTable, smallint, text, timestamp } from "drizzle-orm/pg-core";

const cities = pgTable("cities", {
  id: integer("city_id").primaryKey(),
  timeZone: text("time_zone").notNull(),
  currency: char("currency", { length: 3 }),
});

const stores = pgTable("stores", {
  id: integer("store_id").primaryKey(),
  city: text("city").notNull(),
  cityId: integer("city_id"),
});

const customers = pgTable("customers", {
  id: integer("customer_id").primaryKey(),
  storeId: integer("store_id").notNull(),
  name: text("name").notNull(),
  active: boolean("active").notNull(),
  tier: text("tier").notNull(),
  region: text("region").notNull(),
});

const inventory = pgTable("inventory", {
  id: integer("inventory_id").primaryKey(),
  storeId: smallint("store_id"),
  film: text("film").notNull(),
  category: text("category").notNull(),
  rate: numeric("rate", { precision: 5, scale: 2 }).notNull(),
});

const rentals = pgTable("rentals", {
  id: integer("rental_id").primaryKey(),
  inventoryId: integer("inventory_id").notNull(),
  rentedAt: timestamp("rented_at", { withTimezone: true }).notNull(),
  returnedAt: timestamp("returned_at", { withTimezone: true }),
});

const fees = pgTable("fees", {
  id: bigint("fee_id", { mode: "number" }).primaryKey(),
  rentalId: bigint("rental_id", { mode: "number" }).notNull(),
  amount: numeric("amount", { precision: 6, scale: 2 }).notNull(),
});

const payments = pgTable("payments", {
  id: bigint("payment_id", { mode: "number" }).notNull(),
  customerId: integer("customer_id").notNull(),
  amount: numeric("amount", { precision: 8, scale: 2 }).notNull(),
  paidAt: timestamp("paid_at", { withTimezone: true }).notNull(),
});

const taken = sum(payments.amount);

export default defineConfig({
  owner: {
    table: stores,
    key: stores.id,
    timeZone: lookup(cities.timeZone, stores.cityId),
    currency: lookup(cities.currency, stores.cityId),
  },
  sources: {
    cities: { table: cities, key: cities.id },
    customers: { table: customers, key: customers.id, owner: customers.storeId },
    payments: { table: payments, key: payments.id, owner: through(payments.customerId, customers) },
    inventory: { table: inventory, key: inventory.id, owner: inventory.storeId },
    rentals: { table: rentals, key: rentals.id, owner: through(rentals.inventoryId, inventory) },
    fees: { table: fees, key: fees.id, owner: through(fees.rentalId, rentals) },
  },
  metrics: {
    currency: currency(),
    payments: {
      today: taken.during(day(payments.paidAt)),
      perDay: taken.by(trailingDays(7, payments.paidAt)),
      amount: taken,
      count: count(payments),
      ofMembers: taken.where(eq(customers.tier, "gold")),
      byTier: count(payments).by(parent(customers.tier)),
    },
    customers: { active: count(customers).where(eq(customers.active, true)), all: count(customers) },
    copies: count(inventory).by(inventory.film),
    rentals: { out: count(rentals).while(rentals.rentedAt, openIfNull(rentals.returnedAt)), all: count(rentals) },
    fees: {
      amount: sum(fees.amount),
      count: count(fees),
      byCategory: sum(fees.amount).by(parent(inventory.category)),
      ofRentalDays: count(fees).by(trailingDays(7, parent(rentals.rentedAt))),
      perRate: sum(sql`${fees.amount} / nullif(${inventory.rate}, 0)`, { scale: 3 }),
    },
  },
  events: {
    member_paid: inserted(payments)
      .where(eq(customers.tier, "gold"))
      .data({ no: id(payments.id) }),
    payment_taken: inserted(payments).data({
      no: id(payments.id),
      amount: payments.amount,
      customer: lookup(customers.name, payments.customerId),
      tier: parent(customers.tier),
    }),
    paid_in_the_north: inserted(payments)
      .where(eq(customers.region, "north"))
      .data({ no: id(payments.id) }),
    payment_withdrawn: deleted(payments).data({ no: id(payments.id) }),
    fee_charged: inserted(fees).data({
      no: id(fees.id),
      amount: fees.amount,
      film: parent(inventory.film),
      city: lookup(stores.city, parent(inventory.storeId)),
    }),
  },
});
