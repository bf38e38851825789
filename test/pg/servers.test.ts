import assert from "node:assert/strict";
import { it } from "node:test";
import { onEachServer } from "../support/servers.ts";

await onEachServer("a test server", (server) => {
  it("is of the version that the test asks for, and keeps UTF-8", async () => {
    const database = await server.createDatabase();
    const [row] = await database.query<{ version: number; name: string }>(
      "select current_setting('server_version_num')::int / 10000 as version, $1::text as name",
      ["João"],
    );
    assert.deepEqual(row, { version: server.major, name: "João" });
  });
});
