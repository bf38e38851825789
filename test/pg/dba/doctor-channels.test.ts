/** What `deltad doctor` says of the tables of channels. */
import assert from "node:assert/strict";
import { before, it } from "node:test";
import { examineDatabase } from "../../../daemon/dba/doctor.ts";
import { EXAMINATION_LIMITS } from "../../../daemon/dba/examination.ts";
import { ownZoneOffset } from "../../../daemon/dba/examine-zones.ts";
import { loadDefinitionFile } from "../../../daemon/define/definition-file.ts";
import { captureChoices } from "../../../daemon/plan/capture-choices.ts";
import { compileKinds } from "../../../daemon/plan/compile.ts";
import { applyFile } from "../../support/install.ts";
import { ROOMS_CONFIG, ROOMS_SCHEMA } from "../../support/rooms.ts";
import { onEachServer, type TestDatabase } from "../../support/servers.ts";

await onEachServer("doctor, of channels", (server) => {
  let database: TestDatabase;

  before(async () => {
    database = await server.createDatabase();
    await database.query(ROOMS_SCHEMA);
    await applyFile(database.url, ROOMS_CONFIG);
    await database.query(
      "insert into room_members select n, 'u' || m from generate_series(1, 300) n, generate_series(1, 20) m",
    );
  });

  const found = async (): Promise<readonly string[]> => {
    const definition = await loadDefinitionFile(ROOMS_CONFIG);
    const findings = await examineDatabase({
      session: database,
      compiled: compileKinds(definition),
      choices: captureChoices(definition),
      limits: { ...EXAMINATION_LIMITS, unindexedPages: 1 },
      now: Date.now,
      zoneOffset: ownZoneOffset,
    });
    return findings.flatMap(({ code, statement }) =>
      code.endsWith("index_missing") ? [`${code}: ${statement ?? ""}`] : [],
    );
  };

  it("names indexes without which loads, or look-ups of members, read a whole table, each with the statement that makes it", async () => {
    assert.deepEqual(await found(), []);
    await database.query(
      "drop index room_members_room_id_user_id_idx, messages_room_id_created_at_id_idx; create index on room_members (room_id)",
    );
    const messages = "channel_index_missing: create index concurrently on public.messages (room_id, created_at, id)";
    const members = "index_missing: create index concurrently on public.room_members (room_id, user_id)";
    assert.deepEqual(await found(), [messages, messages, members]);
    await database.query("create index on room_members (room_id) include (user_id)");
    assert.deepEqual(await found(), [messages, messages, members]);
    for (const line of [messages, members]) await database.query(line.slice(line.indexOf(": ") + 2));
    assert.deepEqual(await found(), []);
    // Whoever looks for both finds them by either order; loads have the other index.
    await database.query(
      "drop index room_members_room_id_user_id_idx; create index on room_members (user_id, room_id)",
    );
    assert.deepEqual(await found(), []);
  });
});
