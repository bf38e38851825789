/** The shop of docs/protocol.md: small, so that its frames can be read. */
import {
  before,
  changed,
  channel,
  count,
  currency,
  defineConfig,
  everyone,
  id,
  inserted,
  ownerOf,
  register,
  rows,
  sum,
} from "deltad";
import { bigint, numeric, pgTable, text } from "drizzle-orm/pg-core";

const shops = pgTable("shops", {
  id: bigint("id", { mode: "bigint" }).primaryKey(),
  zone: text("zone").notNull(),
  currency: text("currency").notNull(),
});

const orders = pgTable("orders", {
  id: bigint("id", { mode: "bigint" }).primaryKey(),
  shopId: bigint("shop_id", { mode: "bigint" }).notNull(),
  item: text("item").notNull(),
  amount: numeric("amount", { precision: 12, scale: 2 }).notNull(),
  status: text("status").notNull(),
});

const order = { orderId: id(orders.id), item: orders.item, status: orders.status };

export default defineConfig({
  owner: { table: shops, key: shops.id, timeZone: shops.zone, currency: shops.currency },
  sources: { orders: { table: orders, key: orders.id, owner: orders.shopId } },
  metrics: {
    currency: currency(),
    turnover: sum(orders.amount, { unit: "currency" }),
    orders: { total: count(orders), byStatus: count(orders).by(orders.status) },
  },
  channels: {
    desk: channel({
      row: shops.id,
      members: ownerOf(shops.id),
      rows: {
        orders: rows(orders, {
          channel: orders.shopId,
          key: orders.id,
          newest: { count: 2, by: [orders.id] },
          data: { item: orders.item, status: orders.status },
          writes: { registers: { status: register(orders.status).checked() } },
        }),
      },
    }),
    counter: channel({
      row: shops.id,
      members: everyone(),
      rows: { orders: rows(orders, { channel: orders.shopId, key: orders.id, data: { item: orders.item } }) },
      presence: true,
      typing: true,
    }),
  },
  // So that a bulk statement fits on the page.
  bulkRows: 3,
  events: {
    order_placed: inserted(orders).data(order),
    order_moved: changed(orders.status).data({ ...order, previousStatus: before(orders.status) }),
  },
});
