import type { Database } from "./marketplace.ts";

/** Also what psql is told to run, so it holds no parameter. */
function bookingSql(owner: string): string {
  return (
    "insert into bookings (listing_id, owner_id, guest_name, status, payment_status, payment_amount, check_in, check_out, paid_at) " +
    "select id, owner_id, 'João', 'confirmed', 'paid', 1250.00, now(), now() + interval '2 days', now() " +
    `from listings where owner_id = ${BigInt(owner)} and status = 'active' order by random() limit 1 returning id, guest_name`
  );
}

/** Writes one paid booking that begins now; returns what to tell about it. */
export async function writeBooking(database: Database, owner: string): Promise<string> {
  const [written] = await database.query<{ id: string; guest_name: string }>(bookingSql(owner));
  if (!written) return `owner ${owner} has no active listing to book`;
  return `booking ${written.id} of ${written.guest_name} for owner ${owner}: 1250.00, paid`;
}

/** The line for psql. The password is in `passwordFile`, not on the command line. */
export function psqlLine(databaseUrl: string, passwordFile: string, owner: string): string {
  const url = new URL(databaseUrl);
  url.password = "";
  return `PGPASSFILE=${quoted(passwordFile)} psql ${quoted(url.href)} -c ${quoted(bookingSql(owner))}`;
}

/** For a POSIX shell, on one line. */
function quoted(text: string): string {
  return /^[\w./:@%-]+$/.test(text) ? text : `"${text.replace(/["$`\\]/g, "\\$&")}"`;
}
