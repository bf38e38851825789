import assert from "node:assert/strict";
import { it } from "node:test";
import { KEYWORDS } from "../../../daemon/database/identifier.ts";
import { onEachServer } from "../../support/servers.ts";

await onEachServer("keywords", (server) => {
  it("hold every word that this PostgreSQL does not take as a name everywhere", async () => {
    const database = await server.createDatabase();
    const words = await database.query<{ word: string }>("select word from pg_get_keywords() where catcode <> 'U'");
    assert.deepEqual(
      words.map((row) => row.word).filter((word) => !KEYWORDS.has(word)),
      [],
    );
  });
});
