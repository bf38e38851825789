/** Random writes to the demo's marketplace. */
import { BAD_ZONE } from "./history.ts";
import { HARD_ZONES } from "./hard-zones.ts";
import type { Values } from "./values.ts";
import type { Write } from "./write.ts";

export const DEMO_OWNERS = {
  lasting: HARD_ZONES.map((_, index) => String(index + 1)),
  passing: ["21", "22"],
  never: "99",
  others: ["1", "2", "3", "4", "5", "21", "99"].map((id) => `trends:${id}`),
} as const;

const LISTINGS = 30;

export function demoRows(v: Values): string[] {
  const owners = HARD_ZONES.map((zone, index) => `(${index + 1}, 'owner', '${zone}')`);
  const listings = Array.from({ length: LISTINGS }, (_, index) => listing(v, String(index + 1)));
  return [
    `insert into owners (id, name, time_zone) values ${owners.join(", ")}`,
    `insert into listings (id, owner_id, hangar_number, status, published_at) values ${listings.join(", ")}`,
    insertBookings(v, 120),
    insertPayouts(v, 15),
  ];
}

const owner = (v: Values): string => v.pick(DEMO_OWNERS.lasting);
const zone = (v: Values): string => `'${v.chance(0.1) ? BAD_ZONE : v.pick(HARD_ZONES)}'`;
const status = (v: Values): string =>
  v.word("pending", "confirmed", "confirmed", "completed", "cancelled", "", "__proto__");
const payment = (v: Values): string => v.word("paid", "paid", "unpaid", "refunded");
const state = (v: Values): string => v.word("active", "active", "draft", "inactive", "a.b");
const listing = (v: Values, id: string): string => `(${id}, ${owner(v)}, 'H', ${state(v)}, ${v.maybe(v.instant())})`;

/** Any row of a table, or a few. */
function some(v: Values, table: string, count = 1): string {
  return `id in (select id from ${table} order by md5(id::text || '${v.integer(0, 1e6)}') limit ${count})`;
}

function booking(v: Values): string {
  const stay = `${v.instant()}, ${v.instant()}`;
  return `(${v.integer(1, LISTINGS)}, ${owner(v)}, 'João', ${status(v)}, ${payment(v)}, ${v.amount()}, ${stay}, ${v.instant()}, ${v.maybe(v.instant())})`;
}

function insertBookings(v: Values, count: number): string {
  const rows = Array.from({ length: count }, () => booking(v));
  return `insert into bookings (listing_id, owner_id, guest_name, status, payment_status, payment_amount, check_in, check_out, created_at, paid_at) values ${rows.join(", ")}`;
}

function insertPayouts(v: Values, count: number): string {
  const rows = Array.from(
    { length: count },
    () => `(${owner(v)}, ${v.amount()}, ${v.word("pending", "pending", "paid", "failed")}, ${v.date()})`,
  );
  return `insert into payouts (owner_id, amount, status, due_on) values ${rows.join(", ")}`;
}

/** What moves a booking in, out of, or across windows, or to another owner. `of` names the row where there are two. */
function changed(v: Values, of = "bookings."): string {
  return v.pick([
    () => `paid_at = ${v.maybe(v.instant())}`,
    () => `created_at = ${v.instant()}`,
    () => `check_in = ${v.instant()}, check_out = ${v.instant()}`,
    () => `(check_in, check_out) = (${of}check_out, ${of}check_in)`,
    () => `status = ${status(v)}`,
    () => `payment_status = ${payment(v)}, paid_at = ${v.instant()}`,
    () => `payment_amount = ${v.amount()}`,
    () => `payment_amount = -${of}payment_amount`,
    () => `owner_id = ${owner(v)}`,
    () => `listing_id = ${v.integer(1, LISTINGS)}`,
    () => `guest_name = ${of}guest_name`,
  ])();
}

