/**
 * What `npm test -- --changed` runs: every test that the change can reach if that takes less than a minute, else those that lie
 * nearest to it, and of equally near ones the quickest. The suite `house` reads every source, so it always runs.
 */
import type { FileGraph, Reached } from "./file-graph.ts";
import { durationOf, type SuiteFile, timeOf } from "./suites.ts";

/** What decides how all else is built or run. */
const EVERYTHING = /^(package(-lock)?\.json|\.npmrc|tsconfig\.json|bin\/build\.js|test\/run\.ts|test\/runner\/.*)$/;
/** A machine with other work does no more in a minute. */
const MOST_MS = 45_000;

export interface Choice {
  readonly files: readonly SuiteFile[];
  /** For people: what was chosen and why, and what was left out. */
  readonly lines: readonly string[];
}

interface Candidate extends Reached {
  readonly file: SuiteFile;
}

/** @param durationsMs of earlier runs, by the name of the test file */
export function chooseTests(
  all: readonly SuiteFile[],
  changed: readonly string[],
  graph: FileGraph,
  durationsMs: ReadonlyMap<string, number>,
): Choice {
  const decisive = changed.find((file) => EVERYTHING.test(file));
  if (decisive !== undefined) return { files: all, lines: [`${decisive} can reach every test: all run`] };
  if (changed.length === 0) return { files: [], lines: [] };

  const reached = graph.reachedFrom(changed);
  const candidates = all
    .flatMap((file): Candidate[] => {
      const found = reached.get(file.name);
      if (file.suite.name === "house") return [{ file, steps: 0, through: "reads every source" }];
      return found ? [{ file, ...found }] : [];
    })
    .toSorted((a, b) => a.steps - b.steps || durationOf(a.file, durationsMs) - durationOf(b.file, durationsMs));

  const chosen: Candidate[] = [];
  for (const candidate of candidates) {
    const files = [...chosen, candidate].map(({ file }) => file);
    // A test that was changed itself is asked for, however long it takes.
    if (candidate.steps === 0 || timeOf(files, durationsMs) <= MOST_MS) chosen.push(candidate);
  }
  const left = candidates.filter((candidate) => !chosen.includes(candidate));
  return {
    files: all.filter((file) => chosen.some((candidate) => candidate.file === file)),
    lines: [
      ...chosen.map(({ file, steps, through }) => `  ${file.name}  ${reason(steps, through)}`),
      ...(left.length > 0
        ? [`left for npm test, since they lie farther away: ${left.map(({ file }) => file.name).join(" ")}`]
        : []),
    ],
  };
}

function reason(steps: number, through: string): string {
  if (steps === 0) return through.includes(" ") ? through : "changed";
  return steps === 1 ? `uses ${through}` : `${steps} uses away, by ${through}`;
}
