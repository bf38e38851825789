/** What is to be known of bulk statements besides is asked for once all who wrote without saying it have committed. */
import assert from "node:assert/strict";
import { it } from "node:test";
import type { CaptureLimits } from "../../../daemon/capture/generated-sql.ts";
import { watchStep } from "../../../daemon/capture/watch-sql.ts";
import { applyMigrations } from "../../../daemon/database/migrate.ts";
import { migrationScript, scriptedFor } from "../../../daemon/database/migration-script.ts";
import { EVERY_ROW, type WatchedTable } from "../../../daemon/plan/watched-table.ts";
import { columns, install, migrationSession, QUIETLY, stepsFor } from "../../support/install.ts";
import { onEachServer, type TestDatabase } from "../../support/servers.ts";

const LIMITS: CaptureLimits = { bulkRows: 20, twoPhase: true };
const SCHEMA = `
  create table stay (id int, host_id int, room_id int, state text);
  create table month (id int, host_id int, room_id int, state text) partition by range (host_id);
  create table month_low partition of month for values from (0) to (100) partition by list (room_id);
  create table month_low_rest partition of month_low default`;

const STAYS: WatchedTable = {
  source: "stays",
  schema: "public",
  table: "stay",
  columns: columns("id bigint", "host_id bigint", "room_id bigint"),
  key: "id",
  owner: "host_id",
};
const MONTHS: WatchedTable = { ...STAYS, source: "months", table: "month" };

await onEachServer("what bulk statements say besides", (server) => {
  async function installed(table: WatchedTable): Promise<TestDatabase> {
    const database = await server.createDatabase();
    await database.query(SCHEMA);
    await install(database, [table], LIMITS);
    return database;
  }

  /** Applies while a transaction is open that has written 100 rows; gives whether this waited for it, and what is known of these and of 100 more. */
  async function applyBesideWriter(
    database: TestDatabase,
    { written, next, limits = LIMITS }: { written: string; next: WatchedTable; limits?: CaptureLimits },
  ): Promise<{ waited: boolean; resets: unknown }> {
    const bulk = `insert into ${written} select g, 1, 2, 'booked' from generate_series(1, 100) g`;
    const writer = await database.client();
    await writer.query("begin");
    await writer.query(bulk);
    let waited = false;
    const client = await database.client();
    const session = await migrationSession(client);
    await applyMigrations({
      session,
      observer: session,
      steps: await stepsFor([next], limits),
      ...QUIETLY,
      sleep: async () => {
        waited = true;
        await writer.query("commit");
      },
    });
    if (!waited) await writer.query("commit");
    await database.query("delete from deltad.reset");
    await writer.query(bulk);
    await Promise.all([client.end(), writer.end()]);
    const resets = await database.query(
      "select link, owner, rows::int as rows from deltad.reset where link is not null order by link",
    );
    return { waited, resets };
  }

  it("a kind is added once transactions have ended that wrote to a partition by its name and did not name its topics", async () => {
    const database = await installed(MONTHS);
    const next = { ...MONTHS, links: ["host_id", EVERY_ROW] };
    const plan = migrationScript([await scriptedFor(database, watchStep([next], LIMITS))]);
    assert.match(
      plan,
      /-- SHARE ROW EXCLUSIVE on public\.month, public\.month_low, public\.month_low_rest: .*\nlock table public\.month in share row/,
    );
    assert.deepEqual(await applyBesideWriter(database, { written: "month_low_rest", next }), {
      waited: true,
      resets: [
        { link: "", owner: "all", rows: 100 },
        { link: "host_id", owner: "1", rows: 100 },
      ],
    });
  });

  it("rows are found by another captured column once transactions have ended that named topics by the one before", async () => {
    const next = { ...STAYS, owner: "room_id" };
    assert.deepEqual(await applyBesideWriter(await installed(STAYS), { written: "stay", next }), {
      waited: true,
      resets: [{ link: "room_id", owner: "2", rows: 100 }],
    });
  });

  it("a column is added once transactions have ended that wrote to a partition by its name without it", async () => {
    const next = { ...MONTHS, columns: [...MONTHS.columns, ...columns("state text")] };
    const database = await installed(MONTHS);
    assert.equal((await applyBesideWriter(database, { written: "month_low_rest", next })).waited, true);
  });

  it("other limits wait for no writer", async () => {
    const limits = { ...LIMITS, bulkRows: 30 };
    const told = await applyBesideWriter(await installed(STAYS), { written: "stay", next: STAYS, limits });
    assert.deepEqual(told, { waited: false, resets: [{ link: "host_id", owner: "1", rows: 100 }] });
  });
});
