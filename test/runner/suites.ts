/** The suites, the files of each, and the order in which they run: long ones first, so that short ones fill the end. */
import { readdir } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { join, relative, resolve } from "node:path";

/** `heavy`: its files start browsers or several whole programs, each of which keeps a core busy. */
export const SUITES = [
  { name: "cli", heavy: false },
  { name: "pg", heavy: false },
  { name: "wire", heavy: false },
  { name: "house", heavy: false },
  { name: "unit", heavy: false },
  { name: "browser", heavy: true },
  { name: "process", heavy: true },
] as const;

/** Files that measure how long something takes, so that nothing may run beside them. */
export const MEASURING = ["test/browser/write.test.ts", "test/process/rolling-restart.test.ts"];

export type Suite = (typeof SUITES)[number];

export interface SuiteFile {
  readonly suite: Suite;
  /** As the repository names it, e.g. `test/unit/clock.test.ts`. */
  readonly name: string;
  /** Absolute path of the compiled test. */
  readonly path: string;
}

/**
 * How many files run at once, stage after stage. Most files wait for a server or a socket half of their time: of those one more than
 * there are cores. Heavy ones run one by one: beside another, a page reconnects before a test has pressed the button that hurries it.
 */
export const STAGES = [
  { lanes: availableParallelism() + 1, holds: ({ suite, name }) => !suite.heavy && !MEASURING.includes(name) },
  { lanes: 1, holds: ({ suite, name }) => suite.heavy && !MEASURING.includes(name) },
  { lanes: 1, holds: ({ name }) => MEASURING.includes(name) },
] as const satisfies readonly { lanes: number; holds: (file: SuiteFile) => boolean }[];

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
 * Those that `selectors` name: suites, or paths of test files (`test/unit/x.test.ts`). All, if there are none.
 * Throws where a selector names nothing.
 */
export function selectFiles(all: readonly SuiteFile[], selectors: readonly string[]): readonly SuiteFile[] {
  if (selectors.length === 0) return all;
  const chosen = selectors.map((selector) => {
    const name = selector.replace(/^dist\//, "").replace(/\.js$/, ".ts");
    const found = all.filter((file) => file.suite.name === selector || file.name === name);
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

/** How long these take together, about. */
export function timeOf(files: readonly SuiteFile[], durationOf: (name: string) => number): number {
  return STAGES.map(({ lanes, holds }) => {
    const sum = files.filter(holds).reduce((total, { name }) => total + durationOf(name), 0);
    return sum / lanes;
  }).reduce((total, stage) => total + stage, 0);
}

async function testFiles(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { recursive: true }).catch(() => []);
  return entries
    .filter((entry) => entry.endsWith(".test.js"))
    .toSorted()
    .map((entry) => join(directory, entry));
}
