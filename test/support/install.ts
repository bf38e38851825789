/** deltad's objects in a test's database, by the same steps as `deltad migrate apply`. */
import assert from "node:assert/strict";
import type pg from "pg";
import { applyConfiguration, openMigrationSession } from "../../daemon/cli/apply-configuration.ts";
import { watchStep } from "../../daemon/capture/watch-sql.ts";
import type { CaptureLimits } from "../../daemon/capture/generated-sql.ts";
import type { WatchedTable } from "../../daemon/plan/watched-table.ts";
import { readDaemonRole } from "../../daemon/database/daemon-role.ts";
import type { Queryable } from "../../daemon/database/session.ts";
import { applyMigrations, type MigrationSession } from "../../daemon/database/migrate.ts";
import { type MigrationStep, ownSteps, rightsStep } from "../../daemon/database/migration-step.ts";
import type { WriteObjects } from "../../daemon/writes/write-objects.ts";
import type { TestDatabase } from "./servers.ts";

export const LIMITS: CaptureLimits = { bulkRows: 5_000, twoPhase: true };

export async function stepsFor(
  tables: readonly WatchedTable[],
  limits = LIMITS,
  writes?: WriteObjects,
): Promise<MigrationStep[]> {
  return [...(await ownSteps()), watchStep(tables, limits, writes), await rightsStep("default")];
}

/** As the superuser. Returns the names of the steps that were applied. */
export async function install(
  database: TestDatabase,
  tables: readonly WatchedTable[],
  limits = LIMITS,
  writes?: WriteObjects,
): Promise<string[]> {
  const client = await database.client();
  const session = await migrationSession(client);
  const steps = await stepsFor(tables, limits, writes);
  const applied = await applyMigrations({ session, observer: session, steps, ...QUIETLY });
  await client.end();
  return applied;
}

/** `deltad migrate apply` of a definition file, as the URL's role. Returns the names of the steps that were applied. */
export async function applyFile(url: string, configFile: string): Promise<string[]> {
  const session = await openMigrationSession(url);
  try {
    return await applyConfiguration(session, url, configFile, () => undefined);
  } finally {
    await session.close();
  }
}

/** The role whose members have a daemon's rights in this database. */
export async function daemonRole(database: Queryable): Promise<string> {
  return (await readDaemonRole(database)) ?? assert.fail("nobody has a daemon's rights");
}

/** A login role with the daemon's rights and no more; gives its connection string. */
export async function daemonLogin(database: TestDatabase): Promise<string> {
  const role = `daemon_${database.name}`;
  await database.query(`create role ${role} login password 'canary-secret' in role ${await daemonRole(database)}`);
  const url = new URL(database.url);
  url.username = role;
  url.password = "canary-secret";
  return url.href;
}

/** For tests in which nobody is in the way. */
export const QUIETLY = {
  tell: () => undefined,
  random: () => 0,
  sleep: () => Promise.resolve(),
};

export async function migrationSession(client: pg.Client): Promise<MigrationSession> {
  const { rows } = await client.query<{ pid: number }>("select pg_backend_pid() as pid");
  return {
    pid: rows[0]?.pid ?? 0,
    query: async <Row>(text: string, values: readonly unknown[] = []) =>
      (await client.query(text, [...values])).rows as Row[],
    script: async (text) => {
      await client.query(text);
    },
  };
}

/** One column list for {@link WatchedTable}: `columns("id bigint", "status text")`. */
export function columns(...declarations: readonly string[]): WatchedTable["columns"] {
  return declarations.map((declaration) => {
    const space = declaration.lastIndexOf(" ");
    return { name: declaration.slice(0, space), type: declaration.slice(space + 1) };
  });
}
