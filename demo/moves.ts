/**
 * What happens at an owner's hangars, one SQL statement each; `$1` is the owner. A move that finds nothing to do changes nothing.
 *
 * A move each second is a thousand times what a season has. Left alone, an hour of it would be three months of bookings in one day: every
 * growth +350 %, and one bar beside which a chart's others are nothing. So bookings and payments come in up to {@link BUSY_DAY} within a
 * day, and others of the same day go to make room: the numbers move all the time, and stay those of a busy day.
 */
import { guestName, type Random } from "./season.ts";

export interface Move {
  readonly name: string;
  /** How often, in parts of the sum of all. */
  readonly weight: number;
  readonly sql: string;
  /** What `$2` is, where the statement has one. */
  readonly more?: (random: Random) => string;
}

/** How many bookings, and how many payments, a day has at most: twice what an owner's day in the season has. */
export const BUSY_DAY = 12;

/** True while less than a busy day's have come in since this time yesterday. */
function isRoom(column: "created_at" | "paid_at"): string {
  return `(select count(*) from bookings where owner_id = $1 and ${column} > now() - interval '1 day') < ${BUSY_DAY}`;
}

/** Finds one booking of the owner, any one alike. */
function one(condition: string): string {
  return `(select id from bookings where owner_id = $1 and ${condition} order by random() limit 1 for update skip locked)`;
}

const BOOK = `
  insert into bookings (listing_id, owner_id, guest_name, status, payment_status, payment_amount, check_in, check_out)
  select id, owner_id, $2, 'pending', 'unpaid', round((days * (150 + random() * 600))::numeric, 2), start, start + make_interval(days => days)
  from (
    select id, owner_id, now() + random() * interval '20 days' as start, 1 + floor(random() * 6)::int as days
    from listings where owner_id = $1 and status = 'active' order by random() limit 1
  ) as stay
  where ${isRoom("created_at")}`;

export const MOVES: readonly Move[] = [
  { name: "a booking comes in", weight: 30, sql: BOOK, more: guestName },
  {
    name: "a booking is confirmed",
    weight: 18,
    sql: `update bookings set status = 'confirmed' where id = ${one("status = 'pending'")}`,
  },
  {
    name: "a payment arrives",
    weight: 18,
    sql: `update bookings set payment_status = 'paid', paid_at = now()
      where id = ${one(`status in ('confirmed', 'completed') and payment_status = 'unpaid' and ${isRoom("paid_at")}`)}`,
  },
  {
    name: "a payment bounces",
    weight: 12,
    sql: `update bookings set payment_status = 'unpaid', paid_at = null
      where id = ${one("payment_status = 'paid' and paid_at > now() - interval '1 day'")}`,
  },
  {
    name: "a request is withdrawn",
    weight: 16,
    sql: `delete from bookings
      where id = ${one("payment_status <> 'paid' and status in ('pending', 'confirmed', 'cancelled') and created_at > now() - interval '1 day'")}`,
  },
  {
    name: "a booking is cancelled, and what was paid goes back",
    weight: 5,
    sql: `update bookings set status = 'cancelled', payment_status = case payment_status when 'paid' then 'refunded' else payment_status end
      where id = ${one("status in ('pending', 'confirmed') and check_in > now()")}`,
  },
  {
    name: "a guest checks in early",
    weight: 8,
    sql: `update bookings set check_in = now()
      where id = ${one("status = 'confirmed' and check_in > now() and check_in < now() + interval '5 days'")}`,
  },
  {
    name: "a guest has left",
    weight: 10,
    sql: `update bookings set status = 'completed', check_out = least(check_out, now())
      where id = ${one("status = 'confirmed' and check_in < now() - interval '1 hour'")}`,
  },
  {
    name: "a payout is made",
    weight: 0.5,
    sql: `update payouts set status = 'paid'
      where id = (select id from payouts where owner_id = $1 and status = 'pending' order by due_on limit 1 for update skip locked)`,
  },
  {
    name: "a payout is scheduled",
    weight: 0.5,
    sql: `insert into payouts (owner_id, amount, status, due_on)
      select $1, round((2000 + random() * 9000)::numeric, 2), 'pending', current_date + 7 + floor(random() * 21)::int`,
  },
  {
    name: "a hangar is listed",
    weight: 0.3,
    // The plan of an airfield is only so big.
    sql: `insert into listings (owner_id, hangar_number, status, published_at)
      select $1, 'H-' || lpad((count(*) + 1)::text, 2, '0'), 'active', now() from listings where owner_id = $1 having count(*) < 60`,
  },
];
