import { Command } from "commander";
import { validateConfiguration } from "../capture/check-database.ts";
import { isGiven, readOption, refuseUnknownNames } from "../config/config.ts";
import { OPTIONS } from "../config/options.ts";
import { describeReplacement } from "../capture/replacement.ts";
import { grantDaemon, readDaemonRole } from "../database/daemon-role.ts";
import { findPending, readApplied } from "../database/migrate.ts";
import { migrationScript, scripted, scriptedFor } from "../database/migration-script.ts";
import type { Session } from "../database/session.ts";
import { applyConfiguration, readRequirements, withMigrationSession } from "./apply-configuration.ts";
import { tellSwitched } from "../dba/switch-capture.ts";
import { TRIAL_ROWS, triedReport, tryConfiguration } from "./cost.ts";
import { exportCommand } from "./migrate-export.ts";
import { switchCommands } from "./migrate-switch.ts";
import { uninstallCommand } from "./migrate-uninstall.ts";
import type { Shell } from "./shell.ts";

interface MigrateContext {
  readonly configFile: string;
  readonly databaseUrl: string;
  readonly print: (line: string) => void;
}

/** `deltad migrate`: everything that deltad puts into a database, as SQL to read, or applied. */
export function migrateCommand(shell: Shell): Command {
  const context = (given: string | undefined): MigrateContext => {
    refuseUnknownNames(shell.environment);
    return {
      configFile: given ?? readOption(shell.environment, "configFile"),
      get databaseUrl() {
        return readOption(shell.environment, "databaseUrl");
      },
      print: shell.print,
    };
  };
  const withConfig = (name: string, description: string): Command =>
    new Command(name).description(description).option("--config <file>", `instead of ${OPTIONS.configFile.name}`);
  const migrate = new Command("migrate")
    .description("put deltad's schema and triggers into the database at DATABASE_URL")
    .addCommand(
      withConfig("plan", "print the SQL that apply would run, for psql; without DATABASE_URL all of it")
        .option("--trial", "begin with comments on what it would cost a write, as `deltad cost` finds", false)
        .action(async ({ config, trial }: { config?: string; trial: boolean }) => {
          if (trial) {
            const tried = await tryConfiguration(shell, context(config).configFile, TRIAL_ROWS);
            for (const line of triedReport(tried)) shell.print(`-- ${line}`);
          }
          return isGiven(shell.environment, "databaseUrl")
            ? migratePlan(context(config))
            : migratePlanOffline(context(config));
        }),
    )
    .addCommand(
      withConfig("apply", "apply what the database lacks, in one transaction")
        .option("--replace", "also where that takes sources away from the configuration that the database has", false)
        .action(({ config, replace }: { config?: string; replace: boolean }) => migrateApply(context(config), replace)),
    )
    .addCommand(
      withConfig("status", "say what is applied and what is pending").action(({ config }: { config?: string }) =>
        migrateStatus(context(config)),
      ),
    )
    .addCommand(exportCommand(shell))
    .addCommand(uninstallCommand(shell));
  for (const command of switchCommands(shell)) migrate.addCommand(command);
  return migrate;
}

/** All steps, for a database that has nothing of deltad yet. */
async function migratePlanOffline({ configFile, print }: MigrateContext): Promise<void> {
  const { steps } = await readRequirements(configFile);
  print(migrationScript(steps.map(scripted)).trimEnd());
}

/** The steps that the database lacks. */
async function migratePlan({ configFile, databaseUrl, print }: MigrateContext): Promise<void> {
  const { name, compiled, steps } = await readRequirements(configFile);
  await withMigrationSession(databaseUrl, async (session) => {
    await validateConfiguration(session, compiled);
    const replacement = await describeReplacement(session, compiled.tables, name);
    if (replacement !== undefined) print(`-- ${oneLine(replacement)}: refused by apply without --replace.`);
    const pending = await findPending(session, steps);
    for (const fault of pending.faults) print(`-- To be mended: ${oneLine(fault)}`);
    if ((await readApplied(session)).length > 0)
      for (const switched of await tellSwitched(session)) print(`-- ${oneLine(switched)}`);
    const lacking = await Promise.all(pending.steps.map((step) => scriptedFor(session, step)));
    print(migrationScript(lacking).trimEnd());
  });
}

async function migrateApply({ configFile, databaseUrl, print }: MigrateContext, replace: boolean): Promise<void> {
  await withMigrationSession(databaseUrl, async (session) => {
    const applied = await applyConfiguration(session, databaseUrl, configFile, print, replace);
    print(applied.length > 0 ? "The database is ready." : "Nothing to do: the database has everything.");
    await printGrant(session, print);
  });
}

async function migrateStatus({ configFile, databaseUrl, print }: MigrateContext): Promise<void> {
  const { steps } = await readRequirements(configFile);
  await withMigrationSession(databaseUrl, async (session) => {
    const applied = await readApplied(session);
    const pending = await findPending(session, steps);
    for (const step of steps) {
      const appliedAt = applied.find((row) => row.name === step.name)?.appliedAt.toISOString();
      const state = pending.steps.includes(step) ? (appliedAt ? "changed" : "pending") : "applied";
      print([step.name.padEnd(24), state.padEnd(8), appliedAt].join(" ").trimEnd());
    }
    for (const fault of pending.faults) print(`To be mended: ${fault}`);
    if (applied.length > 0) for (const switched of await tellSwitched(session)) print(switched);
    if (pending.steps.length > 0) print("Run deltad migrate apply, or give deltad migrate plan to psql.");
    await printGrant(session, print);
  });
}

/** What a login needs to be the daemon's. */
async function printGrant(session: Session, print: (line: string) => void): Promise<void> {
  const role = await readDaemonRole(session);
  if (role !== undefined) print(`The daemon's login needs: ${grantDaemon(role, "my_login")};`);
}

/** Names may hold line breaks. */
function oneLine(text: string): string {
  return text.replaceAll(/[\r\n]+/g, " ");
}
