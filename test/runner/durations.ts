/** How long each test file took when it last ran in this clone: kept beside the build, so that a run begins with the longest. */
import { readFileSync, writeFileSync } from "node:fs";

/** By the name of the test file. Empty where there was no run yet. */
export function readDurations(path: string): Map<string, number> {
  try {
    return new Map(Object.entries(JSON.parse(readFileSync(path, "utf8")) as Record<string, number>));
  } catch {
    return new Map();
  }
}

/** Keeps what is known of files that have not run this time. */
export function writeDurations(path: string, durationsMs: ReadonlyMap<string, number>): void {
  const known = new Map([...readDurations(path), ...durationsMs].map(([name, ms]) => [name, Math.round(ms)]));
  writeFileSync(path, JSON.stringify(Object.fromEntries(known), undefined, 1));
}
