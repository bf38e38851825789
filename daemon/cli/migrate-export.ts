import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { Command, Option } from "commander";
import { isGiven, readOption, refuseUnknownNames } from "../config/config.ts";
import { ConfigError } from "../config/errors.ts";
import { OPTIONS } from "../config/options.ts";
import { exportFiles, type ExportFormat, FORMATS } from "../dba/export.ts";
import { findPending, readApplied } from "../database/migrate.ts";
import { scripted, type ScriptedStep, scriptedFor } from "../database/migration-script.ts";
import { errorCode } from "../database/reason.ts";
import { readRequirements, withMigrationSession } from "./apply-configuration.ts";
import type { Shell } from "./shell.ts";

interface ExportArguments {
  readonly format: ExportFormat;
  readonly out: string;
  readonly config?: string;
}

/** `deltad migrate export`: the migration as files for another tool. */
export function exportCommand(shell: Shell): Command {
  return new Command("export")
    .description("write what apply would run as files for a migration tool; without DATABASE_URL all of it")
    .addOption(new Option("--format <tool>", "whose files").choices(Object.keys(FORMATS)).makeOptionMandatory())
    .requiredOption("--out <folder>", "the tool's folder of migrations; what is there is not overwritten")
    .option("--config <file>", `instead of ${OPTIONS.configFile.name}`)
    .action(async ({ format, out, config }: ExportArguments) => {
      refuseUnknownNames(shell.environment);
      const { steps } = await readRequirements(config ?? readOption(shell.environment, "configFile"));
      const { pending, isWhole } = isGiven(shell.environment, "databaseUrl")
        ? await lacking(readOption(shell.environment, "databaseUrl"), steps)
        : { pending: steps.map(scripted), isWhole: true };
      if (pending.length === 0) return shell.print("Nothing to do: the database has everything.");
      const files = exportFiles(format, { steps: pending, isWhole, at: new Date() });
      for (const { path, text } of files) await write(join(resolve(shell.cwd, out), path), text);
      for (const { path } of files) shell.print(join(out, path));
      shell.print(`Next: ${FORMATS[format].next(files)}`);
    });
}

async function lacking(
  url: string,
  steps: Awaited<ReturnType<typeof readRequirements>>["steps"],
): Promise<{ pending: ScriptedStep[]; isWhole: boolean }> {
  return withMigrationSession(url, async (session) => {
    const applied = await readApplied(session);
    const pending = (await findPending(session, steps)).steps;
    return {
      pending: await Promise.all(pending.map((step) => scriptedFor(session, step))),
      isWhole: applied.length === 0,
    };
  });
}

async function write(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text, { flag: "wx" }).catch((error: unknown) => {
    if (errorCode(error) === "EEXIST")
      throw new ConfigError(`${path} is there already: move it, or name another folder.`);
    throw error;
  });
}
