import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { it } from "node:test";
import { install } from "../../support/install.ts";
import { onEachServer } from "../../support/servers.ts";
import { assertWritten } from "../../support/written-document.ts";

const DUMP = readFileSync(fileURLToPath(new URL("../../../../test/support/schema-dump.sql", import.meta.url)), "utf8");

const HEAD = `-- What migrations/ and sql/ make of an empty database, made by test/pg/database/schema.test.ts; a function's body and a view's query are in sql/.
`;

await onEachServer("the migrated schema", (server) => {
  it("is what test/schema.sql says", async () => {
    const database = await server.createDatabase();
    await install(database, []);
    const rows = await database.query<{ begins: boolean; text: string }>(DUMP);
    const lines = rows.map(({ begins, text }) => (begins ? `\n${text}\n` : `${text}\n`));
    // Its roles are named after the database.
    assertWritten("test/schema.sql", `${HEAD}${lines.join("").replaceAll(database.name, "database")}`);
  });
});
