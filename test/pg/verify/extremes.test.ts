import assert from "node:assert/strict";
import { it } from "node:test";
import { compile } from "../../../daemon/plan/compile.ts";
import { verifyOwners } from "../../../daemon/verify/verify-owners.ts";
import { install } from "../../support/install.ts";
import { keepingFew } from "../../support/keeping-few.ts";
import { SECOND } from "../../support/oracle.ts";
import { onEachServer } from "../../support/servers.ts";

const PLAN = keepingFew(compile(SECOND.config));
const OWNER = "00000000-0000-4000-8000-000000000001";
const STAYS = `
  insert into hangar.hangar_owners values ('${OWNER}', 'Ana', 'America/Sao_Paulo', 'BRL');
  insert into hangar."Hangar_Listings" values (1, '${OWNER}', 'open', 12.5, 1);
  insert into hangar.stays (stay_no, hangar_no, host, state, payment, cents, arrives, leaves, booked_on, settled_at)
    select i, 1, '${OWNER}', 'checked in', 'settled', i, now() - i * interval '1 hour', now() + interval '1 day', current_date - i, now()
      from generate_series(1, 40) i`;

await onEachServer("verify", (server) => {
  it("an owner of which the first rows have gone is read again, and found right", async () => {
    const database = await server.createDatabase();
    await database.query(SECOND.schema);
    await install(database, PLAN.tables);
    await database.query(STAYS);
    let collected = 0;
    const verdict = await verifyOwners({
      url: database.url,
      plan: PLAN,
      choice: { kind: "all" },
      daemon: undefined,
      check: () => Promise.resolve([]),
      collectMs: 0,
      sleep: async () => {
        collected += 1;
        if (collected === 1) await database.query("delete from hangar.stays where cents > 30");
        else await database.query("delete from hangar.stays where cents = 30");
      },
      progress: () => undefined,
      stopping: new AbortController().signal,
    });
    assert.deepEqual([collected, verdict.compared, verdict.unsettled, verdict.differences], [2, 1, [], []]);
  });
});
