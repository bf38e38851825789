/** One write by one session, and the time from the start of its COMMIT to the moments that `seen` tells of. */
import { setTimeout } from "node:timers/promises";
import type pg from "pg";

export const INSERT_BOOKING = `insert into bookings (listing_id, owner_id, guest_name, status, payment_status, payment_amount, check_in, check_out, paid_at)
values (10 * $1::bigint, $1, 'Guest', 'confirmed', 'paid', 120.50, now() + interval '3 days', now() + interval '5 days', now())`;

/** Milliseconds from sending COMMIT to the time, in monotonic nanoseconds, at which the write was seen. */
export async function timedWrite(session: pg.Client, owner: string, seen: () => Promise<bigint>): Promise<number> {
  const booking = { name: "insert_booking", text: INSERT_BOOKING, values: [owner] };
  const [ms = Number.NaN] = await timesOf(session, booking, () => [seen()]);
  return ms;
}

/** As {@link timedWrite}, of any statement, which is seen at several places. */
export async function timesOf(
  session: pg.Client,
  statement: pg.QueryConfig,
  seen: () => readonly Promise<bigint>[],
): Promise<number[]> {
  await session.query("begin");
  await session.query(statement);
  const arrivals = seen();
  const startedNs = process.hrtime.bigint();
  await session.query("commit");
  return (await Promise.all(arrivals)).map((atNs) => Number(atNs - startedNs) / 1e6);
}

/** Between two writes, in milliseconds: by chance, so that they meet every phase of what goes in turns. */
export function pauseBetween({
  shortest,
  longest,
}: {
  readonly shortest: number;
  readonly longest: number;
}): Promise<void> {
  return setTimeout(shortest + Math.random() * (longest - shortest));
}
