/** Nobody without deltad's rights can hold up a daemon, or a migration; who has them and does is named. */
import assert from "node:assert/strict";
import { before, it } from "node:test";
import type pg from "pg";
import { applyMigrations } from "../../../daemon/database/migrate.ts";
import { migrationSession, QUIETLY, stepsFor } from "../../support/install.ts";
import { createLedger, type Ledger } from "../../support/ledger.ts";
import { eventually } from "../../support/real-time.ts";
import { readerOf } from "../../support/run-reader.ts";
import { onEachServer } from "../../support/servers.ts";
import { STAYS, STAYS_SCHEMA } from "../../support/stays.ts";

const MODES = ["access share", "row share", "row exclusive", "share", "share row exclusive", "access exclusive"];

await onEachServer("locks", (server) => {
  let ledger: Ledger;
  let hostile: string;

  before(async () => {
    ledger = await createLedger(await server.createDatabase());
    hostile = `hostile_${ledger.database.name}`;
    await ledger.database.query(`create role ${hostile} login`);
  });

  async function as(role: string): Promise<pg.Client> {
    const client = await ledger.database.client();
    await client.query(`set role ${role}; set application_name = 'held up'`);
    return client;
  }

  it("any advisory lock in the hands of a role without rights keeps no daemon from starting, reading and pruning", async (t) => {
    const holder = await as(hostile);
    for (const key of [0, 1, 2, 3]) await holder.query(`select pg_advisory_lock(1684368500, ${key})`);
    const running = readerOf(ledger.url);
    t.after(() => running.stop());
    await running.reader.start();
    await ledger.database.query("insert into ledger (id, holder) values (1, 1)");
    await running.sink.until(() => running.sink.sums.get("1") === 1n, "the row");
    // Null while the running daemon registers or prunes itself.
    const pruned = async (): Promise<unknown> => (await ledger.database.query("select deltad.prune(1) as n"))[0]?.["n"];
    await eventually("a prune beside the daemon's own", async () => (await pruned()) !== null);
    await holder.query("select pg_advisory_unlock_all()");
  });

  it("a role without rights can lock no table of deltad's, in no mode; a daemon's can lock none against others", async () => {
    const tables = await ledger.database.query<{ name: string }>(
      "select oid::regclass::text as name from pg_class where relnamespace = 'deltad'::regnamespace and relkind = 'r'",
    );
    const tries = async (role: string, modes: readonly string[]): Promise<void> => {
      const client = await as(role);
      await client.query("begin; savepoint s");
      for (const { name } of tables)
        for (const mode of modes) {
          await assert.rejects(client.query(`lock table ${name} in ${mode} mode nowait`), /permission denied/, name);
          await client.query("rollback to s");
        }
    };
    await tries(hostile, MODES);
    await tries(`daemon_${ledger.database.name}`, MODES.slice(1));
  });

  it("a daemon that waits for another's pruning names it, and goes on when it has ended", async (t) => {
    const pruning = await as(`daemon_${ledger.database.name}`);
    await pruning.query("begin; select deltad.prune(0)");
    const running = readerOf(ledger.url);
    t.after(() => running.stop());
    await running.reader.start();
    const named = /no lease can begin before session \d+ \(role \w+, application held up\) ends its transaction/;
    await eventually(
      () => `${String(named)} in ${running.logged.join("\n")}`,
      () => running.logged.some((line) => named.test(line)),
    );
    await pruning.query("commit");
    await eventually(
      () => running.logged.join("\n"),
      () => running.logged.some((line) => line.includes('reading changes","epoch')),
    );
    await ledger.database.query("insert into ledger (id, holder) values (2, 1)");
    await running.sink.until(() => running.sink.sums.get("2") === 1n, "the row");
  });

  it("of two migrations one waits for the other and names it; a role without rights holds up none", async () => {
    const database = await server.createDatabase();
    await database.query(STAYS_SCHEMA);
    const steps = await stepsFor(STAYS);
    const apply = async (tell: (line: string) => void = () => undefined): Promise<string[]> => {
      const session = await migrationSession(await database.client());
      const observer = await migrationSession(await database.client());
      return applyMigrations({ session, observer, steps, ...QUIETLY, tell });
    };
    const holder = await database.client();
    await holder.query(`set role ${hostile}; select pg_advisory_lock(1684368500, 3)`);
    await apply();
    const first = await database.client();
    await first.query("set application_name = 'first'; begin; lock table deltad.migration in share row exclusive mode");
    const told: string[] = [];
    const second = apply((line) => told.push(line));
    await eventually(
      () => told.join("\n"),
      () => told.length > 0,
    );
    assert.match(told.join(), /^waiting for session \d+ \(role \w+, application first, idle in transaction/);
    await first.query("commit");
    assert.deepEqual(await second, []);
  });
});
