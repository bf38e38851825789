/** deltad's objects in a test's database, by the same steps as `deltad migrate apply`. */
import type pg from "pg";
import { watchStep } from "../../daemon/capture/watch-sql.ts";
import type { CaptureLimits } from "../../daemon/capture/capture-function.ts";
import type { WatchedTable } from "../../daemon/plan/watched-table.ts";
import { applyMigrations, type MigrationSession } from "../../daemon/database/migrate.ts";
import { type MigrationStep, ownSteps } from "../../daemon/database/migration-step.ts";
import type { TestDatabase } from "./servers.ts";

export const LIMITS: CaptureLimits = { bulkRows: 5_000, twoPhase: true };

export async function stepsFor(tables: readonly WatchedTable[], limits = LIMITS): Promise<MigrationStep[]> {
  return [...(await ownSteps()), watchStep(tables, limits)];
}

/** As the superuser. Returns the names of the steps that were applied. */
export async function install(
  database: TestDatabase,
  tables: readonly WatchedTable[],
  limits = LIMITS,
): Promise<string[]> {
  const client = await database.client();
  const session = await migrationSession(client);
  const steps = await stepsFor(tables, limits);
  const applied = await applyMigrations({ session, observer: session, steps, ...QUIETLY });
  await client.end();
  return applied;
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
