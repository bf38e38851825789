#!/usr/bin/env node
// Writes demo/migrations/ anew after a change of the demo's configuration or of the generator: node bin/demo-migration.js
import { writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

const { readRequirements } = await import(new URL("../dist/daemon/cli/apply-configuration.js", import.meta.url).href);
const { steps } = await readRequirements(fileURLToPath(new URL("../demo/deltad.config.ts", import.meta.url)));
await writeFile(
  new URL("../demo/migrations/000001_watch.sql", import.meta.url),
  steps.find((step) => step.name === "watch").text,
);
