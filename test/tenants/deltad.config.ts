/** Owners that two columns name, and depots that three do: rows name them themselves, or a row that does. */
import {
  changed,
  count,
  day,
  defineConfig,
  deleted,
  id,
  inserted,
  lastMonths,
  lookup,
  parent,
  sum,
  through,
} from "deltad";
import { eq } from "drizzle-orm";
import { bigint, char, integer, numeric, pgTable, smallint, text, timestamp, varchar } from "drizzle-orm/pg-core";

const accounts = pgTable("accounts", {
  tenant: text("tenant").notNull(),
  number: smallint("number").notNull(),
  zone: text("zone").notNull(),
});

const depots = pgTable("depots", {
  country: char("country", { length: 2 }).notNull(),
  code: varchar("code", { length: 20 }).notNull(),
  no: integer("no").notNull(),
  zone: text("zone").notNull(),
});

const orders = pgTable("orders", {
  id: integer("id").primaryKey(),
  tenant: varchar("tenant", { length: 40 }),
  account: bigint("account", { mode: "number" }),
  country: text("country"),
  code: text("code"),
  depot: smallint("depot"),
  state: text("state").notNull(),
  amount: numeric("amount", { precision: 12, scale: 2 }).notNull(),
  placedAt: timestamp("placed_at", { withTimezone: true }),
});

const items = pgTable("items", {
  id: integer("id").primaryKey(),
  orderId: integer("order_id"),
  pieces: integer("pieces").notNull(),
});

export default defineConfig({
  owner: { table: accounts, key: [accounts.tenant, accounts.number], timeZone: accounts.zone },
  sources: {
    orders: {
      table: orders,
      key: orders.id,
      owner: [orders.tenant, orders.account],
      depot: [orders.country, orders.code, orders.depot],
    },
    items: {
      table: items,
      key: items.id,
      owner: through(items.orderId, orders),
      depot: through(items.orderId, orders),
    },
  },
  metrics: {
    orders: count(orders).by(orders.state),
    amount: {
      all: sum(orders.amount),
      today: sum(orders.amount).during(day(orders.placedAt)),
      perMonth: sum(orders.amount).by(lastMonths(3, orders.placedAt)),
    },
    pieces: { all: sum(items.pieces), byState: sum(items.pieces).by(parent(orders.state)) },
  },
  events: {
    order_placed: inserted(orders).data({ order: id(orders.id), amount: orders.amount }),
    order_changed: changed(orders.state).data({ order: id(orders.id), state: orders.state }),
    packed: inserted(items).data({ pieces: items.pieces, state: lookup(orders.state, items.orderId) }),
    order_gone: deleted(orders).data({ order: id(orders.id) }),
  },
  topics: {
    depot: {
      table: depots,
      key: [depots.country, depots.code, depots.no],
      timeZone: depots.zone,
      metrics: {
        open: count(orders).where(eq(orders.state, "open")),
        today: count(orders).during(day(orders.placedAt)),
        pieces: sum(items.pieces),
      },
    },
  },
});
