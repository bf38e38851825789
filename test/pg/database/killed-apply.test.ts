/**
 * `deltad migrate apply` is killed at one statement or another: its session by an administrator, or its process. The database is then as it
 * was, and the next apply does all of it.
 */
import assert from "node:assert/strict";
import { after, before, it } from "node:test";
import { checkCapture } from "../../../daemon/capture/check.ts";
import { CalledProgram } from "../../support/called-program.ts";
import { DeltadProgram } from "../../support/deltad-program.ts";
import { eventually } from "../../support/real-time.ts";
import {
  databaseOn,
  onEachMajor,
  type RunningCluster,
  startCluster,
  type TestDatabase,
} from "../../support/servers.ts";
import { SHOP_CHOICES, SHOP_CONFIG, SHOP_PLAN, SHOP_SCHEMA } from "../../support/shop-database.ts";
import { TRACES } from "../../support/traces.ts";

/** Held by the test while apply is to stand still. */
const STILL = 4711;

/**
 * Before the statement of that number, of those that apply runs as DDL: ends the session, or waits. The count is a sequence's, which no
 * rollback takes back.
 */
const KILLER = `
  create schema killer;
  create sequence killer.statement;
  create table killer.order (at bigint, how text);
  create function killer.strike() returns event_trigger language plpgsql as $$
  begin
    if current_setting('application_name') <> 'deltad/migrate' then return; end if;
    perform nextval('killer.statement');
    case (select o.how from killer.order o where o.at = (select last_value from killer.statement))
      when 'session' then perform pg_terminate_backend(pg_backend_pid());
      when 'process' then perform set_config('lock_timeout', '0', true), pg_advisory_xact_lock(${STILL});
      else null;
    end case;
  end $$;
  create event trigger killer on ddl_command_start execute function killer.strike();
  alter event trigger killer enable always`;

const BODIES = `select p.oid::regprocedure::text as name, md5(p.prosrc) as body from pg_proc p
   where p.pronamespace = to_regnamespace('deltad') order by 1`;

const DAMAGE = `
  drop trigger deltad_delete on payments; drop trigger zz_deltad_row on orders; drop view deltad.guard_payments;
  alter table deltad.change_payments drop column amount; alter table orders disable trigger deltad_insert;
  do $$ begin execute format('revoke select (amount) on payments from %I', (select daemon_role from deltad.install)); end $$;
  create or replace function deltad.capture_insert_payments() returns trigger language plpgsql as 'begin return null; end'`;

await onEachMajor("apply that is killed", (major) => {
  let running: RunningCluster;
  const counted: Record<string, Promise<number>> = {};
  before(async () => {
    running = await startCluster(major);
  });
  after(() => running.remove());

  async function shop(): Promise<TestDatabase> {
    const database = await databaseOn(running.cluster);
    await database.query(`${SHOP_SCHEMA}${KILLER}`);
    return database;
  }

  const apply = (database: TestDatabase): Promise<{ code: number; output: string }> =>
    new CalledProgram({ DATABASE_URL: database.url, DELTAD_CONFIG: SHOP_CONFIG }).run("migrate apply");

  async function order(database: TestDatabase, at: number, how: "session" | "process"): Promise<void> {
    await database.query(
      `alter sequence killer.statement restart; truncate killer.order; insert into killer.order values (${at}, '${how}')`,
    );
  }

  /** The numbers of some statements of an apply: the first, the last, and others between them. */
  async function places(damaged: boolean, count: number): Promise<number[]> {
    const last = await (counted[String(damaged)] ??= statements(damaged));
    assert.ok(last > count, `${last} statements`);
    return Array.from({ length: count }, (_, n) => 1 + Math.round((n * (last - 1)) / (count - 1)));
  }

  /** How many statements of DDL an apply runs. */
  async function statements(damaged: boolean): Promise<number> {
    const database = await shop();
    if (damaged) {
      assert.equal((await apply(database)).code, 0);
      await database.query(DAMAGE);
      await database.query("alter sequence killer.statement restart");
    }
    assert.equal((await apply(database)).code, 0);
    const [row] = await database.query<{ last: string }>("select last_value as last from killer.statement");
    await database.drop();
    return Number(row?.last);
  }

  async function isDoneByTheNext(database: TestDatabase): Promise<void> {
    await database.query("truncate killer.order");
    const next = await apply(database);
    assert.equal(next.code, 0, next.output);
    assert.deepEqual(await checkCapture(database, SHOP_PLAN.tables, SHOP_CHOICES), []);
    const again = await apply(database);
    assert.match(again.output, /^Nothing to do/m);
  }

  const all = async (database: TestDatabase): Promise<unknown> => [
    await database.query(TRACES),
    await database.query(BODIES),
  ];

  for (const [what, damaged] of [
    ["the first one", false],
    ["one that mends", true],
  ] as const) {
    it(`by the end of its session, ${what}: the database is as it was, and the next does all of it`, async () => {
      const some = await places(damaged, 4);
      const database = await shop();
      if (damaged) {
        await apply(database);
        await database.query(DAMAGE);
      }
      const was = await all(database);
      for (const at of some) {
        await order(database, at, "session");
        const { code, output } = await apply(database);
        assert.notEqual(code, 0, `statement ${at}: ${output}`);
        assert.deepEqual(await all(database), was, `statement ${at}`);
      }
      await isDoneByTheNext(database);
    });
  }

  it("by the end of its process: the database is as it was, and the next does all of it", async (t) => {
    const some = await places(false, 3);
    const database = await shop();
    const program = await DeltadProgram.make({ DATABASE_URL: database.url, DELTAD_CONFIG: SHOP_CONFIG });
    t.after(() => program.remove());
    const holder = await database.client();
    const was = await all(database);
    for (const at of some) {
      await order(database, at, "process");
      await holder.query(`select pg_advisory_lock(${STILL})`);
      const started = program.start("migrate apply");
      const sessions = async (condition: string): Promise<number> =>
        (
          await database.query(
            `select from pg_stat_activity where datname = current_database() and application_name = 'deltad/migrate' and ${condition}`,
          )
        ).length;
      await eventually(
        () => `statement ${at}: ${started.output}`,
        async () => (await sessions("wait_event = 'advisory'")) > 0,
      );
      started.child.kill("SIGKILL");
      assert.equal(await started.exited, undefined);
      await holder.query(`select pg_advisory_unlock(${STILL})`);
      await eventually("its session to end", async () => (await sessions("true")) === 0);
      assert.deepEqual(await all(database), was, `statement ${at}`);
    }
    await isDoneByTheNext(database);
  });
});
