/** What the application's writes meet: never a wait, never an error of deltad's making. */
import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import pg from "pg";
import { install, migrationSession, QUIETLY, stepsFor } from "../../support/install.ts";
import { applyMigrations } from "../../../daemon/database/migrate.ts";
import { onEachServer, startCluster, type TestDatabase } from "../../support/servers.ts";
import { STAYS, STAYS_SCHEMA } from "../../support/stays.ts";

const BELL = "1684368500, 1";

await onEachServer("writers", (server) => {
  let database: TestDatabase;

  before(async () => {
    database = await server.createDatabase();
    await database.query(STAYS_SCHEMA);
    await install(database, STAYS);
  });

  /** Channels notified while the work ran, as a listener hears them. */
  async function heard(work: () => Promise<void>): Promise<string[]> {
    const listener = await database.client();
    const channels: string[] = [];
    listener.on("notification", (message) => channels.push(message.channel));
    await listener.query("listen deltad_bell");
    await work();
    // A reply comes after the notifications before it.
    await listener.query("select 1");
    await listener.end();
    return channels;
  }

  async function asSleepingReader(work: () => Promise<void>): Promise<void> {
    const reader = await database.client();
    await reader.query(`select pg_advisory_lock(${BELL})`);
    await work();
    // Its process may outlive the connection, and hold the bell.
    await reader.query("select pg_advisory_unlock_all()");
    await reader.end();
  }

  it("the rows that are kept go into the change table as they are read: no node of the plan puts defaults in", async () => {
    const writer = await database.client();
    const plans: string[] = [];
    writer.on("notice", ({ message }) => plans.push(message ?? ""));
    await writer.query(`load 'auto_explain'; set auto_explain.log_min_duration = 0; set auto_explain.log_nested_statements = on;
      set auto_explain.log_level = notice; set auto_explain.log_format = text`);
    await writer.query("insert into stay (host_id) values (1)");
    await writer.query("update stay set state = 'x'");
    await writer.query("delete from stay");
    await writer.end();
    const kept = plans.filter((plan) => plan.includes("insert into deltad.change_stays"));
    assert.equal(kept.length, 3);
    for (const plan of kept) assert.doesNotMatch(plan, /Subquery Scan|Result/, plan);
  });

  it("L9 A write never waits for the daemon, and never fails because the daemon is absent", async () => {
    const writer = await database.client();
    await writer.query("set lock_timeout = '100ms'; set statement_timeout = '5s'");
    const write = async (): Promise<void> => {
      await writer.query("insert into stay (host_id) values (1)");
      await writer.query("update stay set state = 'x'");
      await writer.query(
        "begin; insert into host values (7) on conflict do nothing; savepoint a; delete from stay; rollback to a; commit",
      );
    };
    // Absent.
    await write();
    // Present and stuck: asleep with the bell, in a transaction that has read everything and holds what a load holds.
    const daemon = await database.client();
    await daemon.query(`select pg_advisory_lock(${BELL}), deltad.register_reader(gen_random_uuid())`);
    await daemon.query(
      "begin isolation level repeatable read; lock table stay, host, deltad.change_stays in access share mode",
    );
    await daemon.query("select pg_export_snapshot(), count(*) from deltad.change_stays");
    await write();
    await daemon.query("rollback");
    // Pruning, not committed.
    await daemon.query("update deltad.reader set seen_at = 'epoch'; begin; select deltad.prune(1000000)");
    await write();
    // Dead, in the middle of it.
    await database.query(`select pg_terminate_backend(${(await migrationSession(daemon)).pid}, 5000)`);
    await write();
  });

  it("a writer's RETURNING and currval() are its own; lastval() is of the change", async () => {
    const writer = await database.client();
    const inserted = await writer.query<{ id: number }>("insert into stay (host_id) values (1) returning id");
    const asked = await writer.query<{ own: number; last: string; change: string }>(
      `select currval(pg_get_serial_sequence('stay', 'id'))::int as own, lastval()::text as last,
              (select max(change_seq)::text from deltad.change_stays) as change`,
    );
    await writer.end();
    const [row] = asked.rows;
    assert.equal(row?.own, inserted.rows[0]?.id);
    assert.equal(row?.last, row?.change);
  });

  it("rings once per transaction while the reader sleeps, and not at all while it is awake", async () => {
    const write = async (): Promise<void> => {
      await database.query(
        "begin; insert into stay (host_id) values (1); update stay set state = 'y'; truncate stay; commit",
      );
    };
    assert.deepEqual(await heard(write), []);
    assert.deepEqual(await heard(() => asSleepingReader(write)), ["deltad_bell"]);
  });

  it("does not ring for a statement that changes nothing, nor where deltad.notify is off", async () => {
    const idle = async (): Promise<void> => {
      await database.query("update stay set state = 'z' where false");
      await database.query("begin; set local deltad.notify = off; insert into stay (host_id) values (1); commit");
    };
    assert.deepEqual(await heard(() => asSleepingReader(idle)), []);
  });

  it("keeps the bell from the reader until the rows of a writer that did not ring are visible", async () => {
    const writer = await database.client();
    await writer.query("begin; insert into stay (host_id) values (1)");
    const take = async (): Promise<boolean | undefined> => {
      const [row] = await database.query<{ taken: boolean }>(`select pg_try_advisory_lock(${BELL}) as taken`);
      return row?.taken;
    };
    assert.equal(await take(), false);
    await writer.query("commit");
    assert.equal(await take(), true);
    await database.query(`select pg_advisory_unlock(${BELL})`);
  });
});

