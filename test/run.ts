/**
 * `npm test -- [suite or test file …] [--without NAME …]`: runs the compiled tests and closes with what passed, failed and was
 * skipped, and why. With no selector everything runs, and each law must be seen. With CI=true, skipping PostgreSQL 15, Chromium
 * or uWebSockets.js is a failure, unless `--without` names it.
 */
import { availableParallelism } from "node:os";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { Progress } from "./runner/progress.ts";
import { ServersOfRun } from "./runner/servers-of-run.ts";
import { describeFailure, REQUIRED_IN_CI, summarise } from "./runner/summary.ts";
import { selectFiles, sourceName, type SuiteFile } from "./runner/suites.ts";
import { type FileResult, runTestFile } from "./runner/test-file.ts";

const testDir = dirname(fileURLToPath(import.meta.url));
const startedMs = performance.now();
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { without: { type: "string", multiple: true, default: [] } },
});
const files = await selectFiles(testDir, positionals);
if (files.length === 0) throw new Error("there is no test to run; build first");

// Nobody's database and none of the caller's settings may leak into a test.
for (const name of Object.keys(process.env)) {
  if (/^(DATABASE_URL$|PORT$|PG|DELTAD_(?!TEST_))/.test(name)) delete process.env[name];
}

const progress = new Progress(process.stdout, files.length);
const servers = new ServersOfRun();
process.once("SIGINT", () => void servers.stop().finally(() => process.exit(130)));
process.once("SIGTERM", () => void servers.stop().finally(() => process.exit(143)));

const results = new Map<string, FileResult>();
try {
  if (files.some(({ suite }) => suite.needsServers)) Object.assign(process.env, await servers.start());
  // Most files wait for a server or a socket half of their time: one more at once than there are cores.
  await runFiles(
    files.filter(({ suite }) => !suite.alone),
    availableParallelism() + 1,
  );
  await runFiles(
    files.filter(({ suite }) => suite.alone),
    1,
  );
} finally {
  await servers.stop();
}

const summary = summarise({
  results,
  durationMs: performance.now() - startedMs,
  whole: positionals.length === 0,
  required: process.env["CI"] === "true" ? REQUIRED_IN_CI.filter((name) => !values.without.includes(name)) : [],
});
progress.clear();
process.stdout.write(`${summary.lines.join("\n")}\n`);
process.exitCode = summary.good ? 0 : 1;

async function runFiles(queue: SuiteFile[], concurrency: number): Promise<void> {
  const next = async (): Promise<void> => {
    for (let file = queue.shift(); file; file = queue.shift()) await runOne(file.path);
  };
  await Promise.all(Array.from({ length: concurrency }, next));
}

async function runOne(path: string): Promise<void> {
  const name = sourceName(testDir, path);
  progress.fileStarted(name);
  const result = await runTestFile(path, () => progress.testDone());
  results.set(name, result);
  progress.fileDone(name);
  for (const failure of result.failed) progress.print(describeFailure(name, failure));
  if (result.failed.length > 0 && result.output) progress.print(`output of ${name}:\n${result.output.trimEnd()}`);
}
