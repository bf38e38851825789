/** `npm run check`: everything a change must pass. Every step runs, so that one call shows all there is to mend. */
import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));

// The tools' own scripts: npx may ask the network, and a shim can't be run by a given Node.
const TSC = "node_modules/typescript/bin/tsc";
const STEPS = [
  { name: "types", commands: ["tsconfig.json", "client", "dashboard"].map((at) => [TSC, "--noEmit", "-p", at]) },
  { name: "lint", commands: [["node_modules/oxlint/bin/oxlint", "--deny-warnings"]] },
  {
    name: "SQL",
    commands: [
      ["node_modules/squawk-cli/js/bin/squawk", ...sqlFiles("migrations", "sql", "sql/writes", "demo/migrations")],
    ],
  },
  { name: "format", commands: [["node_modules/@biomejs/biome/bin/biome", "format"]] },
  { name: "dead code", commands: [["node_modules/knip/bin/knip.js", "--no-progress"]] },
  { name: "reference", commands: [["docs/reference/build.js"]] },
  { name: "build", commands: [["bin/build.js"]] },
  // Layers, file sizes and the lockfile are the suite "house".
  { name: "tests", commands: [["dist/test/run.js", "--whole"]], after: "build" },
];

const outcomes = new Map();
for (const step of STEPS) {
  process.stdout.write(`\n== ${step.name}\n`);
  const startedMs = performance.now();
  const possible = step.after === undefined || outcomes.get(step.after).good;
  if (!possible) process.stdout.write(`not run: ${step.after} failed\n`);
  const good = possible && step.commands.map(succeeds).every(Boolean);
  outcomes.set(step.name, { good, seconds: (performance.now() - startedMs) / 1000 });
}

process.stdout.write("\n");
for (const [name, { good, seconds }] of outcomes) {
  process.stdout.write(`${good ? "good  " : "FAILED"}  ${name.padEnd(10)} ${seconds.toFixed(1)} s\n`);
}
const failed = [...outcomes.values()].filter(({ good }) => !good).length;
process.stdout.write(`check: ${outcomes.size - failed} passed, ${failed} failed\n`);
process.exitCode = failed === 0 ? 0 : 1;

function succeeds(command) {
  return spawnSync(process.execPath, command, { cwd: ROOT, stdio: "inherit" }).status === 0;
}

function sqlFiles(...folders) {
  return folders.flatMap((folder) =>
    readdirSync(join(ROOT, folder))
      .filter((name) => name.endsWith(".sql"))
      .map((name) => join(folder, name)),
  );
}
