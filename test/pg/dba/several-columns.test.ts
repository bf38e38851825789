import assert from "node:assert/strict";
import { it } from "node:test";
import { EXAMINATION_LIMITS } from "../../../daemon/dba/examination.ts";
import { examineIndexes } from "../../../daemon/dba/examine-tables.ts";
import { ownZoneOffset } from "../../../daemon/dba/examine-zones.ts";
import { captureChoices } from "../../../daemon/plan/capture-choices.ts";
import { compileKinds } from "../../../daemon/plan/compile.ts";
import { WHOLESALE } from "../../support/oracle.ts";
import { onEachServer } from "../../support/servers.ts";

await onEachServer("doctor, of rows that name another row by several columns", (server) => {
  it("wants an index that begins with these columns, in whatever order, and behind them with the one of a window", async () => {
    const database = await server.createDatabase();
    await database.query(WHOLESALE.schema);
    const missing = async (): Promise<(string | undefined)[]> => {
      const found = await examineIndexes({
        session: database,
        compiled: compileKinds(WHOLESALE.config),
        choices: captureChoices(WHOLESALE.config),
        limits: { ...EXAMINATION_LIMITS, unindexedPages: 0 },
        now: () => 0,
        zoneOffset: ownZoneOffset,
      });
      return found.map(({ statement }) => statement).filter((statement) => /deliveries|clients/.test(statement ?? ""));
    };
    assert.deepEqual(await missing(), []);
    await database.query("drop index deliveries_line_no_order_id_idx; drop index clients_country_region_idx");
    await database.query("create index on deliveries (line_no, pieces, order_id); create index on clients (country)");
    assert.deepEqual(await missing(), [
      "create index concurrently on public.deliveries (order_id, line_no)",
      "create index concurrently on public.clients (country, region)",
    ]);
    await database.query(
      "create index on deliveries (order_id, line_no); create index on clients (region, country, tier)",
    );
    assert.deepEqual(await missing(), []);
  });
});
