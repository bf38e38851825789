/** A wholesaler whose order lines are named by two columns, and dated and owned by their orders; the time zone is that of an employee's office. */
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

const net = sum(lines.net);

export default defineConfig({
  owner: { table: employees, key: employees.id, timeZone: lookup(offices.zone, employees.officeId) },
  sources: {
    offices: { table: offices, key: offices.id },
    orders: { table: orders, key: orders.id, owner: orders.employeeId },
    lines: { table: lines, key: [lines.orderId, lines.lineNo], owner: through(lines.orderId, orders) },
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
  },
  events: {
    line_added: inserted(lines).data({
      order: id(lines.orderId),
      no: lines.lineNo,
      net: lines.net,
      orderedOn: parent(orders.orderedOn),
    }),
    line_withdrawn: deleted(lines).data({ order: id(lines.orderId), no: lines.lineNo }),
  },
});
