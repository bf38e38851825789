import { setTimeout as sleep } from "node:timers/promises";
import { Command } from "commander";
import { databaseCheck } from "../capture/check-database.ts";
import { isGiven, readOption, refuseUnknownNames } from "../config/config.ts";
import { loadDefinitionFile } from "../define/definition-file.ts";
import { ConfigError } from "../config/errors.ts";
import { OPTIONS } from "../config/options.ts";
import { reasonOf } from "../database/reason.ts";
import { captureChoices } from "../plan/capture-choices.ts";
import { compile } from "../plan/compile.ts";
import type { Difference } from "../verify/difference.ts";
import type { Verdict } from "../verify/verification.ts";
import { verifyOwners } from "../verify/verify-owners.ts";
import type { LoadDemo } from "./demo.ts";
import type { Shell } from "./shell.ts";

interface VerifyArguments {
  readonly owner: string[];
  readonly json: boolean;
  readonly config?: string;
}

/** Exit codes: numbers differ; it could not be found out (EX_UNAVAILABLE of sysexits.h). */
const DIFFERENT = 1;
const UNAVAILABLE = 69;
/** Long enough for a busy database to write something. */
const COLLECT_MS = 1_000;

/** `deltad verify`: proves that incremental numbers equal a full recompute. */
export function verifyCommand(shell: Shell, demo: LoadDemo): Command {
  return new Command("verify")
    .description(
      "compare incremental numbers with a full recompute, in DATABASE_URL or, without it, the running demo; exits 0 if equal, 1 if not, 69 if it could not run",
    )
    .option("--owner <id>", "only this owner; may be repeated", (id: string, before: string[]) => [...before, id], [])
    .option("--json", "print the result as one JSON document", false)
    .option("--config <file>", `instead of ${OPTIONS.configFile.name}`)
    .action(async (given: VerifyArguments) => {
      try {
        const verdict = await verify(shell, demo, given);
        for (const line of given.json ? [JSON.stringify(verdict)] : report(verdict)) shell.print(line);
        if (verdict.differences.length > 0) shell.setExitCode(DIFFERENT);
      } catch (error) {
        if (error instanceof ConfigError) throw error;
        shell.complain(`deltad: could not verify: ${reasonOf(error)}\n`);
        shell.setExitCode(UNAVAILABLE);
      }
    });
}

async function verify(shell: Shell, demo: LoadDemo, given: VerifyArguments): Promise<Verdict> {
  const { url, configFile } = await findDatabase(shell, demo, given.config);
  const definition = await loadDefinitionFile(configFile);
  const plan = compile(definition);
  return verifyOwners({
    url,
    plan,
    owners: given.owner,
    check: databaseCheck(plan, captureChoices(definition)),
    collectMs: COLLECT_MS,
    sleep: (delayMs) => sleep(delayMs),
    tell: (line) => shell.complain(`${line}\n`),
    stopping: shell.catchSignals(() => Promise.resolve()),
  });
}

async function findDatabase(
  shell: Shell,
  demo: LoadDemo,
  config: string | undefined,
): Promise<{ url: string; configFile: string }> {
  refuseUnknownNames(shell.environment);
  const configFile = config ?? readOption(shell.environment, "configFile");
  if (isGiven(shell.environment, "databaseUrl"))
    return { url: readOption(shell.environment, "databaseUrl"), configFile };
  const run = await (await demo()).findRunning(shell);
  if (run) return { url: run.databaseUrl, configFile: config ?? run.configFile };
  throw new ConfigError(
    `there is no running demo here to verify: start it with npm start, or set ${OPTIONS.databaseUrl.name}`,
  );
}

function report({ compared, unknownZones, differences }: Verdict): string[] {
  return [
    ...differences.map(line),
    ...unknownZones.map((owner) => `owner ${owner}: not compared, PostgreSQL does not know its time zone`),
    differences.length === 0
      ? `${compared} owners: the incremental numbers equal the recompute`
      : `${new Set(differences.map(({ owner }) => owner)).size} of ${compared} owners differ`,
  ];
}

function line({ owner, path, incremental, recomputed }: Difference): string {
  const shown = (value: unknown): string => (value === undefined ? "absent" : JSON.stringify(value));
  return `owner ${owner}: ${path.join(".")}: incremental ${shown(incremental)}, recomputed ${shown(recomputed)}`;
}
