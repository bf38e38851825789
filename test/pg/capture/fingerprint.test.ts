/** What a heartbeat compares, and which DDL tells of itself: statement by statement, without a daemon. */
import assert from "node:assert/strict";
import { before, beforeEach, it } from "node:test";
import { fingerprintOf } from "../../../daemon/capture/fingerprint.ts";
import { install, columns } from "../../support/install.ts";
import { onEachServer, type TestDatabase } from "../../support/servers.ts";
import type { WatchedTable } from "../../../daemon/plan/watched-table.ts";

const TABLES: readonly WatchedTable[] = [
  { source: "owner", schema: "public", table: "host", columns: columns("id bigint"), key: "id", owner: "id" },
  {
    source: "stays",
    schema: "public",
    table: "stay",
    columns: columns("id bigint", "host bigint", "mood text"),
    key: "id",
    owner: "host",
  },
  {
    source: "months",
    schema: "public",
    table: "month",
    columns: columns("id bigint", "host bigint"),
    key: "id",
    owner: "host",
  },
];

const SCHEMA = `
  create type mood as enum ('good', 'bad');
  create domain feeling as mood;
  create table host (id int primary key);
  create table stay (id int primary key, host int, mood feeling, note text);
  create table month (id int, host int, note text, primary key (id, host)) partition by range (host);
  create table month_low partition of month for values from (0) to (100);
  create table month_high partition of month for values from (100) to (200);
  create table bystander (id int primary key, mood mood);`;

/** Statements, the source whose rows they may have changed, and whether their own transaction says so where event triggers are. */
const NOTICED: readonly (readonly [statement: string, source: string, told: boolean])[] = [
  ["alter table month detach partition month_low", "months", true],
  ["drop table month_low", "months", true],
  ["create table month_far partition of month for values from (200) to (300)", "months", true],
  [
    "create table filled (id int not null, host int not null, note text); alter table month attach partition filled for values from (200) to (300)",
    "months",
    true,
  ],
  [
    "alter table month detach partition month_low; alter table month attach partition month_low for values from (0) to (100)",
    "months",
    true,
  ],
  ["create table child () inherits (stay)", "stays", true],
  ["alter table stay rename to s; alter table s rename to stay", "stays", true],
  [
    "create schema elsewhere; alter table stay set schema elsewhere; alter table elsewhere.stay set schema public",
    "stays",
    true,
  ],
  ["alter schema public rename to p; alter schema p rename to public", "stays", true],
  [
    "alter table stay disable trigger deltad_insert; alter table stay enable always trigger deltad_insert",
    "stays",
    true,
  ],
  ["alter table month_low disable trigger all", "months", true],
  ["drop trigger deltad_update on stay", "stays", true],
  ["alter table stay rename column host to h; alter table stay rename column h to host", "stays", true],
  ["drop view deltad.guard_stays; alter table stay alter column host type int using host + 1", "stays", true],
  ["alter type mood rename value 'bad' to 'sad'; alter type mood rename value 'sad' to 'bad'", "stays", true],
  [
    "create or replace function deltad.capture_delete_stays() returns trigger language plpgsql as 'begin return null;end'",
    "stays",
    false,
  ],
  [
    "create or replace function deltad.row_months() returns trigger language plpgsql as 'begin return null;end'",
    "months",
    false,
  ],
  ["alter table stay enable row level security", "stays", false],
  ["create policy p on stay using (true)", "stays", false],
  ["truncate deltad.change_stays", "stays", false],
  [
    "create table month_far partition of month for values from (200) to (300); select; truncate month_far",
    "months",
    true,
  ],
];

const HARMLESS: readonly string[] = [
  "vacuum (full, analyze) stay",
  "truncate stay",
  "truncate month_low",
  "cluster stay using stay_pkey",
  "create index on stay (note)",
  "create index on month (note)",
  "grant select on stay to public",
  "comment on column stay.host is 'host'",
  "alter table stay add column more text default 'x', add column rest text",
  "alter table stay alter column note set default 'x'",
  "alter table stay drop column note",
  "alter table month_low rename to month_lowest",
  "insert into stay (id, host) values (1, 1)",
  "alter table bystander rename to other",
  "drop table other",
  "create table somewhere (id int primary key); drop table somewhere",
];

