/** The suites, in the order in which they run, and the files of each: long ones first, so that short ones fill the end. */
import { readdir } from "node:fs/promises";
import { join, relative, resolve } from "node:path";

/**
 * `needsServers`: its files use the PostgreSQL servers of the run.
 * `alone`: its files measure time or start whole programs, so no other file runs beside them.
 */
export const SUITES = [
  { name: "cli", needsServers: true, alone: false },
  { name: "pg", needsServers: true, alone: false },
  { name: "wire", needsServers: true, alone: false },
  { name: "house", needsServers: false, alone: false },
  { name: "unit", needsServers: false, alone: false },
  { name: "browser", needsServers: true, alone: true },
  { name: "process", needsServers: true, alone: true },
] as const;

export type Suite = (typeof SUITES)[number];

export interface SuiteFile {
  readonly suite: Suite;
  /** Absolute path of the compiled test. */
  readonly path: string;
}

/**
 * The compiled test files that `selectors` name: suites, or paths of test files (`test/unit/x.test.ts`). All, if there are none.
 * Throws where a selector names nothing.
 */
export async function selectFiles(testDir: string, selectors: readonly string[]): Promise<SuiteFile[]> {
  const all: SuiteFile[] = [];
  for (const suite of SUITES) {
    for (const path of await testFiles(join(testDir, suite.name))) all.push({ suite, path });
  }
  if (selectors.length === 0) return all;
  const chosen = selectors.map((selector) => {
    const compiled = resolve(testDir, "..", selector.replace(/^dist\//, "").replace(/\.ts$/, ".js"));
    const found = all.filter((file) => file.suite.name === selector || file.path === compiled);
    if (found.length === 0) throw new Error(`no test file is named by "${selector}"`);
    return found;
  });
  return all.filter((file) => chosen.some((found) => found.includes(file)));
}

/** A test file as the repository names it, e.g. `test/unit/clock.test.ts`. */
export function sourceName(testDir: string, path: string): string {
  return relative(resolve(testDir, ".."), path).replace(/\.js$/, ".ts");
}

async function testFiles(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { recursive: true }).catch(() => []);
  return entries
    .filter((entry) => entry.endsWith(".test.js"))
    .toSorted()
    .map((entry) => join(directory, entry));
}
