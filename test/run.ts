/**
 * `npm test -- [suite or test file …] [--without NAME …] [--postgres DIR]`: runs the compiled tests and closes with what passed, failed and was
 * skipped, and why. With no selector the run is brief: all but the longest, and on PostgreSQL 15 only those to which the version may matter
 * (`telling` selects these); `--whole` or CI=true asks for everything on both. Each law must be seen in either. With CI=true, skipping
 * PostgreSQL 15, Chromium or uWebSockets.js is a failure, unless `--without` names it.
 * With `--postgres` the servers are of the binaries in that folder alone, instead of PostgreSQL 18 and 15.
 * `npm test -- --changed [base]`: those that can be reached from what differs from `base` (`main`).
 */
import { delimiter, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { changedFiles } from "./runner/changed-files.ts";
import { chooseTests } from "./runner/choice.ts";
import { readDurations, writeDurations } from "./runner/durations.ts";
import { FileGraph } from "./runner/file-graph.ts";
import { runInLanes } from "./runner/lanes.ts";
import { Progress } from "./runner/progress.ts";
import { ServersOfRun } from "./runner/servers-of-run.ts";
import { describeFailure, REQUIRED_IN_CI, summarise } from "./runner/summary.ts";
import {
  BRIEFLY_ON_15,
  everyTestFile,
  type Job,
  jobsOf,
  LANES,
  LONG,
  longestFirst,
  selectFiles,
  type SuiteFile,
} from "./runner/suites.ts";
import { type FileResult, runTestFile, runTestFilesTogether } from "./runner/test-file.ts";

const testDir = dirname(fileURLToPath(import.meta.url));
const root = join(testDir, "../..");
const durationsFile = join(testDir, "durations.json");
const startedMs = performance.now();
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    without: { type: "string", multiple: true, default: [] },
    postgres: { type: "string" },
    changed: { type: "boolean", default: false },
    whole: { type: "boolean", default: process.env["CI"] === "true" },
  },
});
const durationsMs = readDurations(durationsFile);
const graph = FileGraph.ofRepository();
const every = await everyTestFile(testDir);
if (every.length === 0) throw new Error("there is no test to run; build first");
const isAll = positionals.length === 0 && !values.changed;
const isBrief = isAll && !values.whole;
const selected = values.changed ? chosen(positionals) : selectFiles(every, positionals);
const files = longestFirst(
  selected.filter(({ name }) => !isBrief || !LONG.has(name)),
  durationsMs,
);
if (files.length === 0) process.exit();

// Nobody's database and none of the caller's settings may leak into a test.
for (const name of Object.keys(process.env)) {
  if (/^(DATABASE_URL$|PORT$|PG|DELTAD_(?!TEST_))/.test(name)) delete process.env[name];
}

if (values.postgres !== undefined) process.env["DELTAD_TEST_POSTGRES"] = resolve(values.postgres);

const progress = new Progress(process.stdout, files.length);
const servers = new ServersOfRun();
process.once("SIGINT", () => void servers.stop().finally(() => process.exit(130)));
process.once("SIGTERM", () => void servers.stop().finally(() => process.exit(143)));

const results = new Map<string, FileResult>();
try {
  if (files.some(({ name }) => graph.imports(name, "test/support/servers.ts"))) {
    Object.assign(process.env, await servers.start());
  }
  // Only now: the servers are there for whoever is to have them.
  if (isBrief) process.env["DELTAD_TEST_ON_15"] = pathsOf(files.filter(({ name }) => BRIEFLY_ON_15.includes(name)));
  await runInLanes(jobsOf(files, durationsMs), LANES, runJob);
} finally {
  await servers.stop();
}

writeDurations(durationsFile, new Map([...results].map(([name, result]) => [name, result.durationMs])));
const summary = summarise({
  results,
  durationMs: performance.now() - startedMs,
  isAll,
  leftOut: selected.length - files.length,
  required: process.env["CI"] === "true" ? REQUIRED_IN_CI.filter((name) => !values.without.includes(name)) : [],
});
progress.clear();
process.stdout.write(`${summary.lines.join("\n")}\n`);
process.exitCode = summary.good ? 0 : 1;

function pathsOf(some: readonly SuiteFile[]): string {
  return some.map(({ path }) => path).join(delimiter);
}

async function runJob({ files: [first, ...more] }: Job): Promise<void> {
  if (first === undefined) return;
  const label = more.length === 0 ? first.name : `${first.name} and ${more.length} more`;
  const testDone = (): void => progress.testDone();
  progress.started(label);
  if (more.length === 0) {
    fileDone(first, await runTestFile(first.path, testDone));
  } else {
    const byPath = await runTestFilesTogether(
      [first, ...more].map(({ path }) => path),
      testDone,
    );
    for (const file of [first, ...more]) fileDone(file, byPath.get(file.path));
  }
  progress.ended(label, 1 + more.length);
}

function fileDone({ name }: SuiteFile, result: FileResult | undefined): void {
  if (result === undefined) throw new Error(`nothing is known of ${name}`);
  results.set(name, result);
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
