/** Migration steps as SQL text that any client can run, `psql` included: one transaction with its own bookkeeping. */
import { quoteLiteral } from "./identifier.ts";
import { checksum, type MigrationStep } from "./migration-step.ts";
import type { Queryable } from "./session.ts";

/**
 * The lock is taken for the whole migration, so that any number may be started at once: one on a table, which only who may act as the
 * owner of deltad's schema can take. Waiting for another migration is not limited; waiting for a table is: below PostgreSQL's
 * deadlock_timeout (1 s), so that in a deadlock it is the migration that gives up. A schema whose owner is no role of deltad's was
 * restored: whose else it is, the last step changes.
 *
 * Compiling a look into the catalogs would take longer than the look. Nothing is called that others have put into the way of the role
 * that migrates, which may be a superuser's.
 */
export const PREAMBLE = `set local search_path = pg_catalog, pg_temp;
set local jit = off;
set local lock_timeout = 0;
do $$
declare
  owner  constant oid := (select nspowner from pg_namespace where nspname = 'deltad');
  modern constant boolean := current_setting('server_version_num')::int >= 160000;
begin
  if starts_with(pg_get_userbyid(owner)::text, 'deltad_capture_')
     and not (pg_has_role(owner, 'usage') and pg_has_role(owner, case when modern then 'set' else 'member' end)) then
    execute format('grant %I to %I', pg_get_userbyid(owner), current_user) || case when modern then ' with inherit true, set true' else '' end;
  end if;
  if exists (select from pg_class c where c.relnamespace = (select oid from pg_namespace where nspname = 'deltad') and c.relname = 'migration') then
    lock table deltad.migration in share row exclusive mode;
  end if;
end
$$;
set local lock_timeout = '800ms';
`;

/** A step, and the text of it that a database is to run. */
export interface ScriptedStep {
  readonly step: MigrationStep;
  readonly text: string;
}

/** For a database that has nothing of deltad's yet. */
export function scripted(step: MigrationStep): ScriptedStep {
  return { step, text: step.text };
}

/** For the session's database as it is at this moment. */
export async function scriptedFor(session: Queryable, step: MigrationStep): Promise<ScriptedStep> {
  return { step, text: (await step.textFor?.(session)) ?? step.text };
}

/** The step and its row in deltad.migration. */
export function stepScript({ step, text }: ScriptedStep): string {
  return `${text}
insert into deltad.migration (name, checksum) values (${quoteLiteral(step.name)}, '${checksum(step)}')
on conflict (name) do update set checksum = excluded.checksum, applied_at = excluded.applied_at;
`;
}

/** All of the steps in one transaction; a comment only, if there are none. */
export function migrationScript(steps: readonly ScriptedStep[]): string {
  if (steps.length === 0) return "-- deltad: nothing to do, the database has everything.\n";
  const parts = steps.map(
    (scripted) =>
      `-- ${scripted.step.name} ${"-".repeat(Math.max(3, 120 - scripted.step.name.length))}\n\n${stepScript(scripted)}`,
  );
  return `-- deltad's migration: ${steps.map(({ step }) => step.name).join(", ")}.
-- One transaction, all or nothing; run it as the owner of the watched tables, e.g. with: psql -v ON_ERROR_STOP=1
-- "canceling statement due to lock timeout": somebody uses a watched table in a long transaction; run it again.

begin;
${PREAMBLE}
${parts.join("\n")}
commit;
`;
}
