import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { it } from "node:test";
import { packageVersion } from "../../../daemon/database/sql-file.ts";
import { install } from "../../support/install.ts";
import { onEachServer } from "../../support/servers.ts";
import { STAYS, STAYS_SCHEMA } from "../../support/stays.ts";

await onEachServer("deltad.status", (server) => {
  it("tells who may read it alone what is captured, how its triggers are, how much waits, and how daemons live", async () => {
    const database = await server.createDatabase();
    await database.query(STAYS_SCHEMA);
    await install(database, STAYS);
    const reader = `status_${database.name}`;
    await database.query(
      `create role ${reader}; grant usage on schema deltad to ${reader}; grant select on deltad.status to ${reader}`,
    );
    const client = await database.client();
    await client.query(`set role ${reader}`);
    const status = async (): Promise<Record<string, unknown>[]> =>
      (
        await client.query<Record<string, unknown>>(
          `select version, configuration, source, watched, triggers, change_bytes > 0 as has_bytes, daemons::int,
                  unread_for > interval '50 seconds' as is_behind, unseen_for < interval '50 seconds' as is_seen
             from deltad.status order by source`,
        )
      ).rows;
    const common = {
      version: await packageVersion(),
      configuration: "default",
      has_bytes: true,
      daemons: 0,
      is_behind: null,
      is_seen: null,
    };
    const owner = { ...common, source: "owner", watched: "public.host", triggers: "4 of 4 always" };
    const stays = { ...common, source: "stays", watched: "public.stay", triggers: "4 of 4 always" };
    assert.deepEqual(await status(), [owner, stays]);

    await database.query("alter table stay disable trigger deltad_insert; drop trigger deltad_delete on stay");
    for (let daemons = 0; daemons < 2; daemons++)
      await database.query("select deltad.register_reader($1)", [randomUUID()]);
    await database.query(
      "update deltad.reader set seen_at = seen_at - interval '55 seconds' where id = (select id from deltad.reader limit 1)",
    );
    await database.query("alter table host rename to hosts");
    const seen = { daemons: 2, is_behind: true, is_seen: true };
    assert.deepEqual(await status(), [
      { ...owner, ...seen, triggers: "the table does not exist" },
      { ...stays, ...seen, triggers: "2 of 3 always" },
    ]);
    await assert.rejects(client.query("select from deltad.reader"), /permission denied/);
  });
});
