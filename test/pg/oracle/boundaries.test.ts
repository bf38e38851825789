import assert from "node:assert/strict";
import { it } from "node:test";
import { setImmediate } from "node:timers/promises";
import { HEARTBEAT } from "../../../daemon/capture/capture-options.ts";
import { bellHeld } from "../../support/held-bell.ts";
import { ManualClock } from "../../support/manual-clock.ts";
import { DEMO } from "../../support/oracle.ts";
import { HARD_ZONES } from "../../support/oracle-run/hard-zones.ts";
import { Historian } from "../../support/oracle-run/history.ts";
import { installMarketplace } from "../../support/oracle-run/installed.ts";
import { Judge } from "../../support/oracle-run/judge.ts";
import { Stack } from "../../support/oracle-run/stack.ts";
import { onEachServer, type TestDatabase } from "../../support/servers.ts";

const MICROSECOND_MS = 0.001;
/** Days at whose start many of the zones' months begin, or clocks have just gone back or forward. */
const DAYS = ["2025-10-26", "2025-11-01", "2025-11-02", "2025-11-03"];

/** When days begin, found minute by minute in PostgreSQL's own time zones: in microseconds, with the owner whose day it is. */
async function midnights(database: TestDatabase): Promise<Map<number, string[]>> {
  const rows = await database.query<{ owner: string; micros: string }>(
    `select o.id::text as owner, (extract(epoch from min(c)) * 1000000)::bigint::text as micros
       from owners o cross join unnest($1::date[]) d
       cross join lateral generate_series(d::timestamptz - interval '26 hours', d::timestamptz + interval '26 hours', interval '1 minute') c
      where (c at time zone o.time_zone)::date >= d
      group by o.id, d order by min(c)`,
    [DAYS],
  );
  const owners = new Map<number, string[]>();
  for (const { owner, micros } of rows)
    owners.set(Number(micros), [...(owners.get(Number(micros)) ?? []), owner].toSorted());
  return owners;
}

await onEachServer("the clock alone", (server) => {
  it("L5 Values change exactly at the owner's local boundary, with no write", async (t) => {
    const database = await server.createDatabase();
    const installed = await installMarketplace(database, DEMO);
    for (const [index, zone] of HARD_ZONES.entries()) {
      await database.query("insert into owners (id, name, time_zone) values ($1, 'owner', $2)", [index + 1, zone]);
    }
    await database.query("set timezone = 'UTC'");
    await database.query(`
      insert into listings (id, owner_id, hangar_number, status) select id, id, 'H', 'active' from owners;
      insert into bookings (listing_id, owner_id, guest_name, status, payment_status, payment_amount, check_in, check_out, created_at, paid_at)
        select o.id, o.id, 'João', 'cancelled', 'paid', extract(day from at) + 0.01 * extract(hour from at), at, at, at, at
          from owners o cross join generate_series(timestamptz '2025-10-20Z', '2025-11-10Z', '1 hour') at`);

    const start = Date.UTC(2025, 9, 24, 12);
    const clock = new ManualClock(0);
    const time = {
      get micros() {
        return start * 1000 + Math.round(clock.now() * 1000);
      },
      monotonicMs: clock.now,
    };
    const timers = { monotonicMs: clock.now, setTimeout: clock.setTimeout, clearTimeout: clock.clearTimeout };
    // Nothing is read while the reader sleeps: neither writes nor heartbeats tell the owners that time goes on.
    const heartbeat = { ...HEARTBEAT, everyMs: Number.POSITIVE_INFINITY };
    const stack = new Stack({ installed, time, timers, heartbeat });
    t.after(() => stack.stop());
    await stack.start();
    for (const index of HARD_ZONES.keys()) stack.watch(String(index + 1));
    clock.advance(100);
    const judge = new Judge(stack, new Historian(database, DEMO), database);
    await judge.settle();
    await bellHeld(database);
    stack.sink.beforeBatch = () => assert.fail("something was read");

    let crossed = 0;
    for (const [micros, owners] of await midnights(database)) {
      // A millisecond is what timers can tell apart; the clock itself knows microseconds.
      clock.advance(micros / 1000 - start - clock.now() - MICROSECOND_MS);
      await setImmediate();
      await judge.judgeClaims();
      const changed = new Set<string>();
      const before = new Map(stack.screens.map((screen) => [screen.owner, screen.frames]));
      clock.advance(MICROSECOND_MS);
      await setImmediate();
      for (const { owner, frames } of stack.screens) if (frames !== before.get(owner)) changed.add(owner);
      assert.deepEqual([...changed].toSorted(), owners, new Date(micros / 1000).toISOString());
      const claims = stack.takeClaims();
      assert.deepEqual([...new Set(claims.map(({ asOf }) => asOf))], [micros]);
      await judge.judge(claims);
      crossed += owners.length;
    }
    assert.equal(crossed, HARD_ZONES.length * DAYS.length);
  });
});
