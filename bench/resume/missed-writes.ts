/** What is written while nobody listens: each a booking, committed alone, and one event. */
import pg from "pg";

const INSERT = {
  name: "insert",
  text: `insert into bookings (listing_id, owner_id, guest_name, status, payment_status, payment_amount, check_in, check_out)
         values (10 * $1::bigint, $1, 'Guest', 'pending', 'unpaid', 120.50, now() + interval '3 days', now() + interval '5 days') returning id`,
};
const SESSIONS = 8;

/** Returns the bookings of each of the owners 1 … `owners` in the order of their commits. */
export async function writeMissed(url: string, owners: number, each: number): Promise<Map<string, readonly string[]>> {
  const written = new Map<string, string[]>();
  const write = async (first: number): Promise<void> => {
    const session = new pg.Client({ connectionString: url });
    await session.connect();
    for (let round = 0; round < each; round += 1) {
      for (let owner = first; owner <= owners; owner += SESSIONS) {
        const { rows } = await session.query<{ id: string }>({ ...INSERT, values: [owner] });
        written.set(String(owner), [...(written.get(String(owner)) ?? []), rows[0]?.id ?? ""]);
      }
    }
    await session.end();
  };
  await Promise.all(Array.from({ length: SESSIONS }, (_, index) => write(index + 1)));
  return written;
}
