/** A wholesaler whose order lines, and whose territories, are named by two columns; the time zone is that of an employee's office. */
import {
  at,
  count,
  day,
  defineConfig,
  deleted,
  id,
  inserted,
  lastMonths,
  lookup,
  month,
  parent,
  sum,
  through,
  top,
} from "deltad";
import { eq, sql } from "drizzle-orm";
import { date, integer, numeric, pgEnum, pgTable, smallint, text, timestamp, varchar } from "drizzle-orm/pg-core";

const orderState = pgEnum("order_state", ["open", "shipped", "cancelled"]);

const offices = pgTable("offices", { id: smallint("office_id").primaryKey(), zone: text("zone").notNull() });

const employees = pgTable("employees", {
  id: integer("employee_id").primaryKey(),
  officeId: smallint("office_id").notNull(),
});

const orders = pgTable("orders", {
  id: integer("order_id").primaryKey(),
  employeeId: integer("employee_id"),
  orderedOn: date("ordered_on").notNull(),
  shippedAt: timestamp("shipped_at"),
  state: orderState("state").notNull(),
  tags: text("tags").array().notNull(),
});

const lines = pgTable("order_lines", {
  orderId: integer("order_id").notNull(),
  lineNo: smallint("line_no").notNull(),
  product: varchar("product", { length: 40 }).notNull(),
  price: numeric("price", { precision: 10, scale: 2 }).notNull(),
  quantity: integer("quantity").notNull(),
  discount: numeric("discount", { precision: 4, scale: 3 }).notNull(),
  net: numeric("net", { precision: 14, scale: 4 }),
});

const deliveries = pgTable("deliveries", {
  id: integer("delivery_id").primaryKey(),
  orderId: integer("order_id"),
  lineNo: smallint("line_no"),
  pieces: integer("pieces").notNull(),
});

const territories = pgTable("territories", {
  country: varchar("country", { length: 2 }).notNull(),
  region: numeric("region", { precision: 4, scale: 1 }).notNull(),
  employeeId: integer("employee_id"),
  kind: text("kind").notNull(),
});

const clients = pgTable("clients", {
  id: integer("client_id").primaryKey(),
  country: text("country").notNull(),
  region: numeric("region"),
  tier: text("tier").notNull(),
});

const visits = pgTable("visits", {
  id: integer("visit_id").primaryKey(),
  clientId: integer("client_id").notNull(),
  minutes: integer("minutes").notNull(),
});

const net = sum(lines.net);

export default defineConfig({
  owner: { table: employees, key: employees.id, timeZone: lookup(offices.zone, employees.officeId) },
  sources: {
    offices: { table: offices, key: offices.id },
    orders: { table: orders, key: orders.id, owner: orders.employeeId },
    lines: { table: lines, key: [lines.orderId, lines.lineNo], owner: through(lines.orderId, orders) },
    deliveries: {
      table: deliveries,
      key: deliveries.id,
      owner: through([deliveries.orderId, deliveries.lineNo], lines),
    },
    territories: {
      table: territories,
      key: [territories.country, territories.region],
      owner: territories.employeeId,
    },
    clients: { table: clients, key: clients.id, owner: through([clients.country, clients.region], territories) },
    visits: { table: visits, key: visits.id, owner: through(visits.clientId, clients) },
  },
  metrics: {
    orders: {
      byState: count(orders).by(orders.state),
      shippedToday: count(orders).during(day(at(orders.shippedAt, "UTC"))),
      byTag: count(orders).by(sql`${orders.tags}[1]`),
    },
    revenue: {
      all: net,
      open: net.where(eq(orders.state, "open")),
      thisMonth: net.during(month(parent(orders.orderedOn))),
      perMonth: net.by(lastMonths(12, parent(orders.orderedOn))),
      best: top(2, net.by(lines.product)),
      discount: sum(sql`${lines.price} * ${lines.quantity} * ${lines.discount}`, { scale: 2 }),
    },
    pieces: sum(lines.quantity),
    lines: count(lines).by(parent(orders.state)),
    deliveries: {
      pieces: sum(deliveries.pieces),
      ofOpen: count(deliveries).where(eq(orders.state, "open")),
      byProduct: count(deliveries).by(parent(lines.product)),
    },
    clients: count(clients).by(parent(territories.kind)),
    visits: {
      minutes: sum(visits.minutes),
      ofGold: count(visits).where(eq(clients.tier, "gold")),
      byKind: sum(visits.minutes).by(parent(territories.kind)),
    },
  },
  events: {
    line_added: inserted(lines).data({
      order: id(lines.orderId),
      no: lines.lineNo,
      net: lines.net,
      orderedOn: parent(orders.orderedOn),
    }),
    delivered: inserted(deliveries).data({ pieces: deliveries.pieces, product: parent(lines.product) }),
    visited: inserted(visits).data({ minutes: visits.minutes, kind: parent(territories.kind) }),
    line_withdrawn: deleted(lines).data({ order: id(lines.orderId), no: lines.lineNo }),
  },
});
