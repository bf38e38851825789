/**
 * Runs compiled test files in a process and says what became of each test in them: one file by itself, or several together where
 * they need no more than the sources, so that most of their time would go into loading the same modules again.
 */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { finished } from "node:stream/promises";
import { run } from "node:test";
import { pathToFileURL } from "node:url";

/**
 * Longest time for one process. The slowest file takes about a minute on two cores that have nothing else to do, on a busy machine five; one
 * that is past this hangs, or left a handle open (a timer, a socket, a pool) that keeps its process alive.
 */
const LIMIT_MS = 400_000;

export interface FileResult {
  /** The titles of tests that ran and passed, without their describe blocks' titles. */
  readonly passed: readonly string[];
  readonly failed: readonly Failure[];
  /** A skipped describe block counts once, whatever is in it. */
  readonly skipped: readonly Skip[];
  /** What the process wrote to its standard output and error. */
  readonly output: string;
  readonly durationMs: number;
}

export interface Failure {
  /** The titles of the describe blocks and the test, outermost first. */
  readonly titles: readonly string[];
  readonly error: unknown;
}

export interface Skip {
  readonly titles: readonly string[];
  readonly reason: string;
}

interface Tally extends FileResult {
  readonly passed: string[];
  readonly failed: Failure[];
  readonly skipped: Skip[];
  durationMs: number;
}

/** `onTest` is called after each test that passed, failed or was skipped. Never rejects: a file that cannot run is a failure. */
export async function runTestFile(path: string, onTest: () => void, limitMs = LIMIT_MS): Promise<FileResult> {
  const startedMs = performance.now();
  const tally = newTally();
  const { output, broken } = await runProcess(path, limitMs, () => tally, onTest);
  if (broken !== undefined) tally.failed.push({ titles: [path], error: broken });
  else if (isEmpty(tally)) tally.failed.push(NO_TEST);
  return { ...tally, output, durationMs: performance.now() - startedMs };
}

/**
 * By path. A test counts for the file in which it is written, and a duration is that of a file's tests alone. Where the process breaks
 * (a file can't be loaded, something hangs) nobody knows by which file, and each is run by itself.
 */
export async function runTestFilesTogether(
  paths: readonly string[],
  onTest: () => void,
): Promise<ReadonlyMap<string, FileResult>> {
  const tallies = new Map(paths.map((path) => [path, newTally()]));
  const strays = newTally();
  const folder = await mkdtemp(join(tmpdir(), "deltad-tests-"));
  const entry = join(folder, "together.mjs");
  let counted = 0;
  try {
    await writeFile(entry, paths.map((path) => `import ${JSON.stringify(pathToFileURL(path).href)};\n`).join(""));
    const tallyOf = (file: string | undefined): Tally => tallies.get(file ?? "") ?? strays;
    const { output, broken } = await runProcess(entry, LIMIT_MS, tallyOf, () => (counted += 1));
    if (broken === undefined && strays.passed.length + strays.failed.length === 0) {
      for (; counted > 0; counted -= 1) onTest();
      const results = new Map<string, FileResult>([...tallies].map(([path, tally]) => [path, { ...tally, output }]));
      await tellOfBlocks(results, strays.skipped);
      return results;
    }
  } finally {
    await rm(folder, { recursive: true });
  }
  const results = new Map<string, FileResult>();
  for (const path of paths) results.set(path, await runTestFile(path, onTest));
  return results;
}

/**
 * A skipped block is where `describe` was called, which may be in a file that many use: of a file in which nothing else was, running it by
 * itself tells whether it has any. What is left is some file's.
 */
async function tellOfBlocks(results: Map<string, FileResult>, skipped: readonly Skip[]): Promise<void> {
  let told = 0;
  for (const [path, result] of results) {
    if (!isEmpty(result)) continue;
    const alone = await runTestFile(path, () => undefined);
    told += alone.skipped.length;
    results.set(path, alone);
  }
  const [[path, first] = []] = results;
  if (path !== undefined && first !== undefined)
    results.set(path, { ...first, skipped: [...first.skipped, ...skipped.slice(told)] });
}

const NO_TEST: Failure = { titles: [], error: new Error("the file holds no test") };

function newTally(): Tally {
  return { passed: [], failed: [], skipped: [], output: "", durationMs: 0 };
}

function isEmpty({ passed, failed, skipped }: FileResult): boolean {
  return passed.length + failed.length + skipped.length === 0;
}

/**
 * `broken`: why the process itself is a failure, beside whatever tests failed in it.
 * @param tallyOf by the file in which a test is written
 */
async function runProcess(
  path: string,
  limitMs: number,
  tallyOf: (file: string | undefined) => Tally,
  onTest: () => void,
): Promise<{ output: string; broken: unknown }> {
  const blocks: string[] = [];
  let output = "";
  let broken: unknown;

  let fileAtWork: string | undefined;
  // A block is where `describe` was called; one that ran is the file's whose tests ran in it.
  const tallyFor = ({ file, details, skip }: Ended): Tally => {
    if (details.type !== "suite") fileAtWork = file;
    return tallyOf(details.type === "suite" && skip === undefined ? fileAtWork : file);
  };

  const stream = run({ files: [path], signal: AbortSignal.timeout(limitMs) });
  const keepOutput = ({ message }: { message: string }): void => void (output += message);
  const titlesOf = ({ name, nesting }: { name: string; nesting: number }): string[] => [
    ...blocks.slice(0, nesting),
    name,
  ];
  stream.on("test:stdout", keepOutput);
  stream.on("test:stderr", keepOutput);
  stream.on("test:start", ({ name, nesting }) => blocks.splice(nesting, Infinity, name));
  stream.on("test:fail", (test) => {
    if (failureType(test.details.error) === "subtestsFailed") return;
    if (test.name === path) {
      broken = test.details.error;
      return;
    }
    const tally = tallyFor(test);
    tally.failed.push({ titles: titlesOf(test), error: test.details.error });
    if (test.nesting === 0) tally.durationMs += test.details.duration_ms;
    onTest();
  });
  stream.on("test:pass", (test) => {
    // A process in which no test ran passes by its own name.
    if (test.name === path) return;
    const tally = tallyFor(test);
    if (test.nesting === 0) tally.durationMs += test.details.duration_ms;
    if (test.skip !== undefined) {
      const reason = typeof test.skip === "string" ? test.skip : "no reason given";
      tally.skipped.push({ titles: titlesOf(test), reason });
    } else if (test.details.type === "suite") {
      return;
    } else {
      tally.passed.push(test.name);
    }
    onTest();
  });
  await finished(stream.resume());
  return { output, broken };
}

/** What the runner says of a test, or a block of tests. */
interface Ended {
  readonly file?: string | undefined;
  readonly details: { readonly type?: string | undefined };
  readonly skip?: string | boolean | undefined;
}

/** `subtestsFailed`: a block that failed only because a test in it did, which is reported by itself. */
function failureType(error: unknown): unknown {
  return typeof error === "object" && error !== null && "failureType" in error ? error.failureType : undefined;
}