describe("writers on a server of their own [PostgreSQL 18]", () => {
  async function withServer(
    settings: Record<string, string | number>,
    twoPhase: boolean,
    test: (connect: () => Promise<pg.Client>) => Promise<void>,
  ): Promise<void> {
    const running = await startCluster(18, { settings });
    const clients: pg.Client[] = [];
    try {
      const connect = async (): Promise<pg.Client> => {
        const client = new pg.Client({ connectionString: running.cluster.url("postgres") });
        client.on("error", () => undefined);
        await client.connect();
        clients.push(client);
        return client;
      };
      const owner = await connect();
      await owner.query(STAYS_SCHEMA);
      const session = await migrationSession(owner);
      await applyMigrations({
        session,
        observer: session,
        steps: await stepsFor(STAYS, { bulkRows: 5000, twoPhase }),
        ...QUIETLY,
      });
      await test(connect);
    } finally {
      await Promise.all(clients.map((client) => client.end().catch(() => undefined)));
      await running.remove();
    }
  }

  it("a notification queue that somebody fills makes no write fail: from half full on nobody rings", async () => {
    await withServer({ max_notify_queue_pages: 64 }, true, async (connect) => {
      const [held, filler, reader, writer] = [await connect(), await connect(), await connect(), await connect()];
      // A listener idle in a transaction keeps everything in the queue.
      await held.query("listen anything");
      await held.query("begin; select 1");
      await reader.query(`select pg_advisory_lock(${BELL})`);
      const usage = async (): Promise<number> => {
        const { rows } = await filler.query<{ usage: number }>("select pg_notification_queue_usage() as usage");
        return rows[0]?.usage ?? 0;
      };
      while ((await usage()) < 0.5) {
        await filler.query("select pg_notify('anything', repeat('x', 7000) || g) from generate_series(1, 4) g");
      }
      const before = await usage();
      await writer.query("insert into stay (host_id) values (1)");
      assert.equal(await usage(), before, "the writer added nothing to the queue");
      // Full: an ordinary NOTIFY fails, a captured write does not.
      await assert.rejects(
        filler.query("select pg_notify('anything', repeat('x', 7000) || g) from generate_series(1, 200) g"),
        {
          code: "54000",
        },
      );
      await writer.query("insert into stay (host_id) values (1)");
      const { rows } = await writer.query<{ alive: boolean }>(
        "select deltad.heartbeat(gen_random_uuid(), '1:1:', 'probe') as alive",
      );
      assert.deepEqual(rows, [{ alive: false }]);
    });
  });

  it("a transaction that wrote can be prepared where that is allowed, unless the tables are known not to be written so", async () => {
    for (const twoPhase of [true, false]) {
      await withServer({ max_prepared_transactions: 5 }, twoPhase, async (connect) => {
        const [reader, writer] = [await connect(), await connect()];
        await reader.query(`select pg_advisory_lock(${BELL})`);
        await writer.query("begin; insert into stay (host_id) values (1)");
        if (twoPhase) {
          await writer.query("prepare transaction 'a'");
          await writer.query("commit prepared 'a'");
        } else {
          await assert.rejects(writer.query("prepare transaction 'a'"), /NOTIFY/);
        }
        await writer.query("begin; set local deltad.notify = off; insert into stay (host_id) values (1)");
        await writer.query("prepare transaction 'b'");
        await writer.query("rollback prepared 'b'");
      });
    }
  });
});
