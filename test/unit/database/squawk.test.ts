import assert from "node:assert/strict";
import { readdir } from "node:fs/promises";
import { it } from "node:test";
import { fileURLToPath } from "node:url";
import { readRequirements } from "../../../daemon/cli/apply-configuration.ts";
import { migrationScript, scripted } from "../../../daemon/database/migration-script.ts";
import { lintFiles, lintPlan, missingSquawk } from "../../support/squawk.ts";

const ROOT = fileURLToPath(new URL("../../../../", import.meta.url));
const missing = await missingSquawk();

it("a linter of migrations has nothing to say about deltad's SQL", { skip: missing }, async () => {
  const folders = ["migrations", "sql", "sql/writes", "demo/migrations"];
  const files = await Promise.all(
    folders.map(async (folder) => {
      const names = await readdir(`${ROOT}${folder}`);
      return names.filter((name) => name.endsWith(".sql")).map((name) => `${folder}/${name}`);
    }),
  );
  assert.ok(files.flat().length > 10);
  assert.equal(await lintFiles(files.flat()), "");
});

it("nor about a plan as it is printed", { skip: missing }, async () => {
  const { steps } = await readRequirements(`${ROOT}demo/deltad.config.ts`);
  const plan = migrationScript(steps.map(scripted));
  assert.match(plan, /create or replace trigger deltad_insert after insert on public\.bookings/);
  assert.equal(await lintPlan(plan), "");
  assert.match(await lintPlan("alter table bookings add column note varchar(9);"), /prefer-text-field/);
});
