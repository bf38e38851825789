import assert from "node:assert/strict";
import { it } from "node:test";
import { HEARTBEAT } from "../../../daemon/capture/capture-options.ts";
import { openReaderSession } from "../../../daemon/capture/reader-session.ts";
import { SessionPool } from "../../../daemon/database/session-pool.ts";
import { compile } from "../../../daemon/plan/compile.ts";
import { SnapshotLoader } from "../../../daemon/owners/loader.ts";
import { Slices } from "../../../daemon/owners/slices.ts";
import { recomputeAt } from "../../../daemon/verify/recompute-at.ts";
import { Verification } from "../../../daemon/verify/verification.ts";
import { install } from "../../support/install.ts";
import { DEMO } from "../../support/oracle.ts";
import { onEachServer, type TestDatabase, type TestServer } from "../../support/servers.ts";

const plan = compile(DEMO.config);
const OWNERS = ["1", "2", "3"];

interface Begun {
  readonly database: TestDatabase;
  readonly verification: Verification;
  readonly end: () => Promise<void>;
}

/** A small marketplace, and a verification whose first snapshot is taken. */
async function begin(server: TestServer): Promise<Begun> {
  const database = await server.createDatabase();
  await database.query(DEMO.schema);
  await install(database, plan.tables);
  await database.query(`
    insert into owners (id, name, time_zone) values (1, 'Ana', 'America/Sao_Paulo'), (2, 'Rui', 'Atlantic/Azores'), (3, 'Eva', 'Mars/Olympus');
    insert into listings (id, owner_id, hangar_number, status) select i, 1 + i % 3, 'H' || i, 'active' from generate_series(1, 9) i;
    insert into payouts (owner_id, amount, status, due_on) values (1, 10.5, 'pending', current_date + 3);`);
  await database.query(booking(40));
  const pool = new SessionPool({ url: database.url, role: "verify", statementTimeoutMs: 10_000 }, 2);
  const session = await openReaderSession({ url: database.url, heartbeat: HEARTBEAT });
  const slices = new Slices({ monotonicMs: () => performance.now(), setImmediate });
  const loader = new SnapshotLoader({ plan, sessions: pool, slices });
  const verification = new Verification({ plan, session, loader, sessions: pool, owners: OWNERS });
  const end = async (): Promise<void> => {
    await verification.end();
    await session.close();
    await pool.stop();
  };
  await verification.begin();
  return { database, verification, end };
}

/** Bookings of owners 1 and 2, spread over the last 90 days and the next week. */
function booking(count: number): string {
  return `insert into bookings (listing_id, owner_id, guest_name, status, payment_status, payment_amount, check_in, check_out, created_at, paid_at)
    select l.id, l.owner_id, 'guest', 'confirmed', 'paid', 100 + i, now() + i * interval '4 hours' - interval '5 days', now() + i * interval '5 hours', now() - i * interval '2 days', now() - i * interval '1 day'
      from generate_series(1, ${count}) i join listings l on l.id = 1 + i % 9 and l.owner_id < 3`;
}

await onEachServer("verify", (server) => {
  it("finds incremental numbers equal to a recompute, with writes of every kind in between", async () => {
    const { database, verification, end } = await begin(server);
    try {
      await database.query(booking(25));
      await database.query(
        "update bookings set status = 'cancelled', payment_amount = payment_amount * 2 where id % 3 = 0",
      );
      await database.query("delete from bookings where id % 7 = 0");
      await database.query("update owners set time_zone = 'Pacific/Kiritimati' where id = 2");
      assert.deepEqual(await verification.finish(), {
        recomputed: ["1", "2"],
        compared: [],
        unknownZones: ["3"],
        again: [],
        differences: [],
      });
    } finally {
      await end();
    }
  });

  it("reads an owner again after a bulk statement, and all of them after a TRUNCATE", async () => {
    const { database, verification, end } = await begin(server);
    try {
      await database.query("truncate payouts");
      await database.query(booking(6_000));
      assert.deepEqual((await verification.finish()).differences, []);
    } finally {
      await end();
    }
  });

  it("names owner and key of a change row that is wrong", async () => {
    const { database, verification, end } = await begin(server);
    try {
      await database.query(
        "insert into payouts (owner_id, amount, status, due_on) values (2, 5, 'pending', '2100-01-01')",
      );
      await database.query(
        "update deltad.change_payouts set amount = amount + 0.01 where change_weight = 1 and owner_id = 2",
      );
      assert.deepEqual((await verification.finish()).differences, [
        { owner: "2", of: "incremental", path: ["payouts", "pending"], found: "5.01", expected: "5.00", by: "0.01" },
      ]);
    } finally {
      await end();
    }
  });

  it("names owner and key of an accumulator that is wrong", async () => {
    const { verification, end } = await begin(server);
    try {
      const projection = plan.projections.findIndex(
        ({ source, key }) => source === "listings" && key?.includes("status"),
      );
      assert.notEqual(projection, -1);
      const grain = { projection, owner: "1", key: "draft", day: undefined, from: undefined, until: undefined };
      verification.incremental.numbers("1")?.fold({ ...grain, values: [1n] });
      assert.deepEqual((await verification.finish()).differences, [
        {
          owner: "1",
          of: "incremental",
          path: ["listings", "byStatus", "draft"],
          found: 1,
          expected: undefined,
          by: "1",
        },
      ]);
    } finally {
      await end();
    }
  });

  it("no table is rewritten between the snapshot of a recompute and its reading", async (t) => {
    const { database, end } = await begin(server);
    t.after(end);
    const reader = await database.client();
    await reader.query("begin isolation level repeatable read");
    const { rows } = await reader.query<{ id: string }>("select pg_export_snapshot() as id");
    const sessions = new SessionPool({ url: database.url, role: "verify", statementTimeoutMs: 10_000 }, 1);
    t.after(() => sessions.stop());
    let known: (owners: readonly string[]) => void = () => undefined;
    const owners = new Promise<readonly string[]>((resolve) => {
      known = resolve;
    });
    const { imported, documents } = recomputeAt({
      plan,
      sessions,
      snapshotId: rows[0]?.id ?? "",
      owners,
      t: Date.now() * 1000,
    });
    await imported;
    await reader.query("rollback");
    const rewrite =
      "set lock_timeout = '50ms'; alter table listings add column since timestamptz default clock_timestamp()";
    await assert.rejects(reader.query(rewrite), { code: "55P03" });
    known(["1"]);
    const document = (await documents).get("1");
    assert.equal(typeof document?.["listings"] === "object" && document["listings"]?.["total"], 3);
  });

  it("leaves no lease behind", async () => {
    const { database, verification, end } = await begin(server);
    await verification.finish();
    await end();
    assert.deepEqual(await database.query("select * from deltad.reader"), []);
  });
});
