/** Conditions that PostgreSQL fails at for some rows of schema.sql. */
import { became, count, defineConfig, id, inserted } from "deltad";
import { sql } from "drizzle-orm";
import { bigint, integer, pgTable, text } from "drizzle-orm/pg-core";

const tenants = pgTable("tenants", {
  id: bigint("id", { mode: "bigint" }).primaryKey(),
  zone: text("zone").notNull(),
});

const orders = pgTable("orders", {
  id: bigint("id", { mode: "bigint" }).primaryKey(),
  tenantId: bigint("tenant_id", { mode: "bigint" }).notNull(),
  amount: integer("amount").notNull(),
  share: integer("share").notNull(),
  note: text("note"),
});

export default defineConfig({
  owner: { table: tenants, key: tenants.id, timeZone: tenants.zone },
  sources: { orders: { table: orders, key: orders.id, owner: orders.tenantId } },
  metrics: {
    orders: { total: count(orders), small: count(orders).where(sql`100 / ${orders.amount} > 5`) },
    notes: { each: count(orders).by(orders.note) },
  },
  events: {
    order_placed: inserted(orders).data({ id: id(orders.id), amount: orders.amount, note: orders.note }),
    order_shared: became(orders, sql`100 / ${orders.share} > 5`).data({ id: id(orders.id) }),
  },
});
