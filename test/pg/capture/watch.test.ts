/** A configuration that changes, and a database that was changed behind deltad's back. */
import assert from "node:assert/strict";
import { before, beforeEach, it } from "node:test";
import { checkCapture } from "../../../daemon/capture/check.ts";
import type { WatchedTable } from "../../../daemon/plan/watched-table.ts";
import { columns, install, LIMITS } from "../../support/install.ts";
import { onEachServer, type TestDatabase } from "../../support/servers.ts";
import { STAYS, STAYS_SCHEMA } from "../../support/stays.ts";

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
  const findings = (tables: readonly WatchedTable[] = STAYS): Promise<string[]> =>
    checkCapture(database, tables, LIMITS);

  it("a column more is added, and what is unread stays", async () => {
    await database.query("insert into stay values (1, 1, 'a', 1, 'note')");
    const more = staysWith("id bigint", "host_id bigint", "state text", "amount numeric", "note text");
    assert.deepEqual(await install(database, more), ["watch"]);
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
    assert.deepEqual(await install(database, STAYS), ["watch"]);
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

  it("a source that is gone leaves nothing behind", async () => {
    await install(database, STAYS.slice(0, 1));
    const left = await database.query(`select relname from pg_class where relname like 'change%stays%'
      union all select proname from pg_proc where proname in ('capture_stays', 'row_stays')
      union all select tgname from pg_trigger where tgrelid = 'stay'::regclass`);
    assert.deepEqual(left, []);
    await database.query("insert into stay (host_id) values (1)");
    assert.deepEqual(await findings(STAYS.slice(0, 1)), []);
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
    assert.deepEqual(await install(database, STAYS), ["watch"]);
    await install(database, staysWith("id bigint", "host_id bigint", "amount numeric"));
    await database.query("alter table stay drop column state");
    await assert.rejects(database.query("alter table stay drop column amount"), /depend/);
    await database.query("insert into stay (host_id) values (1)");
  });

  it("finds nothing where everything is in order, with no more rights than the daemon's", async () => {
    const client = await database.client();
    await client.query("set role deltad_daemon");
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
      /^The trigger deltad_update on (public\.)?stay is missing or different: run `deltad migrate apply`\.$/,
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
      "create or replace function deltad.capture_stays() returns trigger language plpgsql security definer as 'begin return null; end'",
      /^The capture functions of public.stay are not the configuration's/,
    ],
    [
      "a change table with other columns",
      "alter table deltad.change_stays add column extra int",
      /^The change table of public.stay has not/,
    ],
    [
      "rights that are gone",
      "revoke select (state) on stay from deltad_daemon",
      /^The role deltad_daemon may not read public.stay, column state/,
    ],
  ];
  for (const [what, damage, sentence] of damages) {
    it(`finds ${what}, and apply mends it`, async () => {
      await database.query(damage);
      const found = await findings();
      assert.ok(found.length > 0);
      for (const finding of found) assert.match(finding, sentence);
      assert.deepEqual(await install(database, STAYS), ["watch"]);
      assert.deepEqual(await findings(), []);
      await database.query("delete from deltad.change_stays; insert into stay (host_id) values (1); delete from stay");
      assert.equal((await changes()).length, 2);
    });
  }

  it("finds tables that were swapped by renaming, and records nothing from the one that is out of use", async () => {
    await database.query(
      "create table stay_new (like stay including all); alter table stay rename to stay_old; alter table stay_new rename to stay",
    );
    const found = (await findings()).map((finding) => finding.split(" ").slice(0, 3).join(" "));
    assert.deepEqual(
      [...new Set(found)],
      [
        ...["delete", "insert", "truncate", "update"].map((event) => `The trigger deltad_${event}`),
        "The role deltad_daemon",
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
      "The watched table public.stay does not exist: create it, or take it out of the configuration.",
    ]);
    const client = await database.client();
    await client.query("alter table host enable row level security; set role deltad_daemon");
    const asDaemon = {
      query: async <Row>(sql: string, params: readonly unknown[] = []) =>
        (await client.query(sql, [...params])).rows as Row[],
    };
    const hosts = STAYS.slice(0, 1);
    assert.match(
      (await checkCapture(asDaemon, hosts, LIMITS)).join(),
      /^Row-level security hides rows of public.host from the daemon: create policy/,
    );
    await client.query(
      "reset role; create policy deltad_daemon on public.host for select to deltad_daemon using (true); set role deltad_daemon",
    );
    assert.deepEqual(await checkCapture(asDaemon, hosts, LIMITS), []);
  });
});
