import { Command } from "commander";
import { readOption, refuseUnknownNames } from "../config/config.ts";
import { removalStatements, removalText, uninstall } from "../dba/uninstall.ts";
import { withMigrationSession, withObserver } from "./apply-configuration.ts";
import type { Shell } from "./shell.ts";

interface UninstallArguments {
  readonly plan: boolean;
  readonly force: boolean;
}

/** `deltad migrate uninstall`: takes every trace of deltad out of DATABASE_URL. */
export function uninstallCommand(shell: Shell): Command {
  return new Command("uninstall")
    .description("take everything of deltad's out of the database, in one transaction; not while a daemon reads it")
    .option("--plan", "print the SQL instead of running it", false)
    .option("--force", "also while a daemon reads", false)
    .action(async ({ plan, force }: UninstallArguments) => {
      refuseUnknownNames(shell.environment);
      const url = readOption(shell.environment, "databaseUrl");
      await withMigrationSession(url, async (session) => {
        if (plan) return shell.print(removalText(await removalStatements(session)).trimEnd());
        const statements = await withObserver(session, url, shell.print, (retries) => uninstall({ ...retries, force }));
        for (const statement of statements) shell.print(`${statement};`);
        shell.print(
          statements.length > 0 ? "Nothing of deltad's is left." : "Nothing to do: nothing of deltad's is here.",
        );
      });
    });
}
