/**
 * `npm test -- [suite or test file …] [--without NAME …]`: runs the compiled tests and closes with what passed, failed and was
 * skipped, and why. With no selector everything runs, and each law must be seen. With CI=true, skipping PostgreSQL 15, Chromium
 * or uWebSockets.js is a failure, unless `--without` names it.
 * `npm test -- --changed [base]`: those that can be reached from what differs from `base` (`main`).
 */
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { changedFiles } from "./runner/changed-files.ts";
import { chooseTests } from "./runner/choice.ts";
import { readDurations, writeDurations } from "./runner/durations.ts";
import { FileGraph } from "./runner/file-graph.ts";
import { Progress } from "./runner/progress.ts";
import { ServersOfRun } from "./runner/servers-of-run.ts";
import { describeFailure, REQUIRED_IN_CI, summarise } from "./runner/summary.ts";
import { everyTestFile, longestFirst, selectFiles, STAGES, type SuiteFile } from "./runner/suites.ts";
import { type FileResult, runTestFile } from "./runner/test-file.ts";

const testDir = dirname(fileURLToPath(import.meta.url));
const root = join(testDir, "../..");
const durationsFile = join(testDir, "durations.json");
const startedMs = performance.now();
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { without: { type: "string", multiple: true, default: [] }, changed: { type: "boolean", default: false } },
});
const durationsMs = readDurations(durationsFile);
const graph = FileGraph.ofRepository();
const every = await everyTestFile(testDir);
if (every.length === 0) throw new Error("there is no test to run; build first");
const selected = values.changed ? chosen(positionals) : selectFiles(every, positionals);
const files = longestFirst(selected, durationsMs);
if (files.length === 0) process.exit();

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
  if (files.some(({ name }) => graph.imports(name, "test/support/servers.ts"))) {
    Object.assign(process.env, await servers.start());
  }
  for (const { lanes, holds } of STAGES) await runFiles(files.filter(holds), lanes);
} finally {
  await servers.stop();
}

writeDurations(durationsFile, new Map([...results].map(([name, result]) => [name, result.durationMs])));
const summary = summarise({
  results,
  durationMs: performance.now() - startedMs,
  whole: files.length === every.length,
  required: process.env["CI"] === "true" ? REQUIRED_IN_CI.filter((name) => !values.without.includes(name)) : [],
});
progress.clear();
process.stdout.write(`${summary.lines.join("\n")}\n`);
process.exitCode = summary.good ? 0 : 1;

async function runFiles(queue: SuiteFile[], concurrency: number): Promise<void> {
  const next = async (): Promise<void> => {
    for (let file = queue.shift(); file; file = queue.shift()) await runOne(file);
  };
  await Promise.all(Array.from({ length: concurrency }, next));
}

async function runOne({ name, path }: SuiteFile): Promise<void> {
  progress.fileStarted(name);
  const result = await runTestFile(path, () => progress.testDone());
  results.set(name, result);
  progress.fileDone(name);
  for (const failure of result.failed) progress.print(describeFailure(name, failure));
  if (result.failed.length > 0 && result.output) progress.print(`output of ${name}:\n${result.output.trimEnd()}`);
}

function chosen([base]: readonly string[]): readonly SuiteFile[] {
  const changes = changedFiles(root, base);
  const choice = chooseTests(every, changes.files, graph, durationsMs);
  const what = changes.files.length === 1 ? "1 file differs" : `${changes.files.length} files differ`;
  process.stdout.write([`${what} from ${changes.against}`, ...choice.lines, ""].join("\n"));
  return choice.files;
}
