/** The steps that bring a database to what this deltad needs, in order, and what the database says of them. */
import { createHash } from "node:crypto";
import { ConfigError } from "../config/errors.ts";
import { finding, FindingsError } from "./findings.ts";
import type { Queryable } from "./session.ts";
import { quoteLiteral } from "./identifier.ts";
import { packageVersion, readFunctions, readMigrations } from "./sql-file.ts";

/** One part of a migration: a text that runs as it is, inside the migration's transaction. */
export interface MigrationStep {
  readonly name: string;
  /**
   * `once`: append-only, never changed after it was applied. `repeatable`: idempotent, applied again whenever its text differs.
   * `closing`: repeatable, and applied after any other.
   */
  readonly kind: "once" | "repeatable" | "closing";
  /** Where it depends on the database: the text for one that has nothing of it yet. What is written down of the step is of this text. */
  readonly text: string;
  /** What this database lacks of the step, as text that brings it there; undefined where that is always `text`. */
  readonly textFor?: (session: Queryable) => Promise<string>;
  /** Sentences about what the database has lost of what the step made, for which it must be applied again. */
  readonly faults?: (session: Queryable) => Promise<string[]>;
}

/** After a restore without owners everything belongs to somebody else. */
const MOST_FAULTS = 5;

/** A row of deltad.migration. */
export interface AppliedStep {
  readonly name: string;
  readonly checksum: string;
  readonly appliedAt: Date;
}

/**
 * deltad's own steps: each file of migrations/, then all of sql/ as one. The triggers of a configuration come after them, and after
 * those {@link rightsStep}.
 */
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

/**
 * The last step: owner, rights and comments of everything in the schema, and what is written down of the installation; see
 * sql/unsettled.sql.
 */
export async function rightsStep(configuration: string): Promise<MigrationStep> {
  const by = `${quoteLiteral(await packageVersion())}, ${quoteLiteral(configuration)}`;
  return {
    name: "rights",
    kind: "closing",
    text: `-- The owner, the rights and the comments of everything in schema deltad, and the daemon's right to read the captured columns: what is
-- not as it must be. Which statements these are, here and now, says:  select * from deltad.unsettled(${by});
call deltad.settle(${by});
`,
    faults: async (session) => {
      const rows = await session.query<{ problem: string }>(`select problem from deltad.unsettled(${by})`);
      const told = rows.slice(0, MOST_FAULTS).map(({ problem }) => problem);
      return rows.length > told.length ? [...told, `And ${rows.length - told.length} more of this kind.`] : told;
    },
  };
}

/** Whether the first of two versions like 1.10.0 is the later one. */
export function isNewer(version: string, than: string): boolean {
  const [a = [], b = []] = [version, than].map((text) =>
    text.split(/[.-]/).map((part) => Number.parseInt(part, 10) || 0),
  );
  const at = a.findIndex((part, place) => part !== (b[place] ?? 0));
  return at !== -1 && (a[at] ?? 0) > (b[at] ?? 0);
}

export function checksum(step: MigrationStep): string {
  return createHash("sha256").update(step.text).digest("hex");
}

/**
 * The steps that the database lacks. Throws ConfigError when it has migrations that this deltad does not know (it is older than the
 * database), and when a migration was changed after it had been applied.
 */
export function pendingSteps(steps: readonly MigrationStep[], applied: readonly AppliedStep[]): MigrationStep[] {
  refuseNewer(steps, applied);
  const checksums = new Map(applied.map((row) => [row.name, row.checksum]));
  return steps.filter((step) => {
    const before = checksums.get(step.name);
    if (before === undefined) return true;
    if (before === checksum(step)) return false;
    if (step.kind !== "once") return true;
    throw new ConfigError(
      `migrations/${step.name}.sql is not the text that was applied to the database: restore it from deltad's package.`,
    );
  });
}

/** Throws FindingsError when the database has migrations that this deltad does not know. */
export function refuseNewer(steps: readonly MigrationStep[], applied: readonly AppliedStep[]): void {
  const known = new Set(steps.map((step) => step.name));
  const unknown = applied.find((row) => /^\d/.test(row.name) && !known.has(row.name));
  if (unknown === undefined) return;
  throw new FindingsError([
    finding(
      "database_newer",
      `The database was migrated by a newer deltad (migration ${unknown.name}): install that version, this one could damage it.`,
    ),
  ]);
}
