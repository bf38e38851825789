import { Command } from "commander";
import { summedColumns } from "../capture/check-database.ts";
import { isGiven, readOption, refuseUnknownNames } from "../config/config.ts";
import { OPTIONS } from "../config/options.ts";
import { validateTables } from "../capture/validate.ts";
import { findPending, readApplied } from "../database/migrate.ts";
import { migrationScript } from "../database/migration-script.ts";
import type { Session } from "../database/session.ts";
import { applyConfiguration, openMigrationSession, readRequirements } from "./apply-configuration.ts";
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
  return new Command("migrate")
    .description("put deltad's schema and triggers into the database at DATABASE_URL")
    .addCommand(
      withConfig("plan", "print the SQL that apply would run, for psql; without DATABASE_URL all of it").action(
        ({ config }: { config?: string }) =>
          isGiven(shell.environment, "databaseUrl")
            ? migratePlan(context(config))
            : migratePlanOffline(context(config)),
      ),
    )
    .addCommand(
      withConfig("apply", "apply what the database lacks, in one transaction").action(
        ({ config }: { config?: string }) => migrateApply(context(config)),
      ),
    )
    .addCommand(
      withConfig("status", "say what is applied and what is pending").action(({ config }: { config?: string }) =>
        migrateStatus(context(config)),
      ),
    );
}

/** All steps, for a database that has nothing of deltad yet. */
async function migratePlanOffline({ configFile, print }: MigrateContext): Promise<void> {
  const { steps } = await readRequirements(configFile);
  print(migrationScript(steps).trimEnd());
}

/** The steps that the database lacks. */
async function migratePlan({ configFile, databaseUrl, print }: MigrateContext): Promise<void> {
  const { plan, steps } = await readRequirements(configFile);
  await withSession(databaseUrl, async (session) => {
    await validateTables(session, plan.tables, summedColumns(plan));
    print(migrationScript(await findPending(session, steps)).trimEnd());
  });
}

async function migrateApply({ configFile, databaseUrl, print }: MigrateContext): Promise<void> {
  await withSession(databaseUrl, async (session) => {
    const applied = await applyConfiguration(session, databaseUrl, configFile, print);
    print(applied.length > 0 ? "The database is ready." : "Nothing to do: the database has everything.");
  });
}

async function migrateStatus({ configFile, databaseUrl, print }: MigrateContext): Promise<void> {
  const { steps } = await readRequirements(configFile);
  await withSession(databaseUrl, async (session) => {
    const applied = await readApplied(session);
    const pending = await findPending(session, steps);
    for (const step of steps) {
      const appliedAt = applied.find((row) => row.name === step.name)?.appliedAt.toISOString();
      const state = pending.includes(step) ? (appliedAt ? "changed" : "pending") : "applied";
      print([step.name.padEnd(24), state.padEnd(8), appliedAt].join(" ").trimEnd());
    }
    if (pending.length > 0) print("Run deltad migrate apply, or give deltad migrate plan to psql.");
  });
}

async function withSession(url: string, work: (session: Session) => Promise<void>): Promise<void> {
  const session = await openMigrationSession(url);
  try {
    await work(session);
  } finally {
    await session.close();
  }
}
