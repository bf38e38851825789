/** The needs of a configuration in a database, and how they get there: the part that `migrate` and the demo share. */
import { setTimeout as sleep } from "node:timers/promises";
import { validateTables } from "../capture/validate.ts";
import { watchStep } from "../capture/watch-sql.ts";
import { summedColumns } from "../capture/check-database.ts";
import { loadDefinitionFile } from "../define/definition-file.ts";
import { applyMigrations } from "../database/migrate.ts";
import { type MigrationStep, ownSteps } from "../database/migration-step.ts";
import { Session } from "../database/session.ts";
import { captureChoices } from "../plan/capture-choices.ts";
import { compile } from "../plan/compile.ts";
import type { Plan } from "../plan/plan.ts";

/** A migration waits for a lock at most 800 ms at a time; building its objects takes milliseconds. */
const STATEMENT_MS = 60_000;

export interface Requirements {
  readonly plan: Plan;
  /** deltad's own steps, and then the triggers of this configuration. */
  readonly steps: readonly MigrationStep[];
}

/** @throws ConfigError in one line for a mistake in the configuration */
export async function readRequirements(configFile: string): Promise<Requirements> {
  const config = await loadDefinitionFile(configFile);
  const plan = compile(config);
  return { plan, steps: [...(await ownSteps()), watchStep(plan.tables, captureChoices(config))] };
}

/** A session for migrations; ConfigError for a standby, a server that is too old, a pooler, a wrong password. */
export function openMigrationSession(url: string): Promise<Session> {
  return Session.open({ url, role: "migrate", statementTimeoutMs: STATEMENT_MS, settings: { jit: "off" } });
}

/**
 * Applies what the database lacks and returns the names of those steps. `tell` gets one line about each thing that happens.
 * @throws ConfigError where configuration and database don't fit, FatalError where a table stays in use
 */
export async function applyConfiguration(
  session: Session,
  url: string,
  configFile: string,
  tell: (line: string) => void,
): Promise<string[]> {
  const { plan, steps } = await readRequirements(configFile);
  await validateTables(session, plan.tables, summedColumns(plan));
  const observer = await openMigrationSession(url);
  try {
    return await applyMigrations({
      session,
      observer,
      steps,
      tell,
      random: Math.random,
      sleep: (delayMs) => sleep(delayMs),
    });
  } finally {
    await observer.close();
  }
}
