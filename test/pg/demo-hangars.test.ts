/** What an owner has, as the demo's channel `hangars` gives it to the owner's page. */
import assert from "node:assert/strict";
import { after, before, it } from "node:test";
import type { MarketplaceDaemon } from "../support/running-daemon.ts";
import { openMarketplace } from "../support/running-daemon.ts";
import { onEachServer } from "../support/servers.ts";

/** One stay a day, the n-th from day n to day n + 1; every tenth was cancelled. The n-th booking was made n minutes ago. */
const ROWS = `
  insert into owners (id, name, time_zone) values (1, 'Campo', 'America/Noronha'), (2, 'Outro', 'UTC');
  insert into listings (id, owner_id, hangar_number, status) values (1, 1, 'H-01', 'active'), (2, 1, 'H-02', 'draft'), (3, 2, 'X', 'active');
  insert into bookings (id, listing_id, owner_id, guest_name, status, payment_status, payment_amount, check_in, check_out, created_at)
    select n, 1, 1, 'Guest ' || n, case when n % 10 = 0 then 'cancelled' else 'confirmed' end, 'unpaid', n,
           timestamptz '2026-01-01Z' + n * interval '1 day', timestamptz '2026-01-02Z' + n * interval '1 day', now() - n * interval '1 minute'
    from generate_series(1, 400) n`;

type Items = readonly (readonly [key: string, position: string, row: Readonly<Record<string, unknown>>])[];
interface Page {
  readonly items: Items;
  readonly from: string | null;
}

await onEachServer("An owner's hangars, by the demo's configuration", (server) => {
  let daemon: MarketplaceDaemon;

  before(async () => {
    ({ daemon } = await openMarketplace(server, ROWS));
  });
  after(() => daemon.stop());

  const ask = (path: string, owner: number) =>
    fetch(`${daemon.url}v1/topics/hangars:1${path}`, {
      headers: { authorization: `Bearer ${daemon.token({ ownerId: owner })}` },
    });
  const keys = (items: Items) => items.map(([key]) => Number(key));

  it("are rows for who may see the owner, and nobody else", async () => {
    assert.equal((await ask("", 2)).status, 403);
    const answer = await ask("", 1);
    assert.equal(answer.status, 200);
    const { sets } = (await answer.json()) as { sets: Record<"owner" | "listings" | "bookings" | "stays", Page> };
    assert.deepEqual(
      sets.owner.items.map(([, , row]) => row),
      [{ timeZone: "America/Noronha", currency: "BRL" }],
    );
    assert.deepEqual(
      sets.listings.items.map(([, , row]) => row),
      [
        { hangarNumber: "H-01", status: "active" },
        { hangarNumber: "H-02", status: "draft" },
      ],
    );
    // The newest of all, cancelled or not, oldest first.
    assert.deepEqual(
      keys(sets.bookings.items),
      Array.from({ length: 100 }, (_, at) => 100 - at),
    );
    assert.equal(sets.bookings.items.at(-1)?.[2]["amount"], "1.00");
  });

  it("have the stays that end last, without those that were cancelled, and the others page by page", async () => {
    const { sets } = (await (await ask("", 1)).json()) as { sets: { stays: Page } };
    const held = keys(sets.stays.items);
    assert.equal(held.length, 200);
    assert.equal(held.at(-1), 399);
    const older = (await (await ask(`/rows/stays?before=${sets.stays.from}&limit=100`, 1)).json()) as Page;
    const all = [...keys(older.items), ...held];
    const wanted = Array.from({ length: 400 }, (_, at) => at + 1).filter((n) => n % 10 !== 0);
    assert.deepEqual(all, wanted.slice(-300));
  });
});
