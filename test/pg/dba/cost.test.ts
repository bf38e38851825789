import assert from "node:assert/strict";
import { it } from "node:test";
import { costReport, estimateCosts, type TableCost } from "../../../daemon/dba/cost.ts";
import { compile } from "../../../daemon/plan/compile.ts";
import { WHOLESALE } from "../../support/oracle.ts";
import { columns, migrationSession } from "../../support/install.ts";
import { eventually } from "../../support/real-time.ts";
import { applyShop, SHOP_CHOICES, SHOP_PLAN, SHOP_SCHEMA } from "../../support/shop-database.ts";
import { onEachServer, type TestDatabase } from "../../support/servers.ts";
import type { WatchedTable } from "../../../daemon/plan/watched-table.ts";

const ROWS = `
  insert into shops (id) values (1), (2);
  insert into payments (shop_id, amount) select 1 + n % 2, n from generate_series(1, 300) n;
  insert into orders (shop_id, amount, placed_on) select 1, n, date '2026-01-15' + n from generate_series(1, 100) n;
  alter table payments add foreign key (shop_id) references shops`;

/** What a trial could leave behind. */
const LEFT = `
  select 'relation' as kind, c.oid::regclass::text as name from pg_class c join pg_namespace n on n.oid = c.relnamespace where n.nspname !~ '^(pg_|information_schema)'
  union all select 'schema', nspname from pg_namespace where nspname !~ '^pg_(toast|temp)'
  union all select 'trigger', tgrelid::regclass || '.' || tgname from pg_trigger
  union all select 'function', p.oid::regprocedure::text from pg_proc p join pg_namespace n on n.oid = p.pronamespace where n.nspname !~ '^(pg_|information_schema)'
  union all select 'role', rolname from pg_roles where rolname like 'deltad%' || current_database()
  order by 1, 2`;

await onEachServer("what capture costs", (server) => {
  interface Tried {
    readonly tables?: readonly WatchedTable[];
    readonly stopping?: AbortSignal;
    readonly tell?: (line: string) => void;
  }

  async function cost(database: TestDatabase, tried: Tried = {}): Promise<TableCost[]> {
    const client = await database.client();
    try {
      return await estimateCosts({
        session: await migrationSession(client),
        tables: SHOP_PLAN.tables,
        limits: SHOP_CHOICES,
        rows: 50,
        tell: () => undefined,
        stopping: new AbortController().signal,
        ...tried,
      });
    } finally {
      await client.end();
    }
  }

  async function withRows(): Promise<TestDatabase> {
    const database = await server.createDatabase();
    await database.query(SHOP_SCHEMA);
    await database.query(ROWS);
    return database;
  }

  for (const { title, prepare } of [
    { title: "before deltad is installed", prepare: () => Promise.resolve() },
    { title: "beside an installation", prepare: async (database: TestDatabase) => void (await applyShop(database)) },
  ]) {
    it(`is told for each row and hour, ${title}, and trying it leaves nothing`, async () => {
      const database = await withRows();
      await prepare(database);
      const left = await database.query(LEFT);
      await eventually("the statistics to be told", async () => {
        const [row] = await database.query<{ n: number }>(
          "select pg_stat_get_tuples_inserted('payments'::regclass)::int as n",
        );
        return row?.n === 300;
      });
      const costs = await cost(database);
      assert.deepEqual(
        costs.map(({ source, rows }) => [source, rows]),
        [
          ["owner", 2],
          ["orders", 50],
          ["payments", 50],
        ],
      );
      for (const { costs: tried, imageBytes } of costs) {
        for (const operation of ["insert", "update", "delete"] as const) {
          const { plainUs, armedUs, plainWalBytes } = tried?.[operation] ?? assert.fail("it was not tried");
          assert.ok(plainUs > 0 && armedUs > 0 && plainWalBytes > 0);
        }
        assert.ok(imageBytes > 30, `images were kept: ${imageBytes}`);
      }
      const payments = costs[2];
      assert.ok(payments && payments.perHour.insert > 0 && payments.changeMegabytesPerHour > 0);
      assert.deepEqual(payments.lacks.slice(0, 1), ["foreign keys (1)"]);
      assert.ok(costs[1]?.lacks.includes("its partitions"));
      assert.deepEqual(await database.query(LEFT), left);
      assert.match(costReport(costs).join("\n"), /^payments: public\.payments, for one row of 50$/m);
    });
  }

  it("is told of a table whose rows two columns name", async () => {
    const database = await server.createDatabase();
    await database.query(WHOLESALE.schema);
    await database.query(`insert into orders values (1, null, current_date), (2, null, current_date);
      insert into order_lines select 1 + n % 2, n / 2, 'product', n, 1 from generate_series(1, 60) n`);
    const tables = compile(WHOLESALE.config).tables.filter(({ source }) => source === "lines");
    const [lines] = await cost(database, { tables });
    assert.equal(lines?.rows, 50);
    assert.ok(lines.costs && lines.costs.delete.armedUs > 0);
  });

  it("locks the table no more than a reader does", async () => {
    const database = await withRows();
    const seen = new Set<unknown>();
    const watcher = await database.client();
    const looks: Promise<unknown>[] = [];
    const tell = (): void => {
      looks.push(
        watcher
          .query("select mode from pg_locks where relation = 'payments'::regclass and pid <> pg_backend_pid()")
          .then(({ rows }) => rows.forEach((row: { mode: string }) => seen.add(row.mode))),
      );
    };
    await cost(database, { tell });
    await Promise.all(looks);
    assert.deepEqual([...seen], ["AccessShareLock"]);
  });

  it("is tried on a table of hostile names, with an identity, a generated column and an enum", async () => {
    const database = await server.createDatabase();
    await database.query(`create type mood as enum ('good', 'bad'); create schema "a b";
      create table "a b"."x'; drop" (id bigint generated always as identity primary key, "Owner" int, "mood " mood, twice bigint generated always as (id * 2) stored);
      insert into "a b"."x'; drop" ("Owner", "mood ") select 1, 'good' from generate_series(1, 20)`);
    const table = {
      source: "odd",
      schema: "a b",
      table: "x'; drop",
      columns: columns("id bigint", "Owner bigint", "mood  text"),
      key: "id",
      owner: "Owner",
    };
    const [odd] = await cost(database, { tables: [table] });
    assert.equal(odd?.rows, 20);
    assert.ok(odd.imageBytes > 30);
  });

  it("of an empty table is not known", async () => {
    const database = await server.createDatabase();
    await database.query(SHOP_SCHEMA);
    const costs = await cost(database);
    assert.deepEqual(
      costs.map(({ costs: tried }) => tried),
      [undefined, undefined, undefined],
    );
    assert.match(costReport(costs).join("\n"), /payments: public\.payments: the table is empty/);
  });

  it("can be interrupted, which leaves nothing either", async () => {
    const database = await withRows();
    const left = await database.query(LEFT);
    const stopping = new AbortController();
    let rounds = 0;
    const tell = (): void => {
      rounds += 1;
      if (rounds === 2) stopping.abort();
    };
    await assert.rejects(cost(database, { stopping: stopping.signal, tell }), /Interrupted: everything is rolled back/);
    assert.equal(rounds, 2);
    assert.deepEqual(await database.query(LEFT), left);
  });
});
