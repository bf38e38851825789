/** Rows whose owner is another row's, compared with a recompute. */
import assert from "node:assert/strict";
import { it, type TestContext } from "node:test";
import { HEARTBEAT } from "../../../daemon/capture/capture-options.ts";
import { openReaderSession } from "../../../daemon/capture/reader-session.ts";
import { SessionPool } from "../../../daemon/database/session-pool.ts";
import { SnapshotLoader } from "../../../daemon/owners/loader.ts";
import { Slices } from "../../../daemon/owners/slices.ts";
import { compile } from "../../../daemon/plan/compile.ts";
import { writeCursor } from "../../../daemon/stream/cursor.ts";
import { Verification } from "../../../daemon/verify/verification.ts";
import { ownerTopic } from "../../../protocol/topic.ts";
import { install } from "../../support/install.ts";
import { oracleDocuments, RENTAL } from "../../support/oracle.ts";
import { onEachServer, type TestDatabase, type TestServer } from "../../support/servers.ts";

const plan = compile(RENTAL.config);
const OWNERS = ["1", "2", "3"];

const pay = (customer: number): string =>
  `insert into payments (customer_id, amount, paid_at) values (${customer}, 5, now() - interval '1 day');`;

/** Customer n is of store n, and has paid. The first snapshot is taken. */
async function begin(
  t: TestContext,
  server: TestServer,
): Promise<{ database: TestDatabase; verification: Verification }> {
  const database = await server.createDatabase();
  await database.query(RENTAL.schema);
  await install(database, plan.tables);
  await database.query(`
    insert into cities values (1, 'Europe/Lisbon', 'EUR');
    insert into stores select n, 'city' from generate_series(1, 3) n;
    insert into customers select n, n, 'name' from generate_series(1, 3) n;
    insert into inventory select n, n, 'Alien' from generate_series(1, 3) n;
    insert into rentals select n, n, now(), null from generate_series(1, 3) n;
    insert into fees (rental_id, amount) select 1 + n % 3, 1 from generate_series(1, 9) n;
    ${pay(1)} ${pay(2)} ${pay(3)}`);
  const sessions = new SessionPool({ url: database.url, role: "verify", statementTimeoutMs: 10_000 }, 2);
  const session = await openReaderSession({ url: database.url, heartbeat: HEARTBEAT });
  const slices = new Slices({ monotonicMs: () => performance.now(), setImmediate });
  const loader = new SnapshotLoader({ plan, sessions, slices });
  const verification = new Verification({ plan, session, loader, sessions, owners: OWNERS });
  t.after(async () => {
    await verification.end();
    await session.close();
    await sessions.stop();
  });
  await verification.begin();
  return { database, verification };
}

/** What a daemon would say of the present. */
async function documents(database: TestDatabase): Promise<Parameters<Verification["compare"]>[0]> {
  const [now] = await database.query<{ snapshot: string; at: string; incarnation: string }>(
    `select pg_current_snapshot()::text as snapshot, (extract(epoch from clock_timestamp()) * 1000000)::bigint::text as at,
            encode(deltad.incarnation(), 'hex') as incarnation`,
  );
  if (now === undefined) throw new Error("no row");
  const { snapshot, incarnation } = now;
  const asOf = Number(now.at);
  const found = await oracleDocuments(RENTAL, database, asOf);
  return OWNERS.map((owner) => ({
    kind: "document",
    owner,
    document: found.get(owner) ?? {},
    at: snapshot,
    asOf,
    cursor: writeCursor(ownerTopic(owner), { incarnation, snapshot, asOf }),
  }));
}

await onEachServer("verify, of rows whose owner is another row's", (server) => {
  it("finds nothing, with parents that move, come and go in between", async (t) => {
    const { database, verification } = await begin(t, server);
    await database.query(pay(1));
    await database.query("update customers set store_id = 2 where customer_id = 1");
    await database.query("update inventory set store_id = 1 where inventory_id = 3");
    await database.query(`begin; ${pay(7)} insert into customers values (7, 3, 'new'); commit`);
    await database.query("delete from customers where customer_id = 3");
    const outcome = await verification.finish();
    assert.deepEqual([outcome.recomputed, outcome.differences], [OWNERS, []]);
  });

  it("compares what a daemon said before a parent went, or came", async (t) => {
    const { database, verification } = await begin(t, server);
    await database.query(pay(1) + pay(2) + pay(3));
    const said = await documents(database);
    await database.query("delete from customers where customer_id = 1");
    await database.query(`insert into customers values (7, 2, 'new'); ${pay(7)}`);
    await verification.compare(said);
    const { compared, again, differences } = await verification.finish();
    assert.deepEqual({ compared, again, differences }, { compared: OWNERS, again: [], differences: [] });
  });

  it("does not compare owners whose rows moved since a daemon spoke", async (t) => {
    const { database, verification } = await begin(t, server);
    await database.query(pay(1) + pay(2) + pay(3));
    const said = await documents(database);
    await database.query("update customers set store_id = 2 where customer_id = 1");
    await verification.compare(said);
    const { compared, again, differences } = await verification.finish();
    assert.deepEqual({ compared, again, differences }, { compared: ["3"], again: ["1", "2"], differences: [] });
  });
});
