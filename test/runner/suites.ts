/** The suites, the files of each, and the order in which they run: long ones first, so that short ones fill the end. */
import { readdir } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { join, relative, resolve } from "node:path";

/**
 * The longest first: a clone in which nothing has run yet knows no more of how long a file takes.
 * `heavy`: its files start browsers, each of which would have all cores: two at once make pages slower than their tests allow.
 * `together`: several of its files run in one process, each after the other, since half a second of every process goes into loading the same modules. Its
 * files need no more than the sources, and a row of them for each core is all there is ("rows"), or they take seconds, and a process has as many as
 * fill some time ("chunks").
 * `usualMs`: how long one of its files takes, about, on an idle machine of two cores.
 */
export const SUITES = [
  { name: "process", heavy: false, together: undefined, usualMs: 25_000 },
  { name: "cli", heavy: false, together: undefined, usualMs: 25_000 },
  { name: "pg", heavy: false, together: "chunks", usualMs: 5_000 },
  { name: "wire", heavy: false, together: "chunks", usualMs: 3_000 },
  { name: "house", heavy: false, together: "rows", usualMs: 500 },
  { name: "unit", heavy: false, together: "rows", usualMs: 600 },
  { name: "browser", heavy: true, together: undefined, usualMs: 15_000 },
] as const;

/** What is told apart by the server's version: the SQL of an installation, capture, reading, the event triggers, the system catalogs. */
export const TELLING = [
  "test/pg/servers.test.ts",
  "test/pg/database/first-apply.test.ts",
  "test/pg/database/schema.test.ts",
  "test/pg/capture/images.test.ts",
  "test/pg/capture/partitions.test.ts",
  "test/pg/capture/cursor.test.ts",
  "test/pg/capture/validate.test.ts",
  "test/pg/oracle/random-writes.test.ts",
  "test/pg/holes/missing-capture.test.ts",
  "test/pg/holes/switched-off.test.ts",
  "test/pg/dba/doctor-server.test.ts",
  "test/pg/dba/uninstall.test.ts",
];

/** What is on PostgreSQL 15 alone, where Debian has a package for it. */
const ON_15_ALONE = ["test/pg/backup-page.test.ts", "test/pg/database/pgtap.test.ts", "test/pg/holes/repack.test.ts"];

/** What takes the longest, some ten seconds and more on two idle cores. A brief run, which ends within five minutes there, leaves it out. */
export const LONG: ReadonlySet<string> = new Set([
  "test/browser/any-page.test.ts",
  "test/browser/board.test.ts",
  "test/browser/conversations.test.ts",
  "test/browser/display.test.ts",
  "test/browser/firefox.test.ts",
  "test/browser/hangars.test.ts",
  "test/browser/kinds.test.ts",
  "test/browser/metric.test.ts",
  "test/browser/operator-page.test.ts",
  "test/browser/platform.test.ts",
  "test/browser/react.test.ts",
  "test/browser/rooms.test.ts",
  "test/browser/shots.test.ts",
  "test/browser/trends.test.ts",
  "test/browser/whole-page.test.ts",
  "test/browser/write.test.ts",
  "test/cli/bad-database.test.ts",
  "test/cli/bad-input.test.ts",
  "test/cli/dev.test.ts",
  "test/cli/packages.test.ts",
  "test/pg/bus/operators-act.test.ts",
  "test/pg/capture/lost-sessions.test.ts",
  "test/pg/capture/several.test.ts",
  "test/pg/channels/killed-sessions.test.ts",
  "test/pg/database/killed-apply.test.ts",
  "test/pg/dba/doctor-capture.test.ts",
  "test/pg/dba/doctor-server.test.ts",
  "test/pg/dba/uninstall.test.ts",
  "test/pg/demo-database.test.ts",
  "test/pg/holes/captured-columns.test.ts",
  "test/pg/holes/harmless-ddl.test.ts",
  "test/pg/holes/missing-capture.test.ts",
  "test/pg/holes/subscriptions.test.ts",
  "test/pg/holes/suspended.test.ts",
  "test/pg/holes/switched-off.test.ts",
  "test/pg/holes/unseen-changes.test.ts",
  "test/pg/metrics/recompute.test.ts",
  "test/pg/operator-metrics.test.ts",
  "test/pg/oracle/races.test.ts",
  "test/pg/owners/long-parents.test.ts",
  "test/pg/presence/client.test.ts",
  "test/pg/presence/presence.test.ts",
  "test/pg/presence/several.test.ts",
  "test/pg/resume/copies.test.ts",
  "test/pg/revocation.test.ts",
  "test/pg/verify/audit.test.ts",
  "test/pg/verify/running-daemon.test.ts",
  "test/pg/verify/running-marketplace.test.ts",
  "test/pg/writes/races.test.ts",
  "test/process/client-resume.test.ts",
  "test/process/demo.test.ts",
  "test/process/event-ledger.test.ts",
  "test/process/few-files.test.ts",
  "test/process/killed-daemon.test.ts",
  "test/process/killed-presence.test.ts",
  "test/process/killed-writes.test.ts",
  "test/process/long-resume.test.ts",
  "test/process/rolling-restart.test.ts",
  "test/process/upgrade.test.ts",
  "test/wire/client-leaks.test.ts",
  "test/wire/gateway/slow-connections.test.ts",
]);

/** What a brief run has on PostgreSQL 15: what the version may matter to, but for random campaigns, and what is there alone. */
export const BRIEFLY_ON_15: readonly string[] = [
  ...TELLING.filter((name) => !LONG.has(name) && !name.includes("/random-")),
  ...ON_15_ALONE,
];

