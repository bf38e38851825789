/**
 * Brings a database to what this deltad needs.
 *
 * - All pending steps in one transaction: all or nothing.
 * - Any number of `applyMigrations` at once, from any machines: one works, the others find nothing left to do.
 * - A table that is in use is not waited for longer than 800 ms, since writers would queue behind; it is tried again, with jitter.
 */
import { ConfigError, FatalError } from "../config/errors.ts";
import { finding, FindingsError } from "./findings.ts";
import { isLocked, type LockRetries, withLockRetries } from "./lock-retries.ts";
import { PREAMBLE, type ScriptedStep, scriptedFor, stepScript } from "./migration-script.ts";
import { type AppliedStep, isNewer, type MigrationStep, pendingSteps } from "./migration-step.ts";
import { errorCode, reasonOf } from "./reason.ts";
import { packageVersion } from "./sql-file.ts";
import type { Queryable } from "./session.ts";

export interface MigrationSession extends Queryable {
  readonly pid: number;
  /** Several statements without parameters. */
  script(text: string): Promise<void>;
}

export interface MigrationOptions extends LockRetries {
  readonly steps: readonly MigrationStep[];
  /** Throws where these steps must not be applied; asked while nobody else applies any. */
  readonly refuse?: (session: Queryable) => Promise<void>;
}

/** unique_violation, duplicate_schema, duplicate_table: where nothing of deltad's was there yet, there was nothing to lock. */
const MADE_BY_ANOTHER = new Set(["23505", "42P06", "42P07"]);

const INSUFFICIENT_PRIVILEGE = "42501";

export async function readApplied(session: Queryable): Promise<AppliedStep[]> {
  const [found] = await session.query<{ exists: boolean }>(
    "select to_regclass('deltad.migration') is not null as exists",
  );
  if (!found?.exists) return [];
  return session.query<AppliedStep>(
    `select name, checksum, applied_at as "appliedAt" from deltad.migration order by applied_at, name`,
  );
}

/** Throws FindingsError where a newer deltad than this one has applied: what that one has made, this one would undo. */
export async function refuseNewerVersion(session: Queryable): Promise<void> {
  const [found] = await session.query<{ exists: boolean }>(
    "select to_regclass('deltad.install') is not null as exists",
  );
  if (!found?.exists) return;
  const [install] = await session.query<{ version: string }>("select version from deltad.install");
  const own = await packageVersion();
  if (install && isNewer(install.version, own)) {
    const meaning = `The database was migrated by a newer deltad (${install.version}): install that version, this one (${own}) could damage it.`;
    throw new FindingsError([finding("database_newer", meaning)]);
  }
}

/** What to apply, and what was found damaged. */
export interface Pending {
  readonly steps: readonly MigrationStep[];
  /** Sentences. */
  readonly faults: readonly string[];
}

/** The steps to apply: those that {@link pendingSteps} finds, and those whose objects were damaged since. */
export async function findPending(session: Queryable, steps: readonly MigrationStep[]): Promise<Pending> {
  await refuseNewerVersion(session);
  const lacking = new Set(pendingSteps(steps, await readApplied(session)));
  const faults: string[] = [];
  for (const step of steps) {
    // The functions that check them may themselves be part of a pending step.
    if (lacking.size === 0) faults.push(...((await step.faults?.(session)) ?? []));
    if (lacking.size > 0 ? step.kind === "closing" : faults.length > 0) lacking.add(step);
  }
  return { steps: steps.filter((step) => lacking.has(step)), faults };
}

/**
 * Applies what is pending and returns the names of those steps. Throws ConfigError where the steps don't fit the database (see
 * {@link pendingSteps}), FatalError that names the blocker when a table stays in use.
 */
export async function applyMigrations(options: MigrationOptions): Promise<string[]> {
  let mayRace = true;
  return withLockRetries(options, async () => {
    try {
      return await applyOnce(options, mayRace);
    } catch (error) {
      if (!mayRace || !MADE_BY_ANOTHER.has(errorCode(error) ?? "")) throw error;
      mayRace = false;
      await options.session.script("rollback");
      return applyOnce(options, mayRace);
    }
  });
}

/** `mayRace`: what another may just have made, being the first as well, is told by PostgreSQL's own error. */
async function applyOnce({ session, steps, refuse, tell }: MigrationOptions, mayRace: boolean): Promise<string[]> {
  await session.script(`begin isolation level read committed;\n${PREAMBLE}`);
  const pending = await findPending(session, steps);
  await refuse?.(session);
  for (const fault of pending.faults) tell(`to be mended: ${fault}`);
  for (const step of pending.steps) {
    tell(`applying ${step.name}`);
    const scripted = await scriptedFor(session, step);
    await session.script(stepScript(scripted)).catch((error: unknown) => {
      if (mayRace && step.kind === "once" && MADE_BY_ANOTHER.has(errorCode(error) ?? "")) throw error;
      throw refusal(scripted, error);
    });
  }
  await session.script("commit");
  return pending.steps.map((step) => step.name);
}

/** The step's error as the operator should read it; a lock's as it is. */
function refusal(scripted: ScriptedStep, error: unknown): unknown {
  const code = errorCode(error) ?? "";
  if (isLocked(error)) return error;
  const what = `${scripted.step.name}${lineOf(scripted, error)}: ${reasonOf(error)}`;
  if (code !== INSUFFICIENT_PRIVILEGE) return new FatalError(what);
  return new ConfigError(
    `${what}. Apply migrations as the owner of the watched tables, with CREATEROLE and CREATE on the database, or as the role that applied the first one.`,
  );
}

function lineOf({ text }: ScriptedStep, error: unknown): string {
  const position = error instanceof Error && "position" in error ? Number(error.position) : Number.NaN;
  if (!(position <= text.length)) return "";
  return `, line ${text.slice(0, position).split("\n").length}`;
}
