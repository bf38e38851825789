import { ConfigError } from "../config/errors.ts";
import { isLocked, type LockRetries, withLockRetries } from "../database/lock-retries.ts";
import { readApplied } from "../database/migrate.ts";
import { PREAMBLE } from "../database/migration-script.ts";
import { ownSteps, refuseNewer } from "../database/migration-step.ts";
import { errorCode, reasonOf } from "../database/reason.ts";
import type { Queryable } from "../database/session.ts";
import { LIVING_DAEMONS, REMOVAL } from "./removal.ts";

const DEPENDENT_OBJECTS = "2BP01";
const INSUFFICIENT_PRIVILEGE = "42501";

interface UninstallOptions extends LockRetries {
  /** Also while a daemon reads. */
  readonly force: boolean;
}

/** The statements that removal runs, in order; none where nothing of deltad's is there. */
export async function removalStatements(session: Queryable): Promise<string[]> {
  const rows = await session.query<{ statement: string }>(REMOVAL);
  return rows.map(({ statement }) => statement);
}

/** The same as SQL text: one transaction. */
export function removalText(statements: readonly string[]): string {
  if (statements.length === 0) return "-- deltad: nothing to do, nothing of it is in this database.\n";
  return `-- Takes deltad out of this database. One transaction, all or nothing; run it as who applied the migrations.
begin;
${PREAMBLE}
${statements.map((statement) => `${statement};`).join("\n")}

commit;
`;
}

/**
 * Removes everything in one transaction and returns the statements that did it. Throws ConfigError while a daemon reads, where a newer
 * deltad has migrated the database, and where something of the application's depends on deltad's objects.
 */
export async function uninstall(options: UninstallOptions): Promise<string[]> {
  return withLockRetries(options, () => removeOnce(options));
}

async function removeOnce({ session, force }: UninstallOptions): Promise<string[]> {
  await session.script(`begin isolation level read committed;\n${PREAMBLE}`);
  refuseNewer(await ownSteps(), await readApplied(session));
  await refuseLivingDaemons(session, force);
  const statements = await removalStatements(session);
  for (const statement of statements) {
    await session.script(statement).catch((error: unknown) => {
      throw refusal(statement, error);
    });
  }
  await session.script("commit");
  return statements;
}

/** With the lease table locked, so that no daemon begins meanwhile. */
async function refuseLivingDaemons(session: LockRetries["session"], force: boolean): Promise<void> {
  const [found] = await session.query<{ exists: boolean }>("select to_regclass('deltad.reader') is not null as exists");
  if (found?.exists !== true) return;
  await session.script("lock table deltad.reader in access exclusive mode");
  if (force) return;
  const living = await session.query<{ application: string; pid: number }>(LIVING_DAEMONS);
  if (living.length === 0) return;
  const names = living.map(({ application, pid }) => `${application} (session ${pid})`).join(", ");
  throw new ConfigError(
    `Daemons read this database: ${names}. Stop them first, wait a minute if they were killed, or use --force.`,
  );
}

function refusal(statement: string, error: unknown): unknown {
  if (isLocked(error)) return error;
  const code = errorCode(error);
  const what = `${statement}: ${reasonOf(error)}`;
  if (code === DEPENDENT_OBJECTS) {
    // Names of objects, no rows.
    const detail =
      error instanceof Error && "detail" in error ? `: ${String(error.detail).replaceAll("\n", "; ")}` : "";
    return new ConfigError(`${what}${detail}. Drop what is not deltad's first.`);
  }
  if (code === INSUFFICIENT_PRIVILEGE)
    return new ConfigError(`${what}. Uninstall as the role that applied the migrations.`);
  return error;
}