await onEachServer("a fingerprint", (server) => {
  let database: TestDatabase;

  before(async () => {
    database = await server.createDatabase();
  });

  beforeEach(async () => {
    await database.query(
      `drop schema public cascade; create schema public; drop schema if exists elsewhere cascade; ${SCHEMA}`,
    );
    await install(database, TABLES);
    await database.query("delete from deltad.reset");
  });

  async function prints(): Promise<Record<string, string>> {
    const [row] = await database.query<{ print: string }>(`select ${fingerprintOf(TABLES)} as print`);
    return JSON.parse(row?.print ?? "{}") as Record<string, string>;
  }

  async function differing(statement: string): Promise<string[]> {
    const was = await prints();
    for (const one of statement.split("; ")) await database.query(one);
    const is = await prints();
    return Object.keys(was).filter((source) => was[source] !== is[source] && source !== "");
  }

  const resets = async (): Promise<string[]> =>
    (await database.query<{ source: string }>("select distinct source from deltad.reset order by 1")).map(
      ({ source }) => source,
    );

  for (const [statement, source, told] of NOTICED) {
    it(`differs after: ${statement}${told ? "; its transaction tells the source" : ""}`, async () => {
      const sources = await differing(statement);
      assert.ok(sources.includes(source), `${source} is not among ${String(sources)}`);
      assert.ok(
        statement.includes("schema public") || sources.length === 1,
        `others differ as well: ${String(sources)}`,
      );
      const resettled = await resets();
      assert.equal(resettled.includes(source), told, String(resettled));
      if (!statement.includes("schema public")) assert.ok(resettled.length <= 1, String(resettled));
    });
  }

  it("is the same after everyday statements, and no owner is read again but for a TRUNCATE", async () => {
    for (const statement of HARMLESS) {
      await database.query("delete from deltad.reset");
      assert.deepEqual(await differing(statement), [], statement);
      if (!statement.startsWith("truncate")) assert.deepEqual(await resets(), [], statement);
    }
  });

  it("differs after the TRUNCATE of a partition whose trigger for it is disabled", async () => {
    await database.query("alter table month_low disable trigger deltad_truncate");
    assert.deepEqual(await differing("truncate month_low"), ["months"]);
  });

  it("differs in the migrations and guards alone after a guard is dropped", async () => {
    const was = await prints();
    await database.query("drop view deltad.guard_stays");
    const is = await prints();
    assert.deepEqual({ ...is, "": was[""] }, was);
    assert.notEqual(is[""], was[""]);
  });

  it("DDL of any role succeeds, also where deltad's event triggers can do nothing", async () => {
    const role = `ddl_${database.name}`;
    await database.query(
      `create role ${role}; create schema own authorization ${role}; grant create on schema public to ${role}`,
    );
    const client = await database.client();
    const heard: string[] = [];
    client.on("notice", ({ message }) => heard.push(message ?? ""));
    await client.query(`set role ${role}`);
    await client.query(
      "create table own.t (id int) partition by list (id); create table own.p partition of own.t default; alter table own.t detach partition own.p; drop table own.t",
    );
    assert.deepEqual(heard, []);
    await client.query(
      "reset role; alter table deltad.reset rename to away; alter table stay rename to s; drop table month_low",
    );
    assert.match(heard.join(" "), /deltad: .*notice this DDL at their next heartbeat/);
    await client.query("alter table deltad.away rename to reset");
    await client.query(`drop schema own cascade; drop owned by ${role}; drop role ${role}`);
  });

  it("a subscription that goes tells every source, since it is told of no table", async () => {
    await database.query(
      "create subscription feed connection 'dbname=elsewhere' publication feed with (connect = false)",
    );
    await database.query("alter subscription feed set (slot_name = none)");
    assert.deepEqual(await resets(), []);
    await database.query("drop subscription feed");
    assert.deepEqual(await resets(), ["months", "owner", "stays"]);
  });

  it("a replica's session tells of DDL as well", async () => {
    await database.query(
      "set session_replication_role = replica; alter table stay rename to s; reset session_replication_role",
    );
    assert.deepEqual(await resets(), ["stays"]);
  });
});
