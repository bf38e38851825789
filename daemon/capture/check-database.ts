import { checkCapture } from "./check.ts";
import { type SummedColumn, validateTables } from "./validate.ts";
import type { Queryable } from "../database/session.ts";
import { ownSteps, pendingSteps } from "../database/migration-step.ts";
import { readApplied } from "../database/migrate.ts";
import type { CaptureChoices } from "../plan/capture-choices.ts";
import type { Plan } from "../plan/plan.ts";

/**
 * Finds the reasons why a database can't be live, one sentence each; asked at every start of a session and from time to time.
 * The check throws ConfigError where the database is migrated by a newer deltad, or where the configuration does not fit it.
 */
export function databaseCheck(plan: Plan, choices: CaptureChoices): (session: Queryable) => Promise<string[]> {
  const steps = ownSteps();
  const sums = summedColumns(plan);
  return async (session) => {
    const pending = pendingSteps(await steps, await readApplied(session));
    if (pending.length > 0) {
      const names = pending.map(({ name }) => name).join(", ");
      return [`The database lacks deltad's own objects, or has older ones (${names}): run \`deltad migrate apply\`.`];
    }
    await validateTables(session, plan.tables, sums);
    return checkCapture(session, plan.tables, choices);
  };
}

export function summedColumns(plan: Plan): SummedColumn[] {
  return plan.projections.flatMap(({ source, measures }) =>
    measures.flatMap(({ value }) => (value.op === "sum" ? [{ source, column: value.column, scale: value.scale }] : [])),
  );
}
