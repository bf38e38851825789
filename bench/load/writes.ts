/**
 * Writes on an open-loop schedule: what is due is sent, however slow the answers are. pgbench sends them, since a load generator in
 * JavaScript takes a third of a core from what is measured. Two writes in three insert a pending booking, the third confirms the one
 * before.
 */
import { pgbenchLog } from "../support/pgbench.ts";
import type { Write } from "./write-log.ts";

/** Has no factor in common with the number of owners, or rooms: each session comes round to all of them. */
export const STRIDE = 7919;

export interface LoadOptions {
  readonly url: string;
  readonly owners: number;
  readonly writesPerSecond: number;
  readonly seconds: number;
  readonly sessions: number;
}

export async function writeLoad({ url, owners, writesPerSecond, seconds, sessions }: LoadOptions): Promise<Write[]> {
  const script = `
\\set n :n + 1
\\if :n % 3 = 2
update bookings set status = 'confirmed' where id = :id;
\\else
\\set owner 1 + (:n * ${STRIDE} + :client_id) % ${owners}
\\set listing 10 * :owner - :n % 10
insert into bookings (listing_id, owner_id, guest_name, status, payment_status, payment_amount, check_in, check_out)
values (:listing, :owner, 'Guest', 'pending', 'unpaid', 120.50, now() + interval '3 days', now() + interval '5 days') returning id \\gset
\\endif
`;
  const ownerOf = (client: number, n: number): number =>
    n % 3 === 2 ? ownerOf(client, n - 1) : (n * STRIDE + client) % owners;
  const log = await pgbenchLog({
    url,
    script,
    clients: sessions,
    transactionsPerClient: Math.round((writesPerSecond * seconds) / sessions),
    perSecond: writesPerSecond,
    variables: { n: -1, id: 0 },
  });
  return log.map(({ client, number, ...times }) => ({ owner: ownerOf(client, number), ...times }));
}
