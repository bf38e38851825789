/** A configuration for tables that have nothing in common with the demo's; docs/your-own-tables.md follows it step by step. */
import {
  at,
  average,
  became,
  before,
  changed,
  count,
  currency,
  day,
  days,
  defineConfig,
  deleted,
  difference,
  earliest,
  growth,
  hour,
  id,
  inserted,
  keys,
  lastMonths,
  lastQuarters,
  lastWeeks,
  latest,
  lookup,
  max,
  min,
  month,
  occupant,
  oldest,
  openIfNull,
  overlap,
  percentage,
  product,
  ratio,
  sum,
  top,
  trailingDays,
  trailingHours,
  week,
  year,
} from "deltad";
import { and, eq, gt, inArray, ne, sql } from "drizzle-orm";
import {
  bigint,
  char,
  date,
  integer,
  numeric,
  pgSchema,
  smallint,
  text,
  timestamp,
  uuid,
  varchar,
} from "drizzle-orm/pg-core";

const hangar = pgSchema("hangar");

const payment = hangar.enum("payment", ["open", "settled", "refunded"]);

const owners = hangar.table("hangar_owners", {
  key: uuid("owner_key").primaryKey(),
  name: text("display_name").notNull(),
  tz: varchar("tz", { length: 60 }).notNull(),
  money: char("money", { length: 3 }).notNull(),
});

const hangars = hangar.table("Hangar_Listings", {
  no: integer("listingNo").primaryKey(),
  owner: uuid("ownerKey").notNull(),
  state: varchar("state", { length: 20 }).notNull(),
  area: numeric("area_m2", { precision: 8, scale: 1 }),
  order: smallint("order"),
});

const stays = hangar.table("stays", {
  no: bigint("stay_no", { mode: "number" }).primaryKey(),
  hangar: integer("hangar_no").notNull(),
  host: uuid("host").notNull(),
  state: varchar("state", { length: 20 }).notNull(),
  payment: payment("payment").notNull(),
  cents: integer("cents").notNull(),
  arrives: timestamp("arrives", { withTimezone: true, precision: 3 }),
  leaves: timestamp("leaves", { withTimezone: true, precision: 3 }),
  bookedOn: date("booked_on").notNull(),
  settledAt: timestamp("settled_at", { withTimezone: true }),
  guests: smallint("guests"),
  discount: numeric("discount", { precision: 4, scale: 3 }),
  cancelBy: date("cancel_by"),
  dueOn: date("due_on"),
  checkedAt: timestamp("checked_at"),
});

const open = inArray(hangars.state, ["open", "reserved only"]);
const settled = sum(stays.cents).where(eq(stays.payment, "settled"));
const staying = and(eq(stays.state, "checked in"), ne(stays.payment, "refunded"));

const perGuest = sql`${stays.cents} * ${stays.guests} * (1 - ${stays.discount})`;
const party = sql`case when ${stays.guests} <= 2 then 'couple' when ${stays.guests} <= 8 then 'group' end`;

const stay = {
  no: id(stays.no),
  hangar: id(stays.hangar),
  state: stays.state,
  nights: days(stays.arrives, stays.leaves),
};

