/** What test/pgtap/deltad.sql, which a DBA runs in a CI of their own, says of an installation that is whole, and of ones that are not. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { access } from "node:fs/promises";
import { before, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { textOf } from "../../house/source-tree.ts";
import { DEMO } from "../../support/oracle.ts";
import { createMarketplace } from "../../support/running-daemon.ts";
import { onEachServer, type TestDatabase } from "../../support/servers.ts";

const FILE = fileURLToPath(new URL("../../../../test/pgtap/deltad.sql", import.meta.url));
const missing = await access("/usr/share/postgresql/15/extension/pgtap.control").then(
  () => false,
  () => "pgTAP (Debian's postgresql-15-pgtap) is not installed",
);

/** What is done to the installation, and a test that must fail then. */
const DAMAGES: readonly (readonly [statement: string, failed: RegExp])[] = [
  ["alter table bookings disable trigger deltad_update", /public\.bookings and its partitions have every trigger/],
  ["alter table bookings enable trigger deltad_update", /whatever session_replication_role is/],
  ["drop trigger deltad_delete on payouts", /public\.payouts has the trigger deltad_delete/],
  ["drop table payouts cascade", /the watched table public\.payouts exists/],
  [
    "create or replace function deltad.capture_insert_bookings() returns trigger language plpgsql security definer as 'begin return null; end'",
    /the trigger function deltad\.capture_insert_bookings is as it was generated/,
  ],
  ["alter table deltad.change_bookings rename column status to state", /the change table of public\.bookings has each/],
  ["grant usage on schema deltad to public", /PUBLIC has no right to schema deltad/],
  ["grant execute on function deltad.prune to public", /PUBLIC may execute no function/],
  ["grant select on deltad.reset to public", /PUBLIC may use no table/],
  [
    "do $$ begin execute format('grant update on bookings to %I', (select daemon_role from deltad.install)); end $$",
    /the role of daemons may write to no table/,
  ],
  [
    "do $$ begin execute format('revoke all on deltad.change_bookings from %I', (select daemon_role from deltad.install)); end $$",
    /may read public\.bookings and its changes/,
  ],
  ["alter table deltad.mark owner to postgres", /everything in schema deltad belongs to the owner/],
  ["comment on table deltad.mark is null", /owners, rights and comments/],
  [
    "do $$ begin execute format('alter role %I login', (select daemon_role from deltad.install)); end $$",
    /logs in nowhere/,
  ],
  ["drop function deltad.ring cascade", /the function deltad\.ring exists/],
  ["drop table deltad.mark", /the table deltad\.mark exists/],
];

await onEachServer("the pgTAP tests", (server) => {
  if (server.major === 18) return;
  const skip = server.major === 15 ? missing : "these are run on PostgreSQL 15";
  describe("for a DBA's CI", { skip }, () => {
    let database: TestDatabase;

    before(async () => {
      database = await server.createDatabase();
      await createMarketplace(database, DEMO);
    });

    /** The lines of TAP, after a statement of the same transaction. */
    async function tap(statement = "", ...options: readonly string[]): Promise<string[]> {
      const args = [
        "-X",
        "-qAt",
        "-v",
        "ON_ERROR_STOP=1",
        "-c",
        "begin",
        "-c",
        statement || "select",
        ...options,
        "-f",
        FILE,
      ];
      const { stdout } = await promisify(execFile)("psql", [...args, database.url], {
        env: { ...process.env, PGOPTIONS: "-c client_min_messages=error" },
      });
      return stdout.split("\n").filter((line) => /^(not )?ok |^1\.\./.test(line));
    }
    const failed = (lines: readonly string[]): string[] => lines.filter((line) => line.startsWith("not ok"));

    it("all pass on what deltad migrate apply has made, and leave nothing behind", async () => {
      const lines = await tap();
      assert.deepEqual(failed(lines), []);
      assert.ok(lines.length > 60, `${lines.length} lines`);
      assert.equal(lines.at(-1), `1..${lines.length - 1}`);
      assert.deepEqual(await database.query("select from pg_extension where extname = 'pgtap'"), []);
    });

    for (const [statement, expected] of DAMAGES) {
      it(`fail after: ${statement}`, async () => {
        const said = failed(await tap(statement));
        assert.ok(
          said.some((line) => expected.test(line)),
          said.join("\n") || "nothing failed",
        );
      });
    }

    it("fail for a table that must be watched and is not", async () => {
      const watched = (names: string): Promise<string[]> => tap("", "-v", `watched=${names}`).then(failed);
      assert.deepEqual(await watched("public.bookings,payouts"), []);
      assert.match((await watched("public.bookings,public.nothing")).join(), /public\.nothing is watched/);
    });

    it("know every table of deltad's own, and every function that the role of daemons may call", async () => {
      const objects = await database.query<{ name: string }>(
        `select c.relname as name from pg_class c
          where c.relnamespace = 'deltad'::regnamespace and c.relkind in ('r', 'p') and c.relname not like 'change\\_%'
         union all select object from deltad.daemon_rights() where privilege = 'EXECUTE'`,
      );
      assert.deepEqual(
        objects.filter(({ name }) => !textOf("test/pgtap/deltad.sql").includes(`'${name}'`)),
        [],
      );
    });
  });
});
