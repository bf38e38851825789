/** The suites, the files of each, and the order in which they run: long ones first, so that short ones fill the end. */
import { readdir } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { join, relative, resolve } from "node:path";

/** `alone`: its files measure time or start whole programs, so no other file runs beside them. */
export const SUITES = [
  { name: "cli", alone: false },
  { name: "pg", alone: false },
  { name: "wire", alone: false },
  { name: "house", alone: false },
  { name: "unit", alone: false },
  { name: "browser", alone: true },
  { name: "process", alone: true },
] as const;

export type Suite = (typeof SUITES)[number];

export interface SuiteFile {
  readonly suite: Suite;
  /** As the repository names it, e.g. `test/unit/clock.test.ts`. */
  readonly name: string;
  /** Absolute path of the compiled test. */
  readonly path: string;
}

/** Most files wait for a server or a socket half of their time: one more at once than there are cores. */
export const LANES = availableParallelism() + 1;

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
export function laneTime(files: readonly { readonly suite: Suite; readonly durationMs: number }[]): number {
  return files.reduce((sum, { suite, durationMs }) => sum + (suite.alone ? durationMs : durationMs / LANES), 0);
}

async function testFiles(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { recursive: true }).catch(() => []);
  return entries
    .filter((entry) => entry.endsWith(".test.js"))
    .toSorted()
    .map((entry) => join(directory, entry));
}