export const DEMO_WRITES: readonly Write[] = [
  { weight: 20, statements: (v) => [insertBookings(v, v.integer(1, 3))] },
  {
    weight: 30,
    statements: (v) => [`update bookings set ${changed(v)} where ${some(v, "bookings", v.integer(1, 4))}`],
  },
  { weight: 8, statements: (v) => [`delete from bookings where ${some(v, "bookings", v.integer(1, 6))}`] },
  {
    // An upsert; now and then of a row that moves to another owner by it.
    weight: 8,
    statements: (v) => [
      `insert into bookings (id, listing_id, owner_id, guest_name, status, payment_status, payment_amount, check_in, check_out, created_at, paid_at)
       overriding system value
       select id, listing_id, owner_id, guest_name, status, payment_status, payment_amount, check_in, check_out, created_at, paid_at
         from bookings where ${some(v, "bookings", 2)}
       on conflict (id) do update set ${changed(v)}`,
    ],
  },
  {
    weight: 4,
    since: 15,
    statements: (v) => [
      `merge into bookings b using (select id, id % 3 as way from bookings where ${some(v, "bookings", 5)}) s on s.id = b.id
       when matched and s.way = 0 then delete
       when matched and s.way = 1 then update set ${changed(v, "b.")}
       when matched then do nothing`,
    ],
  },
  { weight: 8, statements: (v) => [insertPayouts(v, v.integer(1, 2))] },
  {
    weight: 8,
    statements: (v) => [
      `update payouts set ${v.pick([`due_on = ${v.date()}`, `status = ${v.word("pending", "paid")}`, `owner_id = ${owner(v)}`, `amount = ${v.amount()}`])} where ${some(v, "payouts")}`,
    ],
  },
  { weight: 4, statements: (v) => [`delete from payouts where ${some(v, "payouts")}`] },
  {
    weight: 10,
    statements: (v) => [
      `update listings set ${v.pick([`status = ${state(v)}`, `owner_id = ${owner(v)}`, `published_at = ${v.maybe(v.instant())}`])} where ${some(v, "listings", 2)}`,
    ],
  },
  {
    // A listing changes owner with all its bookings, one after the other.
    weight: 4,
    statements: (v) => {
      const [to, id] = [owner(v), v.integer(1, LISTINGS)];
      return [
        `update listings set owner_id = ${to} where id = ${id}`,
        `update bookings set owner_id = ${to} where listing_id = ${id}`,
      ];
    },
  },
  {
    // More rows than are kept as images, and single ones beside them.
    weight: 4,
    statements: (v) => [
      insertBookings(v, 1),
      `update bookings set ${changed(v)} where id % 3 <> ${v.integer(0, 2)}`,
      `update bookings set ${changed(v)} where ${some(v, "bookings")}`,
    ],
  },
  { weight: 1, statements: (v) => [insertBookings(v, 45), `delete from bookings where id % 2 = 0`] },
  { weight: 1, statements: () => ["truncate bookings"] },
  { weight: 2, statements: (v) => [insertBookings(v, 2), "truncate bookings", insertBookings(v, v.integer(1, 40))] },
  { weight: 1, statements: (v) => ["truncate payouts", insertPayouts(v, 3)] },
  {
    weight: 6,
    statements: (v) => {
      const id = owner(v);
      return [
        `update bookings set ${changed(v)} where owner_id = ${id} and ${some(v, "bookings", 40)}`,
        `update owners set time_zone = ${zone(v)} where id = ${id}`,
        insertBookings(v, 2),
      ];
    },
  },
  // The zone of somebody who had a bad one is mended.
  {
    weight: 3,
    statements: (v) => [`update owners set time_zone = ${v.word(...HARD_ZONES)} where time_zone = '${BAD_ZONE}'`],
  },
  {
    weight: 3,
    statements: (v) => [`update owners set currency = ${v.word("BRL", "EUR", "USD")} where id = ${owner(v)}`],
  },
  { weight: 1, statements: (v) => [`update owners set name = 'other' where id = ${owner(v)}`] },
  {
    weight: 4,
    statements: (v) => {
      const id = v.pick(DEMO_OWNERS.passing);
      return [
        `insert into owners (id, name, time_zone) values (${id}, 'passing', ${zone(v)}) on conflict do nothing`,
        `update bookings set owner_id = ${id} where ${some(v, "bookings", 3)}`,
      ];
    },
  },
  {
    weight: 3,
    statements: (v) => {
      const id = v.pick(DEMO_OWNERS.passing);
      return [
        `delete from bookings where owner_id = ${id}`,
        `delete from owners where id = ${id}`,
        ...(v.chance(0.3) ? [`insert into owners (id, name, time_zone) values (${id}, 'again', ${zone(v)})`] : []),
      ];
    },
  },
];
