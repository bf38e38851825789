/**
 * `npm run mutants -- [part of a name …]`: sees the tests pass, then makes each mistake of the list in a copy of the tree and must
 * see the named test fail.
 */
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { ServersOfRun } from "../test/runner/servers-of-run.ts";
import { runTestFile } from "../test/runner/test-file.ts";
import { describeFailure } from "../test/runner/summary.ts";
import { MUTANTS } from "./list.ts";
import type { Mutant } from "./mutant.ts";
import { WorkingCopy } from "./working-copy.ts";

/** A mutant may hang its test: three times the slowest file that a mutant names. */
const LIMIT_MS = 90_000;

const TREE = join(dirname(fileURLToPath(import.meta.url)), "../..");
const parts = process.argv.slice(2);
const chosen = MUTANTS.filter(({ name }) => parts.length === 0 || parts.some((part) => name.includes(part)));
const say = (line: string): void => void process.stdout.write(`${line}\n`);

// What one server notices is enough.
process.env["DELTAD_TEST_MAJOR"] = "18";
const servers = new ServersOfRun();
Object.assign(process.env, await servers.start());
const copy = await WorkingCopy.of(TREE);
const stop = async (): Promise<void> => {
  await copy.remove();
  await servers.stop();
};
for (const signal of ["SIGINT", "SIGTERM"] as const)
  process.once(signal, () => void stop().finally(() => process.exit(130)));

try {
  process.exitCode = (await suitePasses()) && (await killAll()) ? 0 : 1;
} finally {
  await stop();
}

async function suitePasses(): Promise<boolean> {
  copy.compile();
  let good = true;
  for (const test of new Set(chosen.map((mutant) => mutant.test))) {
    const { passed, failed } = await run(test);
    const titles = chosen.filter((mutant) => mutant.test === test).map(({ title }) => title);
    const missing = titles.filter((title) => !passed.some((each) => each.startsWith(title)));
    for (const failure of failed) say(describeFailure(test, failure));
    for (const title of missing) say(`${test} has no test that passes and begins with "${title}"`);
    good &&= failed.length === 0 && missing.length === 0;
    say(`${good ? "passes" : "FAILS"}  ${test}`);
  }
  if (!good) say("no mutant was tried: the tests must pass without one");
  return good;
}

async function killAll(): Promise<boolean> {
  let killed = 0;
  for (const mutant of chosen) {
    const survivedBy = await survival(mutant);
    if (survivedBy === undefined) killed += 1;
    say(survivedBy === undefined ? `killed    ${mutant.name}` : `SURVIVED  ${mutant.name}: ${survivedBy}`);
  }
  say(`${killed} of ${chosen.length} mutants killed`);
  return killed === chosen.length && killed > 0;
}

/** Why the mutant lives; undefined if the named test noticed it. */
async function survival(mutant: Mutant): Promise<string | undefined> {
  try {
    const { failed } = await copy.withMutant(mutant, () => run(mutant.test));
    if (failed.some(({ titles }) => titles.at(-1)?.startsWith(mutant.title))) return undefined;
    return failed.length === 0
      ? "every test passed"
      : `only others failed: ${failed.map(({ titles }) => titles.at(-1)).join("; ")}`;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function run(test: string): ReturnType<typeof runTestFile> {
  return runTestFile(copy.compiled(test), () => undefined, LIMIT_MS);
}
