/** Tables to write definitions about: every kind of column that definitions treat differently. */
import type { MetricTree } from "../../daemon/define/define.ts";
import { type Config, defineConfig } from "../../daemon/define/define.ts";
import {
  bigint,
  boolean,
  char,
  customType,
  date,
  doublePrecision,
  integer,
  jsonb,
  numeric,
  pgEnum,
  pgTable,
  real,
  text,
  timestamp,
  uuid,
  varchar,
} from "drizzle-orm/pg-core";

const citext = customType<{ data: string }>({ dataType: () => "citext" });
const exact = customType<{ data: string }>({ dataType: () => "numeric(10, 3)" });

export const people = pgTable("people", {
  id: integer("id").primaryKey(),
  zone: text("zone").notNull(),
  money: text("money").notNull(),
});

export const kind = pgEnum("kind", ["big", "small"]);

export const sales = pgTable("sales", {
  id: uuid("id").primaryKey(),
  person: integer("person").notNull(),
  shop: bigint("shop", { mode: "bigint" }),
  state: varchar("state", { length: 9 }),
  kind: kind("kind"),
  code: char("code", { length: 4 }),
  name: citext("name"),
  fair: boolean("fair"),
  extra: jsonb("extra"),
  price: numeric("price", { precision: 12, scale: 2 }),
  whole: numeric("whole", { precision: 12 }),
  loose: numeric("loose"),
  custom: exact("custom"),
  pieces: integer("pieces"),
  weight: doublePrecision("weight"),
  length: real("length"),
  at: timestamp("at", { withTimezone: true }),
  until: timestamp("until", { withTimezone: true, mode: "string" }),
  vague: timestamp("vague"),
  due: date("due"),
  tags: text("tags").array(),
});

export const shops = pgTable("shops", {
  id: bigint("id", { mode: "bigint" }).primaryKey(),
  owner: integer("owner").notNull(),
});

/** A configuration of these tables with some metrics. */
export function configured<const Metrics extends MetricTree>(metrics: Metrics): Config<Metrics> {
  return defineConfig({
    owner: { table: people, key: people.id, timeZone: people.zone, currency: people.money },
    sources: {
      sales: { table: sales, key: sales.id, owner: sales.person },
      shops: { table: shops, key: shops.id, owner: shops.owner },
    },
    metrics,
  });
}
