import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { it } from "node:test";
import { fileURLToPath } from "node:url";
import { readRequirements } from "../../../daemon/cli/apply-configuration.ts";
import { migrationScript, scripted } from "../../../daemon/database/migration-script.ts";

const DEMO = new URL("../../../../demo/", import.meta.url);

it("demo/migrations/ holds what `deltad migrate plan` prints for the demo's configuration", async () => {
  const { steps } = await readRequirements(fileURLToPath(new URL("deltad.config.ts", DEMO)));
  const checkedIn = await readFile(new URL("migrations/000001_watch.sql", DEMO), "utf8");
  assert.equal(
    steps.find((step) => step.name === "watch")?.text,
    checkedIn,
    "write it anew with: node bin/demo-migration.js",
  );
  assert.ok(migrationScript(steps.map(scripted)).includes(checkedIn));
});
