/** The next version of the shop's configuration: one column and one source more. */
import { count, currency, defineConfig, id, inserted, sum } from "deltad";
import { bigint, numeric, pgEnum, pgTable, text } from "drizzle-orm/pg-core";

const status = pgEnum("order_status", ["open", "paid"]);

const shops = pgTable("shops", {
  id: bigint("id", { mode: "bigint" }).primaryKey(),
  zone: text("zone").notNull(),
  currency: text("currency").notNull(),
});

const orders = pgTable("orders", {
  id: bigint("id", { mode: "bigint" }).notNull(),
  shopId: bigint("shop_id", { mode: "bigint" }).notNull(),
  amount: numeric("amount", { precision: 12, scale: 2 }).notNull(),
  status: status("status").notNull(),
  note: text("note"),
});

const payments = pgTable("payments", {
  id: bigint("id", { mode: "bigint" }).primaryKey(),
  shopId: bigint("shop_id", { mode: "bigint" }).notNull(),
  amount: numeric("amount", { precision: 12, scale: 2 }).notNull(),
});

const refunds = pgTable("refunds", {
  id: bigint("id", { mode: "bigint" }).primaryKey(),
  shopId: bigint("shop_id", { mode: "bigint" }).notNull(),
});

export default defineConfig({
  owner: { table: shops, key: shops.id, timeZone: shops.zone, currency: shops.currency },
  sources: {
    orders: { table: orders, key: orders.id, owner: orders.shopId },
    payments: { table: payments, key: payments.id, owner: payments.shopId },
    refunds: { table: refunds, key: refunds.id, owner: refunds.shopId },
  },
  metrics: {
    currency: currency(),
    orders: {
      total: count(orders),
      amount: sum(orders.amount),
      byStatus: count(orders).by(orders.status),
      byNote: count(orders).by(orders.note),
    },
    payments: { total: count(payments), amount: sum(payments.amount) },
    refunds: count(refunds),
  },
  events: { order_placed: inserted(orders).data({ id: id(orders.id), amount: orders.amount }) },
});
