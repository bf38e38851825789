interface Session {
  query(text: string, values: readonly unknown[]): Promise<unknown>;
}

export interface Seasons {
  readonly owners: number;
  /** Of each owner. */
  readonly listings: number;
  readonly bookings: number;
}

/**
 * Fills the demo's empty tables: owners 1 … `owners`, each with a season of bookings, evenly from 400 days ago to 45 days ahead and around
 * its listings in turn, of two to six days, and with 16 weekly payouts. An owner's instants are its own.
 */
export async function fillSeasons(session: Session, { owners, listings, bookings }: Seasons): Promise<void> {
  await session.query("insert into owners (id, name) select o, 'Owner ' || o from generate_series(1, $1::int) o", [
    owners,
  ]);
  await session.query(
    `insert into listings (id, owner_id, hangar_number, status, published_at)
     select $2::int * o - l, o, 'H' || l, case when l % 10 = 9 then 'inactive' else 'active' end, now()
       from generate_series(1, $1::int) o, generate_series(0, $2::int - 1) l`,
    [owners, listings],
  );
  await session.query(
    `insert into bookings (listing_id, owner_id, guest_name, status, payment_status, payment_amount, check_in, check_out, created_at, paid_at)
     select $2::int * o - n % $2::int, o, 'Guest ' || n,
            case when n % 11 = 0 then 'cancelled' when until < now() then 'completed' when n % 7 = 0 then 'pending' else 'confirmed' end,
            case when n % 5 = 0 then 'unpaid' else 'paid' end, 100 + (o + 31 * n) % 900 + 0.25, at, until, booked,
            case when n % 5 > 0 then booked + interval '1 hour' end
       from (select o, n, at, at + make_interval(days => 2 + n % 5) as until, least(at, now()) - make_interval(days => 1 + n % 20) as booked
               from generate_series(1, $1::int) o, generate_series(0, $3::int - 1) n,
                    lateral (select now() - interval '400 days' + n * interval '445 days' / $3::int - make_interval(secs => o) as at) a) s`,
    [owners, listings, bookings],
  );
  await session.query(
    `insert into payouts (owner_id, amount, status, due_on)
     select o, 500 + (o + 17 * week) % 400, case when week < 12 then 'paid' else 'pending' end, current_date + 7 * (week - 12)
       from generate_series(1, $1::int) o, generate_series(0, 15) week`,
    [owners],
  );
}