export default defineConfig({
  owner: { table: owners, key: owners.key, timeZone: owners.tz, currency: owners.money },
  sources: {
    hangars: { table: hangars, key: hangars.no, owner: hangars.owner },
    stays: { table: stays, key: stays.no, owner: stays.host },
  },
  metrics: {
    money: currency(),
    cents: {
      today: settled.during(day(stays.settledAt)),
      month: settled.during(month(stays.settledAt)),
      hour: settled.during(hour(stays.settledAt)),
      byHour: settled.by(trailingHours(24, stays.settledAt)),
      growthHours: growth(settled, trailingHours(6, stays.settledAt)),
      growth: growth(settled, trailingDays(28, stays.settledAt)),
      growthMonths: growth(settled, lastMonths(2, stays.settledAt)),
      growthWhole: growth(settled, month(stays.settledAt), { against: "whole" }),
      byPayment: sum(stays.cents).by(stays.payment),
      byMonth: settled.by(lastMonths(3, stays.settledAt)),
      byWeek: settled.by(lastWeeks(3, stays.settledAt)),
      byQuarter: settled.by(lastQuarters(2, stays.settledAt)),
      year: settled.during(year(stays.settledAt)),
      growthWeek: growth(settled, week(stays.settledAt, { firstDay: "sunday" })),
      growthYear: growth(settled, year(stays.settledAt)),
      perStay: average(stays.cents).where(staying),
      perStayByState: average(stays.cents, { scale: 1 }).by(stays.state),
      ofGuests: sum(perGuest, { scale: 1 }),
      ofGuestsByMonth: sum(perGuest, { scale: 1 }).by(lastMonths(3, stays.settledAt)),
      perStayByParty: average(perGuest, { scale: 2 }).by(party),
      afterFee: difference(settled, product(settled, 0.125), { scale: 0 }),
    },
    extremes: {
      largest: max(stays.cents).where(eq(stays.payment, "settled")),
      smallestThisMonth: min(stays.cents, { unit: "¢" })
        .where(eq(stays.payment, "settled"))
        .during(month(stays.settledAt)),
      largestByDay: max(perGuest, { scale: 1 }).by(trailingDays(5, stays.settledAt)),
      largestNow: max(stays.cents).where(staying).while(stays.arrives, openIfNull(stays.leaves)),
      firstArrival: min(stays.arrives),
      lastBooked: max(stays.bookedOn).by(stays.state),
      oldestDue: min(stays.dueOn).where(eq(stays.payment, "open")).overdue(stays.dueOn),
      lastCheck: max(at(stays.checkedAt, "America/New_York")).where(gt(stays.guests, 2)),
      latestState: latest(stays.state, stays.bookedOn).where(ne(stays.payment, "refunded")),
      latestGuests: latest(stays.guests, stays.arrives).by(stays.payment),
      oldestState: oldest(stays.state, stays.bookedOn).where(ne(stays.payment, "refunded")),
      latestParty: latest(party, stays.bookedOn),
      oldestPerGuest: oldest(perGuest, stays.arrives, { scale: 1 }).by(stays.payment),
      spread: difference(max(stays.cents), min(stays.cents)),
      largestOfUsual: ratio(max(perGuest, { scale: 1 }), average(stays.cents), { scale: 3 }),
      largestByParty: max(stays.cents).by(party, lastWeeks(2, stays.settledAt)),
      latestByWeek: latest(stays.bookedOn, stays.settledAt).by(lastWeeks(3, stays.settledAt)),
    },
    stays: {
      now: count(stays).where(staying).while(stays.arrives, stays.leaves),
      still: count(stays).where(staying).while(stays.arrives, openIfNull(stays.leaves)),
      cancellable: count(stays).while(stays.bookedOn, openIfNull(stays.cancelBy)),
      unpaid: sum(stays.cents).where(eq(stays.payment, "open")).overdue(stays.dueOn),
      staysOver: keys(stays.hangar).where(staying).overdue(stays.leaves),
      checkedToday: count(stays).during(day(at(stays.checkedAt, "UTC"))),
      unchecked: count(stays).while(openIfNull(stays.arrives), openIfNull(at(stays.checkedAt, "America/New_York"))),
      byState: count(stays).by(stays.state),
      byStateAndPayment: count(stays).by(stays.state, stays.payment),
      byStateAndMonth: count(stays).by(stays.state, lastMonths(3, stays.bookedOn)),
      byParty: count(stays).where(staying).by(party),
      bookedPerDay: count(stays).by(trailingDays(5, stays.bookedOn)),
      nextArrival: earliest(stays.arrives).where(staying),
      perHangar: ratio(count(stays), count(hangars), { scale: 3 }),
    },
    hangars: {
      area: {
        byState: sum(hangars.area, { unit: "m²" }).by(hangars.state),
        listedFirst: sum(hangars.area, { unit: "m²" }).where(gt(hangars.order, 0)),
      },
      ordered: percentage(count(hangars).where(gt(hangars.order, 0)), count(hangars)),
      taken: overlap(
        keys(hangars.no).where(open),
        keys(stays.hangar).where(staying).while(stays.arrives, stays.leaves),
      ),
      everBooked: keys(stays.hangar),
      parties: keys(party).where(staying),
      takenByMonth: keys(stays.hangar).by(lastMonths(3, stays.settledAt)),
      takenByParty: keys(stays.hangar).where(staying).while(stays.arrives, openIfNull(stays.leaves)).by(party),
      mostParties: top(2, keys(party).by(stays.state)),
      ownNumbers: overlap(keys(hangars.no), keys(sql`${stays.guests} + 1`)),
      busiest: top(3, count(stays).by(stays.hangar)),
      dearest: top(2, average(stays.cents, { scale: 1 }).by(stays.hangar)),
      bestWeeks: top(2, sum(stays.cents).by(lastWeeks(5, stays.settledAt))),
      busiestPairs: top(2, sum(stays.cents).by(stays.hangar, party)),
    },
  },
  events: {
    stay_booked: inserted(stays).data({ ...stay, area: lookup(hangars.area, stays.hangar) }),
    stay_moved: changed(stays.hangar, stays.arrives, stays.leaves).data({ ...stay, from: before(stays.arrives) }),
    stay_cancelled: deleted(stays).where(ne(stays.state, "draft")).data(stay),
    cents_settled: became(stays, eq(stays.payment, "settled")).data({
      no: id(stays.no),
      cents: stays.cents,
      money: lookup(owners.money, stays.host),
    }),
    guest_changed: occupant({
      group: hangars.no,
      where: open,
      stays: { group: stays.hangar, where: staying, from: stays.arrives, until: stays.leaves, label: stays.state },
      data: { hangar: id(hangars.no), area: hangars.area },
    }),
    last_checked: occupant({
      group: hangars.no,
      stays: {
        group: stays.hangar,
        from: at(stays.checkedAt, "America/New_York"),
        until: openIfNull(stays.leaves),
        label: stays.state,
      },
      data: { hangar: id(hangars.no) },
    }),
  },
});
