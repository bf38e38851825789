/** Migration steps as SQL text that any client can run, `psql` included: one transaction with its own bookkeeping. */
import { quoteLiteral } from "./identifier.ts";
import { checksum, type MigrationStep } from "./migration-step.ts";

/**
 * Taken for the whole migration, so that any number may be started at once. Waiting for another migration is not limited;
 * waiting for a table is: below PostgreSQL's deadlock_timeout (1 s), so that in a deadlock it is the migration that gives up.
 * Compiling a look into the catalogs would take longer than the look. Nothing is called that others have put into the way of the role that migrates, which may be a superuser's.
 */
export const MIGRATION_LOCK = `set local search_path = pg_catalog, pg_temp;
set local jit = off;
set local lock_timeout = 0;
do $$ begin perform pg_advisory_xact_lock(1684368500, 3); end $$;
set local lock_timeout = '800ms';
`;

/** The step and its row in deltad.migration. */
export function stepScript(step: MigrationStep): string {
  return `${step.text}
insert into deltad.migration (name, checksum) values (${quoteLiteral(step.name)}, '${checksum(step)}')
on conflict (name) do update set checksum = excluded.checksum, applied_at = excluded.applied_at;
`;
}

/** All of the steps in one transaction; a comment only, if there are none. */
export function migrationScript(steps: readonly MigrationStep[]): string {
  if (steps.length === 0) return "-- deltad: nothing to do, the database has everything.\n";
  const parts = steps.map(
    (step) => `-- ${step.name} ${"-".repeat(Math.max(3, 120 - step.name.length))}\n\n${stepScript(step)}`,
  );
  return `-- deltad's migration: ${steps.map((step) => step.name).join(", ")}.
-- One transaction, all or nothing; run it as the owner of the watched tables, e.g. with: psql -v ON_ERROR_STOP=1
-- "canceling statement due to lock timeout": somebody uses a watched table in a long transaction; run it again.

begin;
${MIGRATION_LOCK}
${parts.join("\n")}
commit;
`;
}