/**
 * Files of such suites that need a process of their own: they test what happens once in a process, weigh its memory, say where they run, or have
 * their tests written by another file.
 */
export const ALONE: ReadonlySet<string> = new Set([
  "test/unit/client/development.test.ts",
  "test/unit/client/sight.test.ts",
  "test/pg/dba/doctor-capture.test.ts",
  "test/pg/dba/doctor-tables.test.ts",
  "test/pg/owners/heap.test.ts",
  "test/wire/client-leaks.test.ts",
  "test/wire/gateway/floods.test.ts",
  "test/wire/gateway/fuzz.test.ts",
  "test/wire/gateway/import.test.ts",
  "test/wire/gateway/slow-reader.test.ts",
  ...TELLING,
  ...ON_15_ALONE,
]);

/** A process of a chunk is that long and has that many files at most, where it has several: the last ones to run must end together. */
const CHUNK_MS = 15_000;
const CHUNK_FILES = 5;

export type Suite = (typeof SUITES)[number];

export interface SuiteFile {
  readonly suite: Suite;
  /** As the repository names it, e.g. `test/unit/clock.test.ts`. */
  readonly name: string;
  /** Absolute path of the compiled test. */
  readonly path: string;
}

/** Files that run one after the other, in one process if there are several. */
export interface Job {
  readonly heavy: boolean;
  readonly files: readonly SuiteFile[];
}

/** How many jobs run at the same time; of those at most `heavy` heavy ones. */
export interface Lanes {
  readonly lanes: number;
  readonly heavy: number;
}

/**
 * Most files wait for a server or a socket half of their time, so there is one lane more than there are cores. Heavy
 * files take one of them from the start, one after the other: they are the longest row of what can't run at once.
 */
export const LANES: Lanes = { lanes: availableParallelism() + 1, heavy: 1 };

/** Every compiled test file, suite by suite. */
export async function everyTestFile(testDir: string): Promise<SuiteFile[]> {
  const all: SuiteFile[] = [];
  for (const suite of SUITES) {
    for (const path of await testFiles(join(testDir, suite.name))) {
      all.push({ suite, path, name: relative(resolve(testDir, ".."), path).replace(/\.js$/, ".ts") });
    }
  }
  return all;
}

/**
 * Those that `selectors` name: suites, paths of test files (`test/unit/x.test.ts`), or `telling`. All, if there are none.
 * Throws where a selector names nothing.
 */
export function selectFiles(all: readonly SuiteFile[], selectors: readonly string[]): readonly SuiteFile[] {
  if (selectors.length === 0) return all;
  const chosen = selectors.map((selector) => {
    const name = selector.replace(/^dist\//, "").replace(/\.js$/, ".ts");
    const names = selector === "telling" ? TELLING : [name];
    const found = all.filter((file) => file.suite.name === selector || names.includes(file.name));
    if (found.length === 0) throw new Error(`no test file is named by "${selector}"`);
    return found;
  });
  return all.filter((file) => chosen.some((found) => found.includes(file)));
}

/** Longest first, by what is known of earlier runs; what is not known stays in its order, before all else. */
export function longestFirst(
  files: readonly SuiteFile[],
  durationsMs: ReadonlyMap<string, number>,
): readonly SuiteFile[] {
  const durationOf = ({ name }: SuiteFile): number => durationsMs.get(name) ?? Number.MAX_SAFE_INTEGER;
  return files.toSorted((a, b) => durationOf(b) - durationOf(a));
}

/** Files of one process, and each other file by itself, in their order; rows come first. */
export function jobsOf(
  files: readonly SuiteFile[],
  durationsMs: ReadonlyMap<string, number>,
  cores = availableParallelism(),
): readonly Job[] {
  const inRows: SuiteFile[] = [];
  const others: Job[] = [];
  /** The last of the chunks: it is one of the jobs already. */
  let chunk: SuiteFile[] = [];
  for (const file of files) {
    const { heavy, together } = file.suite;
    const joins = ALONE.has(file.name) ? undefined : together;
    if (joins === "rows") inRows.push(file);
    else if (joins === undefined) others.push({ heavy, files: [file] });
    else {
      const hasRoom = chunk.length < CHUNK_FILES && sumOf([...chunk, file], durationsMs) <= CHUNK_MS;
      if (!hasRoom || chunk.length === 0) {
        chunk = [];
        others.push({ heavy, files: chunk });
      }
      chunk.push(file);
    }
  }
  const rows = Array.from({ length: Math.min(cores, inRows.length) }, (_, row) =>
    inRows.filter((__, index) => index % cores === row),
  );
  return [...rows.map((row): Job => ({ heavy: false, files: row })), ...others];
}

/** What this clone has not run yet takes what is usual in its suite. */
export function durationOf({ name, suite }: SuiteFile, durationsMs: ReadonlyMap<string, number>): number {
  return durationsMs.get(name) ?? suite.usualMs;
}

/** How long these take together, about. */
export function timeOf(files: readonly SuiteFile[], durationsMs: ReadonlyMap<string, number>): number {
  const heavy = files.filter(({ suite }) => suite.heavy);
  const longest = Math.max(...files.map((file) => durationOf(file, durationsMs)));
  return Math.max(longest, sumOf(files, durationsMs) / LANES.lanes, sumOf(heavy, durationsMs) / LANES.heavy);
}

function sumOf(files: readonly SuiteFile[], durationsMs: ReadonlyMap<string, number>): number {
  return files.reduce((total, file) => total + durationOf(file, durationsMs), 0);
}

async function testFiles(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { recursive: true }).catch(() => []);
  return entries
    .filter((entry) => entry.endsWith(".test.js"))
    .toSorted()
    .map((entry) => join(directory, entry));
}
