/** What moves from one owner to another is never with both, and never with neither. */
import assert from "node:assert/strict";
import { it } from "node:test";
import { seeded } from "../../../demo/season.ts";
import type { JsonObject } from "../../../protocol/json.ts";
import { cases } from "../../support/cases.ts";
import { book, demoBench } from "../../support/oracle-run/demo-bench.ts";
import { onEachServer } from "../../support/servers.ts";

const OWNERS = 8;
const WRITERS = 4;
/** By each writer. */
const TRANSFERS = 120;

/** Sums over all owners of what a transfer must not change; money in cents. */
function totals(documents: readonly (JsonObject | undefined)[]): Readonly<Record<string, number>> {
  const sums: Record<string, number> = { revenue: 0, bookings: 0, listings: 0, payouts: 0 };
  for (const document of documents) {
    const { revenue, bookings, listings, payouts } = document as unknown as {
      revenue: { today: string };
      bookings: { total: number };
      listings: { total: number };
      payouts: { pending: string };
    };
    sums["revenue"] = (sums["revenue"] ?? 0) + cents(revenue.today);
    sums["bookings"] = (sums["bookings"] ?? 0) + bookings.total;
    sums["listings"] = (sums["listings"] ?? 0) + listings.total;
    sums["payouts"] = (sums["payouts"] ?? 0) + cents(payouts.pending);
  }
  return sums;
}

const cents = (money: string): number => Math.round(Number(money) * 100);

await onEachServer("transfers", (server) => {
  it("the total over all owners is the same in every batch, whatever moves between them", async (t) => {
    const { seed = 20_260_508 } = cases(1);
    const zones = Array.from({ length: OWNERS }, () => "UTC");
    const bench = await demoBench(t, server, "2026-05-08T12:00:00Z", zones);
    const { database, stack } = bench;
    for (let owner = 1; owner <= OWNERS; owner += 1) {
      await database.query(book(owner, owner, "2026-05-08T09:00:00Z").repeat(3));
      await database.query(
        `insert into payouts (owner_id, amount, status, due_on) values (${owner}, ${owner}, 'pending', '2026-06-01')`,
      );
    }
    await bench.judge.settle();
    const show = () => totals(stack.screens.map(({ document }) => document));
    const expected = show();
    assert.deepEqual(expected, { revenue: 10_800, bookings: 24, listings: 8, payouts: 3_600 });
    let batches = 0;
    const different: unknown[] = [];
    stack.sink.afterBatch = () => {
      batches += 1;
      const now = show();
      if (JSON.stringify(now) !== JSON.stringify(expected)) different.push(now);
    };

    async function transferring(writer: number): Promise<void> {
      const random = seeded(seed + writer);
      const any = (count: number): number => 1 + Math.floor(random() * count);
      const client = await database.client();
      await client.query("set lock_timeout = '60ms'");
      for (let round = 0; round < TRANSFERS; round += 1) {
        const [from, to] = [any(OWNERS), any(OWNERS)];
        const moves = [
          `update bookings set owner_id = ${to} where id = (select id from bookings where owner_id = ${from} order by id limit 1)`,
          `update listings set owner_id = ${to} where id = ${any(OWNERS)}`,
          `update payouts set owner_id = ${to}, amount = amount - 1 where id = ${from}; update payouts set amount = amount + 1 where id = ${from}`,
          `update bookings set payment_amount = payment_amount - 1 where id = ${any(24)}; update bookings set payment_amount = payment_amount + 1 where id = ${any(24)}`,
        ];
        const undone = random() < 0.2 ? `savepoint s; ${moves[any(4) - 1] ?? ""}; rollback to savepoint s;` : "";
        await client
          .query(`begin; ${undone} ${moves[any(4) - 1] ?? ""}; ${random() < 0.1 ? "rollback" : "commit"}`)
          // Two that lock in different orders.
          .catch(() => client.query("rollback"));
      }
    }
    await Promise.all(Array.from({ length: WRITERS }, (_, writer) => transferring(writer)));
    await bench.judge.settle();
    assert.deepEqual(different, []);
    assert.ok(batches > TRANSFERS / 12, `${batches} batches`);
  });
});
