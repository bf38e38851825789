/** The steps that bring a database to what this deltad needs, in order, and what the database says of them. */
import { createHash } from "node:crypto";
import { ConfigError } from "../config/errors.ts";
import type { Queryable } from "./session.ts";
import { readFunctions, readMigrations } from "./sql-file.ts";

/** One part of a migration: a text that runs as it is, inside the migration's transaction. */
export interface MigrationStep {
  readonly name: string;
  /** `once`: append-only, never changed after it was applied. `repeatable`: idempotent, applied again whenever its text differs. */
  readonly kind: "once" | "repeatable";
  readonly text: string;
  /** False: the database has lost what an applied step made, so that it must be applied again. */
  readonly isIntact?: (session: Queryable) => Promise<boolean>;
}

/** A row of deltad.migration. */
export interface AppliedStep {
  readonly name: string;
  readonly checksum: string;
  readonly appliedAt: Date;
}

/** deltad's own steps: each file of migrations/, then all of sql/ as one. The triggers of a configuration come after them. */
export async function ownSteps(): Promise<MigrationStep[]> {
  const migrations = await readMigrations();
  const functions = await readFunctions();
  // Bodies may name functions that come later.
  const texts = ["set local check_function_bodies = off;\n", ...functions.map((file) => file.text)];
  return [
    ...migrations.map((file) => ({ name: file.name, kind: "once" as const, text: file.text })),
    { name: "sql", kind: "repeatable", text: texts.join("\n") },
  ];
}

export function checksum(step: MigrationStep): string {
  return createHash("sha256").update(step.text).digest("hex");
}

/**
 * The steps that the database lacks. Throws ConfigError when it has migrations that this deltad does not know (it is older than the
 * database), and when a migration was changed after it had been applied.
 */
export function pendingSteps(steps: readonly MigrationStep[], applied: readonly AppliedStep[]): MigrationStep[] {
  const known = new Map(steps.map((step) => [step.name, step]));
  const unknown = applied.find((row) => /^\d/.test(row.name) && !known.has(row.name));
  if (unknown) {
    throw new ConfigError(
      `The database was migrated by a newer deltad (migration ${unknown.name}): install that version, this one could damage it.`,
    );
  }
  const checksums = new Map(applied.map((row) => [row.name, row.checksum]));
  return steps.filter((step) => {
    const before = checksums.get(step.name);
    if (before === undefined) return true;
    if (before === checksum(step)) return false;
    if (step.kind === "repeatable") return true;
    throw new ConfigError(
      `migrations/${step.name}.sql is not the text that was applied to the database: restore it from deltad's package.`,
    );
  });
}
