/** Runs one compiled test file in a process of its own and says what became of each test in it. */
import { finished } from "node:stream/promises";
import { run } from "node:test";

/**
 * Longest time for one file. The slowest takes about a minute on two cores; one that is past this hangs, or left a handle open
 * (a timer, a socket, a pool) that keeps its process alive.
 */
const FILE_LIMIT_MS = 150_000;

export interface FileResult {
  /** The titles of tests that ran and passed, without their describe blocks' titles. */
  readonly passed: readonly string[];
  readonly failed: readonly Failure[];
  /** A skipped describe block counts once, whatever is in it. */
  readonly skipped: readonly Skip[];
  /** What the file wrote to its standard output and error. */
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

/** `onTest` is called after each test that passed, failed or was skipped. Never rejects: a file that cannot run is a failure. */
export async function runTestFile(path: string, onTest: () => void, limitMs = FILE_LIMIT_MS): Promise<FileResult> {
  const startedMs = performance.now();
  const passed: string[] = [];
  const failed: Failure[] = [];
  const skipped: Skip[] = [];
  const blocks: string[] = [];
  let output = "";

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
    failed.push({ titles: titlesOf(test), error: test.details.error });
    onTest();
  });
  stream.on("test:pass", (test) => {
    if (test.skip !== undefined) {
      skipped.push({ titles: titlesOf(test), reason: typeof test.skip === "string" ? test.skip : "no reason given" });
    } else if (test.name === path) {
      failed.push({ titles: [], error: new Error("the file holds no test") });
    } else if (test.details.type !== "suite") {
      passed.push(test.name);
    } else {
      return;
    }
    onTest();
  });
  await finished(stream.resume());
  return { passed, failed, skipped, output, durationMs: performance.now() - startedMs };
}

/** `subtestsFailed`: a block that failed only because a test in it did, which is reported by itself. */
function failureType(error: unknown): unknown {
  return typeof error === "object" && error !== null && "failureType" in error ? error.failureType : undefined;
}
