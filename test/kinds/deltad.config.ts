/** Four kinds of topics over the same sources: of one, the rows are a source of another; of one there is no source; of one no table. */
import {
  changed,
  count,
  currency,
  day,
  defineConfig,
  deleted,
  id,
  inserted,
  keys,
  lastMonths,
  lookup,
  month,
  occupant,
  overlap,
  sum,
  through,
} from "deltad";
import { eq } from "drizzle-orm";
import { bigint, integer, numeric, pgTable, text, timestamp } from "drizzle-orm/pg-core";

const hosts = pgTable("hosts", { id: integer("id").primaryKey(), zone: text("zone").notNull() });

const rooms = pgTable("rooms", {
  id: bigint("id", { mode: "number" }).primaryKey(),
  hostId: integer("host_id"),
  zone: text("zone").notNull(),
  state: text("state").notNull(),
});

const cities = pgTable("cities", {
  code: text("code").primaryKey(),
  zone: text("zone").notNull(),
  currency: text("currency").notNull(),
});

const stays = pgTable("stays", {
  id: bigint("id", { mode: "number" }).primaryKey(),
  hostId: integer("host_id"),
  roomId: bigint("room_id", { mode: "number" }),
  city: text("city"),
  state: text("state").notNull(),
  amount: numeric("amount", { precision: 12, scale: 2 }).notNull(),
  checkIn: timestamp("check_in", { withTimezone: true }),
  checkOut: timestamp("check_out", { withTimezone: true }),
  paidAt: timestamp("paid_at", { withTimezone: true }),
});

const tips = pgTable("tips", {
  id: bigint("id", { mode: "number" }).primaryKey(),
  stayId: bigint("stay_id", { mode: "number" }).notNull(),
  amount: numeric("amount", { precision: 12, scale: 2 }).notNull(),
});

const open = eq(rooms.state, "open");
const booked = eq(stays.state, "booked");
const revenue = sum(stays.amount, { unit: "currency" });

export default defineConfig({
  owner: { table: hosts, key: hosts.id, timeZone: hosts.zone },
  sources: {
    rooms: { table: rooms, key: rooms.id, owner: rooms.hostId },
    stays: { table: stays, key: stays.id, owner: stays.hostId, room: stays.roomId, city: stays.city },
    tips: { table: tips, key: tips.id, owner: through(tips.stayId, stays), room: through(tips.stayId, stays) },
  },
  metrics: {
    rooms: count(rooms).by(rooms.state),
    occupied: overlap(
      keys(rooms.id).where(open),
      keys(stays.roomId).where(booked).while(stays.checkIn, stays.checkOut),
    ),
    revenue: { today: revenue.during(day(stays.paidAt)) },
    tips: sum(tips.amount),
  },
  events: { stay_made: inserted(stays).data({ no: id(stays.id), city: stays.city }) },
  topics: {
    room: {
      table: rooms,
      key: rooms.id,
      timeZone: rooms.zone,
      metrics: {
        stays: count(stays).by(stays.state),
        now: count(stays).where(booked).while(stays.checkIn, stays.checkOut),
        revenue: { today: revenue.during(day(stays.paidAt)), perMonth: revenue.by(lastMonths(3, stays.paidAt)) },
        tips: { amount: sum(tips.amount), count: count(tips) },
      },
      events: {
        stay_moved: changed(stays.roomId, stays.state).data({
          no: id(stays.id),
          zone: lookup(rooms.zone, stays.roomId),
        }),
        stay_gone: deleted(stays).data({ no: id(stays.id) }),
      },
    },
    city: {
      table: cities,
      key: cities.code,
      timeZone: cities.zone,
      currency: cities.currency,
      metrics: {
        currency: currency(),
        revenue: { month: revenue.during(month(stays.paidAt)), all: revenue },
        stays: count(stays),
      },
    },
    platform: {
      timeZone: "UTC",
      currency: "EUR",
      metrics: {
        currency: currency(),
        hosts: count(hosts),
        cities: count(cities),
        rooms: count(rooms).by(rooms.state),
        revenue: { today: revenue.during(day(stays.paidAt)) },
        stays: { all: count(stays), now: count(stays).where(booked).while(stays.checkIn, stays.checkOut) },
        tips: sum(tips.amount),
      },
      events: {
        tip_given: inserted(tips).data({ amount: tips.amount, city: lookup(stays.city, tips.stayId) }),
        room_changed: occupant({
          group: rooms.id,
          where: open,
          stays: { group: stays.roomId, where: booked, from: stays.checkIn, until: stays.checkOut, label: stays.id },
          data: { room: id(rooms.id) },
        }),
      },
    },
  },
});
