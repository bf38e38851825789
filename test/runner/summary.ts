/** What a run came to: the lines that close it, and whether it was good. */
import { inspect } from "node:util";
import { countLaws } from "./laws.ts";
import type { Failure, FileResult } from "./test-file.ts";

/** What CI must not skip, by a word of the reason. */
export const REQUIRED_IN_CI = [
  "PostgreSQL 15",
  "pgTAP",
  "pg_repack",
  "Chromium",
  "Firefox",
  "uWebSockets.js",
  "python3-websockets",
  "nginx",
] as const;

/** A brief run has a limit of five minutes: these are where to look. */
const SLOWEST_TOLD = 5;

export interface SummaryOptions {
  /** By the name of the test file. */
  readonly results: ReadonlyMap<string, FileResult>;
  readonly durationMs: number;
  /** Nobody has selected tests, so every law must have been seen. */
  readonly isAll: boolean;
  /** How many files take too long for this run. */
  readonly leftOut: number;
  /** Words of {@link REQUIRED_IN_CI} whose skipping is a failure in this run. */
  readonly required: readonly string[];
}

export interface Summary {
  readonly lines: readonly string[];
  readonly good: boolean;
}

export function summarise({ results, durationMs, isAll, leftOut, required }: SummaryOptions): Summary {
  const all = [...results.values()];
  const passed = all.flatMap((result) => result.passed);
  const failed = all.flatMap((result) => result.failed);
  const skipped = all.flatMap((result) => result.skipped);
  const reasons = new Map<string, number>();
  for (const { reason } of skipped) reasons.set(reason, (reasons.get(reason) ?? 0) + 1);

  const lines: string[] = [];
  const faults: string[] = [];
  for (const [reason, times] of reasons) lines.push(`skipped ${times}: ${reason}`);
  for (const word of required) {
    if ([...reasons.keys()].some((reason) => reason.includes(word))) faults.push(`${word} must not be skipped here`);
  }
  if (isAll) {
    for (const { law, tests } of countLaws(passed)) {
      lines.push(`${tests > 0 ? "holds" : "UNSEEN"}  ${law} (${tests === 1 ? "1 test" : `${tests} tests`})`);
      if (tests === 0) faults.push(`no test that passed bears the title "${law}"`);
    }
  }
  lines.push(...faults.map((fault) => `FAULT: ${fault}`));
  if (leftOut > 0) lines.push(`left out: ${leftOut} files that take long; npm test -- --whole has them`);
  if (all.length > SLOWEST_TOLD) lines.push(`slowest: ${slowest(results).join(", ")}`);
  lines.push(`${passed.length} passed, ${failed.length} failed, ${skipped.length} skipped in ${seconds(durationMs)}`);
  return { lines, good: failed.length === 0 && faults.length === 0 && passed.length > 0 };
}

function slowest(results: ReadonlyMap<string, FileResult>): string[] {
  return [...results]
    .toSorted(([, a], [, b]) => b.durationMs - a.durationMs)
    .slice(0, SLOWEST_TOLD)
    .map(([file, { durationMs }]) => `${file} ${seconds(durationMs)}`);
}

function seconds(durationMs: number): string {
  return `${(durationMs / 1000).toFixed(1)} s`;
}

/** One failing test in full. */
export function describeFailure(file: string, failure: Failure): string {
  const { error } = failure;
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
  const text = typeof cause === "string" ? cause : inspect(cause, { depth: 6 });
  return [`FAILED ${[file, ...failure.titles].join(" > ")}`, ...text.split("\n").map((line) => `    ${line}`)].join(
    "\n",
  );
}
