/** A configuration that changes, and a database that was changed behind deltad's back. */
import assert from "node:assert/strict";
import { before, beforeEach, it } from "node:test";
import { checkCapture } from "../../../daemon/capture/check.ts";
import { tellFinding, tellFindings } from "../../../daemon/database/findings.ts";
import type { WatchedTable } from "../../../daemon/plan/watched-table.ts";
import { columns, daemonRole, install, LIMITS } from "../../support/install.ts";
import { onEachServer, type TestDatabase } from "../../support/servers.ts";
import { STAYS, STAYS_SCHEMA } from "../../support/stays.ts";

const [, STAYS_TABLE = assert.fail()] = STAYS;

await onEachServer("watching", (server) => {
  let database: TestDatabase;

  before(async () => {
    database = await server.createDatabase();
    await database.query(STAYS_SCHEMA);
  });

  // From whatever the test before left.
  beforeEach(async () => {
    await database.query("drop table if exists stay, stay_old, host cascade");
    await database.query(STAYS_SCHEMA);
    await install(database, STAYS);
    await database.query("truncate stay; delete from deltad.change_stays; delete from deltad.reset");
  });

  function staysWith(...declarations: string[]): WatchedTable[] {
    return STAYS.map((table) => (table.source === "stays" ? { ...table, columns: columns(...declarations) } : table));
  }

  const changes = (): Promise<unknown[]> =>
    database.query("select to_jsonb(c) - 'change_xid' - 'change_seq' as c from deltad.change_stays c");
  const findings = async (tables: readonly WatchedTable[] = STAYS): Promise<string[]> =>
    (await checkCapture(database, tables, LIMITS)).map(tellFinding);

  it("a column more is added, and what is unread stays", async () => {
    await database.query("insert into stay values (1, 1, 'a', 1, 'note')");
    const more = staysWith("id bigint", "host_id bigint", "state text", "amount numeric", "note text");
    assert.deepEqual(await install(database, more), ["watch", "rights"]);
    await database.query("update stay set note = 'other'");
    assert.deepEqual(await changes(), [
      { c: { change_weight: 1, id: 1, host_id: 1, state: "a", amount: 1, note: null } },
      { c: { change_weight: -1, id: 1, host_id: 1, state: "a", amount: 1, note: "note" } },
      { c: { change_weight: 1, id: 1, host_id: 1, state: "a", amount: 1, note: "other" } },
    ]);
    assert.deepEqual(await findings(more), []);
  });

  it("a column of another type, or one that is no longer captured, makes a running daemon read the table again", async () => {
    await database.query("insert into stay values (1, 1, 'a', 1)");
    const other = staysWith("id bigint", "host_id bigint", "amount text");
    await install(database, other);
    await database.query("insert into stay values (2, 1, 'b', 2)");
    assert.deepEqual(await changes(), [
      { c: { change_weight: 1, id: 1, host_id: 1, amount: null } },
      { c: { change_weight: 1, id: 2, host_id: 1, amount: "2.00" } },
    ]);
    assert.deepEqual(await findings(other), []);
  });

  it("whatever an apply changes, all owners of each source are read again at its commit, once", async () => {
    await database.query("alter table stay disable trigger deltad_insert");
    await database.query("delete from deltad.reset");
    assert.deepEqual(await install(database, STAYS), ["watch", "rights"]);
    const [applied] = await database.query<{ xid: string }>(
      "select xmin::text as xid from deltad.migration where name = 'watch'",
    );
    assert.deepEqual(
      await database.query("select source, owner, change_xid::text as xid from deltad.reset order by source"),
      [
        { source: "owner", owner: null, xid: applied?.xid },
        { source: "stays", owner: null, xid: applied?.xid },
      ],
    );
    assert.deepEqual(await install(database, STAYS), []);
    assert.equal((await database.query("select from deltad.reset")).length, 2);
  });

  it("a change table is altered only when writers with the old columns have ended", async () => {
    const writer = await database.client();
    await writer.query("begin; insert into stay (host_id) values (1)");
    let done = false;
    const more = install(database, staysWith("id bigint", "host_id bigint", "state text", "note text")).then(
      () => (done = true),
    );
    const waiting = "select from pg_locks where not granted and relation = 'stay'::regclass";
    while ((await database.query(waiting)).length === 0) assert.equal(done, false);
    await writer.query("commit");
    await more;
  });

  it("a daemon is content with an installation that captures more than it needs, and says what one lacks that captures less", async () => {
    await database.query("create table if not exists other (id int, host_id int)");
    const more = [
      ...staysWith("id bigint", "host_id bigint", "state text", "amount numeric", "note text"),
      { ...STAYS_TABLE, source: "more", table: "other", columns: columns("id bigint", "host_id bigint") },
    ];
    await install(database, more);
    assert.deepEqual(await findings(), []);
    await database.query("alter table stay disable trigger deltad_insert");
    assert.match(
      (await findings()).join(),
      /run `deltad migrate apply` with the installed configuration "default"\. \[trigger_disabled\]$/,
    );
    assert.deepEqual(await install(database, more), ["watch", "rights"]);
    assert.deepEqual(await findings(), []);

    await install(database, staysWith("id bigint", "host_id bigint", "amount text"));
    const otherwise =
      'is not captured by the installed configuration "default": run `deltad migrate apply` with this configuration, or start the daemon with the installed one. [capture_lacking]';
    assert.deepEqual(await findings(), [
      `Column state of public.stay ${otherwise}`,
      `Column amount of public.stay ${otherwise}`,
    ]);
    const byAmount = STAYS.map((table) => (table.source === "stays" ? { ...table, key: "amount" } : table));
    await install(database, byAmount);
    assert.deepEqual(await findings(), [`Each row by its key and owner of public.stay ${otherwise}`]);
    await install(database, STAYS.slice(0, 1));
    assert.deepEqual(await findings(), [`Any row of public.stay ${otherwise}`]);
    await database.query("call deltad.unwatch_others('{}')");
    assert.deepEqual(
      (await findings()).at(1),
      "Nothing captures public.stay: run `deltad migrate apply`. [capture_lacking]",
    );
  });

  it("a source that is gone leaves nothing behind", async () => {
    await install(database, STAYS.slice(0, 1));
    const left = await database.query(`select relname from pg_class where relname like 'change%stays%'
      union all select proname from pg_proc where right(proname, 6) = '_stays'
      union all select tgname from pg_trigger where tgrelid = 'stay'::regclass`);
    assert.deepEqual(left, []);
    await database.query("insert into stay (host_id) values (1)");
    assert.deepEqual(await findings(STAYS.slice(0, 1)), []);
  });

  it("a source that gets another name takes over the table's triggers, row triggers too: each row is captured once", async (t) => {
    const database = await server.createDatabase();
    // As a subscription leaves the catalogs that has not been enabled yet.
    await database.query(`${STAYS_SCHEMA}
      create subscription feed_${database.name} connection 'dbname=elsewhere' publication feed with (connect = false);
      alter subscription feed_${database.name} set (slot_name = none);
      insert into pg_subscription_rel (srsubid, srrelid, srsubstate)
      select s.oid, 'stay'::regclass, 'i' from pg_subscription s where s.subname = 'feed_${database.name}'`);
    t.after(() => database.query(`drop subscription feed_${database.name}`));
    const visits = STAYS.map((table) => (table.source === "stays" ? { ...table, source: "visits" } : table));
    for (const tables of [STAYS, visits, STAYS]) {
      await install(database, tables);
      assert.deepEqual(await checkCapture(database, tables, LIMITS), []);
      assert.deepEqual(await install(database, tables), []);
      await database.query("insert into stay (host_id) values (1)");
      const source = tables[1]?.source;
      assert.deepEqual(await database.query(`select change_weight::int as weight from deltad.change_${source}`), [
        { weight: 1 },
      ]);
      const made = await database.query<{ name: string }>(
        "select distinct p.proname as name from pg_trigger t join pg_proc p on p.oid = t.tgfoid where t.tgrelid = 'stay'::regclass order by 1",
      );
      assert.deepEqual(
        made.map(({ name }) => name),
        ["delete", "insert", "truncate", "update"].map((what) => `capture_${what}_${source}`).concat(`row_${source}`),
      );
    }
  });

  it("a captured column can't be dropped or change its type under the triggers, others can", async () => {
    for (const change of ["drop column state", "alter state type varchar(80)"]) {
      await assert.rejects(database.query(`alter table stay ${change}`), /depend|used by a view/, change);
    }
    await assert.rejects(database.query("drop table stay"), { detail: /view deltad\.guard_stays depends on/ });
    await database.query("alter table stay drop column note");
    await database.query("insert into stay (host_id) values (1)");
  });

  it("the guard is lifted by dropping its view, for a column that may go or widen, and apply puts it back", async () => {
    await database.query("drop view deltad.guard_stays; alter table stay alter state type varchar(80)");
    assert.deepEqual(await findings(), []);
    assert.deepEqual(await install(database, STAYS), ["watch", "rights"]);
    await install(database, staysWith("id bigint", "host_id bigint", "amount numeric"));
    await database.query("alter table stay drop column state");
    await assert.rejects(database.query("alter table stay drop column amount"), /depend/);
    await database.query("insert into stay (host_id) values (1)");
  });

  it("finds nothing where everything is in order, with no more rights than the daemon's", async () => {
    const client = await database.client();
    await client.query(`set role ${await daemonRole(database)}`);
    const asDaemon = {
      query: async <Row>(sql: string, params: readonly unknown[] = []) =>
        (await client.query(sql, [...params])).rows as Row[],
    };
    assert.deepEqual(await checkCapture(asDaemon, STAYS, LIMITS), []);
  });

  const damages: [string, string, RegExp][] = [
    [
      "a trigger that is gone",
      "drop trigger deltad_update on stay",
      /^The trigger deltad_update on (public\.)?stay is missing or different: run `deltad migrate apply`\. \[trigger_missing\]$/,
    ],
    [
      "a trigger that is off",
      "alter table stay disable trigger deltad_insert",
      /^The trigger deltad_insert on .*stay is not enabled always/,
    ],
    [
      "triggers as pg_restore --disable-triggers leaves them",
      "alter table stay disable trigger all; alter table stay enable trigger all",
      /^The trigger deltad_\w+ on .*stay is not enabled always/,
    ],
    [
      "a trigger with another function",
      `create or replace function public.nothing() returns trigger language plpgsql as 'begin return null; end';
       create or replace trigger deltad_delete after delete on stay referencing old table as old_rows for each statement execute function nothing();
       alter table stay enable always trigger deltad_delete`,
      /^The trigger deltad_delete on .*stay is missing or different/,
    ],
    [
      "another capture function",
      "create or replace function deltad.capture_update_stays() returns trigger language plpgsql security definer as 'begin return null; end'",
      /^The capture functions of public.stay are not as they were applied: run `deltad migrate apply`\. \[function_different\]$/,
    ],
    [
      "a change table without a column",
      "alter table deltad.change_stays drop column amount",
      /^The change table of public.stay lacks columns: run/,
    ],
  ];
  for (const [what, damage, sentence] of damages) {
    it(`finds ${what}, and apply mends it`, async () => {
      await database.query(damage);
      const found = await findings();
      assert.ok(found.length > 0);
      for (const finding of found) assert.match(finding, sentence);
      assert.deepEqual(await install(database, STAYS), ["watch", "rights"]);
      assert.deepEqual(await findings(), []);
      await database.query("delete from deltad.change_stays; insert into stay (host_id) values (1); delete from stay");
      assert.equal((await changes()).length, 2);
    });
  }

  it("finds rights that are gone, and apply mends them", async () => {
    const role = await daemonRole(database);
    await database.query(`revoke select (state) on stay from ${role}`);
    assert.deepEqual(await findings(), [
      `The role ${role} may not read public.stay, column state: run \`deltad migrate apply\`. [column_unreadable]`,
    ]);
    assert.deepEqual(await install(database, STAYS), ["rights"]);
    assert.deepEqual(await findings(), []);
  });

  it("finds tables that were swapped by renaming, and records nothing from the one that is out of use", async () => {
    await database.query(
      "create table stay_new (like stay including all); alter table stay rename to stay_old; alter table stay_new rename to stay",
    );
    const found = (await findings()).map((finding) => finding.split(" ").slice(0, 3).join(" "));
    assert.deepEqual(
      [...new Set(found)],
      [
        ...["delete", "insert", "truncate", "update"].map((event) => `The trigger deltad_${event}`),
        `The role ${await daemonRole(database)}`,
      ],
    );
    await database.query("insert into stay_old (id, host_id) values (1, 1)");
    assert.deepEqual(await changes(), []);
    await install(database, STAYS);
    assert.deepEqual(await findings(), []);
  });

  it("finds a table that is gone, and one whose rows are hidden from the daemon", async () => {
    await database.query("drop table stay cascade");
    assert.deepEqual(await findings(), [
      "The watched table public.stay does not exist: create it, or take it out of the configuration. [table_missing]",
    ]);
    const client = await database.client();
    const role = await daemonRole(database);
    await client.query(`alter table host enable row level security; set role ${role}`);
    const asDaemon = {
      query: async <Row>(sql: string, params: readonly unknown[] = []) =>
        (await client.query(sql, [...params])).rows as Row[],
    };
    const hosts = STAYS.slice(0, 1);
    assert.match(
      tellFindings(await checkCapture(asDaemon, hosts, LIMITS)),
      /^Row-level security hides rows of public.host from the daemon: create policy/,
    );
    await client.query(
      `reset role; create policy deltad_daemon on public.host for select to ${role} using (true); set role ${role}`,
    );
    assert.deepEqual(await checkCapture(asDaemon, hosts, LIMITS), []);
  });
});
