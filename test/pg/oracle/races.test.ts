/** What must come in one order to go wrong, brought in that order. */
import assert from "node:assert/strict";
import { it } from "node:test";
import { book, type DemoBench, demoBench } from "../../support/oracle-run/demo-bench.ts";
import { Gate } from "../../support/oracle-run/gate.ts";
import { onEachServer } from "../../support/servers.ts";

const NOON = "2026-05-08T12:00:00Z";
const EARLIER = "2026-05-08T09:00:00Z";
const ZONES = ["America/Sao_Paulo", "UTC", "Atlantic/Azores"];

/** Writes, and waits until the owners have taken that; nothing else need have come of it. */
async function writeAndPass({ database, stack, time }: DemoBench, sql: string): Promise<void> {
  await database.query(sql);
  const [mark] = await database.query<{ xid: string }>("select pg_current_xact_id()::text as xid");
  stack.nudge();
  await stack.changes.until(
    () => stack.sink.hasPassed(BigInt(mark?.xid ?? 0), time.micros),
    () => "the batch",
  );
}

await onEachServer("in the order that hurts", (server) => {
  it("an owner is loaded at the very cut that brings its changes, and these are counted once", async (t) => {
    const bench = await demoBench(t, server, NOON, ZONES);
    const { database, stack } = bench;
    for (const screen of stack.screens.filter(({ owner }) => owner === "2")) stack.unwatch(screen);
    await database.query(book(2, 7, EARLIER));
    await bench.judge.settle();
    const gate = new Gate();
    const cuts: number[] = [];
    stack.sink.beforeBatch = async (batch, cut) => {
      if (cut !== undefined) cuts.push(batch.grains.filter(({ owner }) => owner === "2").length);
      await gate.pass();
    };
    gate.shut();
    await database.query(book(1, 1, EARLIER));
    await gate.arrival();
    stack.watch("2");
    await stack.changes.until(
      () => stack.sink.wantsCut(),
      () => "the owner to be due",
    );
    await database.query(
      `begin; ${book(2, 10, EARLIER)} update bookings set payment_amount = 100 where owner_id = 2 and payment_amount = 7; commit`,
    );
    gate.open();
    await bench.judge.settle();
    assert.ok((cuts[0] ?? 0) > 0, "the cut has brought the owner's changes");
  });

  it("a bulk statement, a TRUNCATE, or another zone comes while an owner loads: the load counts for nothing", async (t) => {
    const gate = new Gate();
    const bench = await demoBench(t, server, NOON, ZONES, { loader: gate.loads });
    await bench.write(book(1, 1, EARLIER).repeat(30) + book(2, 2, EARLIER).repeat(3));
    const ending = "delete from listings where owner_id = 1; delete from owners where id = 1";
    const during = [
      "update bookings set payment_amount = payment_amount + 1",
      "truncate payouts; insert into payouts (owner_id, amount, status, due_on) values (1, 3, 'pending', '2026-05-09')",
      `begin; ${book(1, 50, "2026-05-08T01:00:00Z")} update owners set time_zone = 'Pacific/Kiritimati' where id = 1; ${book(1, 60, "2026-05-08T11:00:00Z")} commit`,
      "update owners set currency = 'EUR' where id = 1",
      `delete from payouts where owner_id = 1; delete from bookings where owner_id = 1; ${ending}`,
      ending,
    ];
    for (const [round, sql] of during.entries()) {
      gate.shut();
      // Has owner 1 loaded.
      await bench.database.query(
        `insert into owners (id, name) values (1, 'new') on conflict (id) do update set currency = 'C${round}'`,
      );
      bench.stack.nudge();
      await gate.arrival();
      await writeAndPass(bench, sql);
      await writeAndPass(bench, book(2, 4, EARLIER));
      gate.open();
      await bench.judge.settle();
    }
  });

  it("a date is moved while its owner loads, and the owner's zone is not known to be good yet", async (t) => {
    const gate = new Gate();
    const bench = await demoBench(t, server, NOON, ["UTC"], { dayStarts: gate.dayStarts });
    const { database, stack } = bench;
    await database.query("insert into owners (id, name, time_zone) values (9, 'owner', 'Asia/Kathmandu')");
    await database.query("insert into listings (id, owner_id, hangar_number, status) values (9, 9, 'H', 'active')");
    await bench.write(book(9, 100, EARLIER));
    gate.shut();
    const before = stack.sink.zones().length;
    stack.watch("9");
    await gate.arrival();
    // Both images are in one batch, of days that it can't tell apart.
    await writeAndPass(
      bench,
      "update bookings set paid_at = paid_at - interval '1 day', created_at = created_at - interval '40 days' where owner_id = 9",
    );
    assert.equal(stack.sink.zones().length, before);
    gate.open();
    await bench.judge.settle();
  });

  it("rows that are inserted after a TRUNCATE in one transaction count once, those before it not at all", async (t) => {
    const bench = await demoBench(t, server, NOON, ZONES);
    await bench.write(book(1, 1, EARLIER) + book(2, 2, EARLIER));
    await bench.write(
      `begin; ${book(1, 10, EARLIER)} truncate bookings; ${book(1, 100, EARLIER)} ${book(3, 5, EARLIER)} commit`,
    );
    await bench.write(
      `begin; truncate bookings; savepoint s; ${book(2, 7, EARLIER)} rollback to savepoint s; ${book(2, 8, EARLIER)} commit`,
    );
    await bench.write("truncate listings cascade");
  });

  it("single rows change in the transaction of a bulk statement, before it and after it", async (t) => {
    const bench = await demoBench(t, server, NOON, ZONES);
    await bench.write(book(1, 1, EARLIER).repeat(25) + book(2, 2, EARLIER).repeat(5));
    await bench.write(
      `begin; ${book(3, 10, EARLIER)} update bookings set owner_id = 3, listing_id = 3 where owner_id = 1; ${book(1, 20, EARLIER)} delete from bookings where owner_id = 2; commit`,
    );
    await bench.write(
      "update bookings set owner_id = 1 + id % 3, status = case when id % 2 = 0 then 'cancelled' else status end",
    );
  });

  it("an owner's row goes and comes back, in one transaction and in several of one batch", async (t) => {
    const gate = new Gate();
    const bench = await demoBench(t, server, NOON, ZONES);
    const { database, stack } = bench;
    stack.watch("7");
    const come = (zone: string): string => `insert into owners (id, name, time_zone) values (7, 'passing', '${zone}');`;
    await bench.write(come("UTC") + `update listings set owner_id = 7 where id = 3;`);
    await bench.write(
      `begin; update listings set owner_id = 3 where id = 3; delete from owners where id = 7; ${come("UTC")} commit`,
    );
    await bench.write("delete from owners where id = 7");
    assert.deepEqual({ ...stack.screens.find(({ owner }) => owner === "7")?.document }, {});
    stack.sink.beforeBatch = () => gate.pass();
    gate.shut();
    await database.query(book(1, 1, EARLIER));
    await database.query(come("UTC"));
    await database.query("delete from owners where id = 7");
    await database.query(
      come("Asia/Kathmandu") + "update listings set owner_id = 7 where id = 3;" + book(3, 9, EARLIER),
    );
    gate.open();
    await bench.judge.settle();
  });

  it("a transaction that wrote long ago commits after thousands that came later", async (t) => {
    const bench = await demoBench(t, server, NOON, ZONES);
    const slow = await bench.database.client();
    await slow.query(
      `begin; ${book(1, 1000, EARLIER)} savepoint s; ${book(1, 1, EARLIER)} rollback to savepoint s; ${book(2, 2000, EARLIER)}`,
    );
    for (let round = 0; round < 20; round += 1) await bench.database.query(book(1 + (round % 3), round, EARLIER));
    await bench.judge.settle();
    await slow.query("commit");
    await bench.judge.settle();
  });
});
