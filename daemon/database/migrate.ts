/**
 * Brings a database to what this deltad needs.
 *
 * - All pending steps in one transaction: all or nothing.
 * - Any number of `applyMigrations` at once, from any machines: one works, the others find nothing left to do.
 * - A table that is in use is not waited for longer than 800 ms, since writers would queue behind; it is tried again, with jitter.
 */
import { ConfigError, FatalError } from "../config/errors.ts";
import { LockWatch } from "./lock-watch.ts";
import { MIGRATION_LOCK, stepScript } from "./migration-script.ts";
import { type AppliedStep, type MigrationStep, pendingSteps } from "./migration-step.ts";
import { errorCode, reasonOf } from "./reason.ts";
import type { Queryable } from "./session.ts";

export interface MigrationSession extends Queryable {
  readonly pid: number;
  /** Several statements without parameters. */
  script(text: string): Promise<void>;
}

export interface MigrationOptions {
  readonly session: MigrationSession;
  /** A second session, to see which session is in the way. */
  readonly observer: Queryable;
  readonly steps: readonly MigrationStep[];
  /** One line about what is going on. */
  readonly tell: (line: string) => void;
  readonly random: () => number;
  readonly sleep: (delayMs: number) => Promise<void>;
}

/** Ten tries take about half a minute; a transaction that blocks for longer must be ended by its owner. */
const TRIES = 10;
const FIRST_DELAY_MS = 200;
const LONGEST_DELAY_MS = 5_000;

/** lock_not_available, and deadlock_detected where a server has a shorter deadlock_timeout. */
const LOCKED = new Set(["55P03", "40P01"]);

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

/** The steps to apply: those that {@link pendingSteps} finds, and those whose objects were damaged since. */
export async function findPending(session: Queryable, steps: readonly MigrationStep[]): Promise<MigrationStep[]> {
  const lacking = new Set(pendingSteps(steps, await readApplied(session)));
  for (const step of steps) {
    // The functions that check them may themselves be part of a pending step.
    if (lacking.size === 0 && (await step.isIntact?.(session)) === false) lacking.add(step);
  }
  return steps.filter((step) => lacking.has(step));
}

/**
 * Applies what is pending and returns the names of those steps. Throws ConfigError where the steps don't fit the database (see
 * {@link pendingSteps}), FatalError that names the blocker when a table stays in use.
 */
export async function applyMigrations(options: MigrationOptions): Promise<string[]> {
  const { session, observer, tell } = options;
  const watch = new LockWatch(observer, session.pid);
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await watch.during(() => applyOnce(options));
    } catch (error) {
      await session.script("rollback").catch(() => undefined);
      if (!LOCKED.has(errorCode(error) ?? "")) throw error;
      const blocker = watch.describe();
      if (attempt === TRIES) {
        throw new FatalError(
          `A table that deltad must change is in use by ${blocker}. End its transaction, or try again later.`,
        );
      }
      tell(`waiting for ${blocker} to end its transaction (try ${attempt} of ${TRIES})`);
    }
    await options.sleep(delayMs(attempt, options.random));
  }
}

async function applyOnce({ session, steps, tell }: MigrationOptions): Promise<string[]> {
  await session.script(`begin isolation level read committed;\n${MIGRATION_LOCK}`);
  const pending = await findPending(session, steps);
  for (const step of pending) {
    tell(`applying ${step.name}`);
    await session.script(stepScript(step)).catch((error: unknown) => {
      throw refusal(step, error);
    });
  }
  await session.script("commit");
  return pending.map((step) => step.name);
}

/** The step's error as the operator should read it; a lock's as it is. */
function refusal(step: MigrationStep, error: unknown): unknown {
  const code = errorCode(error) ?? "";
  if (LOCKED.has(code)) return error;
  const what = `${step.name}${lineOf(step, error)}: ${reasonOf(error)}`;
  if (code !== INSUFFICIENT_PRIVILEGE) return new FatalError(what);
  return new ConfigError(
    `${what}. Apply migrations as the owner of the watched tables, with CREATEROLE and CREATE on the database, or as the role that applied the first one.`,
  );
}

/** Between half and one and a half of a delay that doubles: others that wait for the same lock come at other times. */
function delayMs(attempt: number, random: () => number): number {
  return Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** (attempt - 1)) * (0.5 + random());
}

function lineOf(step: MigrationStep, error: unknown): string {
  const position = error instanceof Error && "position" in error ? Number(error.position) : Number.NaN;
  if (!(position <= step.text.length)) return "";
  return `, line ${step.text.slice(0, position).split("\n").length}`;
}
