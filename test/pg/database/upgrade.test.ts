import assert from "node:assert/strict";
import { it } from "node:test";
import { applyMigrations } from "../../../daemon/database/migrate.ts";
import { migrationSession, QUIETLY, stepsFor } from "../../support/install.ts";
import { onEachServer } from "../../support/servers.ts";
import { STAYS, STAYS_SCHEMA } from "../../support/stays.ts";

/** As the first deltad made it: each change table had a sequence of its own. */
const OLD_CHANGE_TABLE = `
  create unlogged table deltad.change_stays (
    change_xid xid8 not null default pg_current_xact_id(), change_seq bigint not null generated always as identity,
    change_weight smallint not null, id bigint, host_id bigint, state text, amount numeric);
  create index on deltad.change_stays (change_xid);
  alter table deltad.change_stays owner to deltad_capture;
  insert into deltad.change_stays (change_weight, id) select 1, n from generate_series(1, 7) n`;

await onEachServer("an upgrade", (server) => {
  it("change tables of an older deltad go on with one sequence, above what they have numbered", async () => {
    const database = await server.createDatabase();
    await database.query(STAYS_SCHEMA);
    const session = await migrationSession(await database.client());
    const steps = await stepsFor(STAYS);
    const apply = (wanted: typeof steps): Promise<string[]> =>
      applyMigrations({ session, observer: session, steps: wanted, ...QUIETLY });
    await apply(steps.slice(0, 1));
    await database.query(OLD_CHANGE_TABLE);
    await apply(steps);
    await database.query("insert into host (id) values (1)");
    await database.query("insert into stay (host_id) values (1)");
    const numbers = await database.query<{ seq: number }>(
      "select change_seq::int as seq from deltad.change_stays where host_id = 1 union all select change_seq::int from deltad.change_owner order by 1",
    );
    assert.deepEqual(
      numbers.map(({ seq }) => seq),
      [8, 9],
    );
    assert.deepEqual(await apply(steps), []);
  });
});
