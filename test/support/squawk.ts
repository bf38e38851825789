/** A linter of migrations. */
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
const PROGRAM = `${ROOT}node_modules/.bin/squawk`;
const run = promisify(execFile);

/** Why it can't run here: it is a native binary, which its package fetches when it is installed, and where scripts are blocked it is missing. */
export async function missingSquawk(): Promise<string | false> {
  return run(PROGRAM, ["--version"]).then(
    () => false,
    () => "squawk's binary is not installed",
  );
}

/** What it has to say about files of this repository; empty where nothing. */
export function lintFiles(files: readonly string[]): Promise<string> {
  return lint(ROOT, files);
}

/** Whole transactions, as somebody lints them who has no settings for it. Rows of deltad's own tables have small numbers, and no statement is slow. */
export async function lintPlan(sql: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "deltad-squawk-"));
  const exclude = "prefer-bigint-over-int,prefer-bigint-over-smallint,require-statement-timeout";
  try {
    await writeFile(join(folder, "plan.sql"), sql);
    return await lint(folder, ["--pg-version", "14.0", "--exclude", exclude, "plan.sql"]);
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function lint(cwd: string, args: readonly string[]): Promise<string> {
  const { stdout } = await run(PROGRAM, ["--reporter", "Gcc", ...args], { cwd }).catch(
    (failure: { stdout: string }) => failure,
  );
  return stdout;
}
