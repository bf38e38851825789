/** The needs of a configuration in a database, and how they get there: the part that `migrate` and the demo share. */
import { setTimeout as sleep } from "node:timers/promises";
import { describeReplacement } from "../capture/replacement.ts";
import { watchStep } from "../capture/watch-sql.ts";
import { validateConfiguration } from "../capture/check-database.ts";
import { ConfigError } from "../config/errors.ts";
import { loadDefinitionFile } from "../define/definition-file.ts";
import type { LockRetries } from "../database/lock-retries.ts";
import { applyMigrations } from "../database/migrate.ts";
import { type MigrationStep, ownSteps, rightsStep } from "../database/migration-step.ts";
import { Session } from "../database/session.ts";
import { captureChoices, configurationName } from "../plan/capture-choices.ts";
import { type Compiled, compileKinds } from "../plan/compile.ts";
import { writeObjects } from "../writes/write-objects.ts";
import { writtenSets } from "../writes/written-set.ts";

/** A migration waits for a lock at most 800 ms at a time; building its objects takes milliseconds. */
const STATEMENT_MS = 60_000;

export interface Requirements {
  /** The configuration's. */
  readonly name: string;
  readonly compiled: Compiled;
  /** deltad's own steps, then the triggers of this configuration, then whom all of it belongs to. */
  readonly steps: readonly MigrationStep[];
}

/** @throws ConfigError in one line for a mistake in the configuration */
export async function readRequirements(configFile: string): Promise<Requirements> {
  const config = await loadDefinitionFile(configFile);
  const compiled = compileKinds(config);
  const name = configurationName(config);
  return {
    name,
    compiled,
    steps: [
      ...(await ownSteps()),
      watchStep(compiled.tables, captureChoices(config), await writeObjects(writtenSets(compiled.channels))),
      await rightsStep(name),
    ],
  };
}

/** A session for migrations; ConfigError for a standby, a server that is too old, a pooler, a wrong password. */
export function openMigrationSession(url: string): Promise<Session> {
  return Session.open({ url, role: "migrate", statementTimeoutMs: STATEMENT_MS, settings: { jit: "off" } });
}

/** Closes the session after the work. */
export async function withMigrationSession<T>(url: string, work: (session: Session) => Promise<T>): Promise<T> {
  const session = await openMigrationSession(url);
  try {
    return await work(session);
  } finally {
    await session.close();
  }
}

/** For work that tries again for locks: with a second session, which sees who is in the way of the first. */
export async function withObserver<T>(
  session: Session,
  url: string,
  tell: (line: string) => void,
  work: (retries: LockRetries) => Promise<T>,
): Promise<T> {
  return withMigrationSession(url, (observer) =>
    work({ session, observer, tell, random: Math.random, sleep: (delayMs) => sleep(delayMs) }),
  );
}

/**
 * Applies what the database lacks and returns the names of those steps. `tell` gets one line about each thing that happens. Where that
 * takes something away from another configuration it is refused, unless `replace` says that it is meant.
 * @throws ConfigError where configuration and database don't fit, FatalError where a table stays in use
 */
export async function applyConfiguration(
  session: Session,
  url: string,
  configFile: string,
  tell: (line: string) => void,
  replace = false,
): Promise<string[]> {
  const { name, compiled, steps } = await readRequirements(configFile);
  await validateConfiguration(session, compiled);
  return withObserver(session, url, tell, (retries) =>
    applyMigrations({
      ...retries,
      steps,
      refuse: async (migrating) => {
        const replacement = replace ? undefined : await describeReplacement(migrating, compiled.tables, name);
        if (replacement !== undefined) {
          throw new ConfigError(
            `${replacement}: apply with --replace if that is meant, or put the sources of both into one configuration.`,
          );
        }
      },
    }),
  );
}
