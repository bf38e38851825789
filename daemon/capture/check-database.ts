import { checkCapture, isOfGoneColumns } from "./check.ts";
import { checkIdentity } from "./identity.ts";
import { APPLY, type Finding, finding } from "../database/findings.ts";
import { type SummedColumn, validateTables } from "./validate.ts";
import { type NamedRows, validateCollations } from "./validate-collations.ts";
import { validateChannels } from "./validate-channels.ts";
import { validateConditions } from "./validate-conditions.ts";
import type { Queryable } from "../database/session.ts";
import { ownSteps, pendingSteps } from "../database/migration-step.ts";
import { readApplied, refuseNewerVersion } from "../database/migrate.ts";
import type { CaptureChoices } from "../plan/capture-choices.ts";
import type { Compiled } from "../plan/compile.ts";
import type { Plan } from "../plan/plan.ts";
import { checkWrites } from "../writes/check-writes.ts";
import { validateWrites } from "../writes/validate-writes.ts";
import { writtenSets } from "../writes/written-set.ts";

/**
 * Finds the reasons why a database can't be live; asked at every start of a session and from time to time.
 * The check throws ConfigError where the database is migrated by a newer deltad, or where the configuration does not fit it.
 */
export function databaseCheck(
  { plans, channels, tables }: Compiled,
  choices: CaptureChoices,
): (session: Queryable) => Promise<Finding[]> {
  const steps = ownSteps();
  const sums = plans.flatMap(summedColumns);
  const seen = seenBy({ plans, channels });
  const written = writtenSets(channels);
  // The configuration does not change, and PostgreSQL's reading of it as good as never.
  let areConditionsJudged = false;
  return async (session) => {
    await refuseNewerVersion(session);
    const pending = pendingSteps(await steps, await readApplied(session));
    if (pending.length > 0) {
      const names = pending.map(({ name }) => name).join(", ");
      return [
        finding("objects_pending", `The database lacks deltad's own objects, or has older ones (${names}).`, APPLY),
      ];
    }
    const copied = await checkIdentity(session);
    if (copied.length > 0) return copied;
    const found = await checkCapture(session, tables, choices);
    // That these are no mistake of the configuration's, validateTables can't know.
    const gone = found.filter(isOfGoneColumns);
    if (gone.length > 0) return gone;
    await validateTables(session, tables, sums);
    await validateCollations(session, seen);
    if (!areConditionsJudged) await validateChannels(session, channels);
    if (!areConditionsJudged) for (const plan of plans) await validateConditions(session, plan);
    if (!areConditionsJudged) await validateWrites(session, written);
    areConditionsJudged = true;
    return [...found, ...(await checkWrites(session, written))];
  };
}

/** @throws ConfigError where a table or a condition of it is not as the configuration needs it */
export async function validateConfiguration(session: Queryable, { plans, channels, tables }: Compiled): Promise<void> {
  await validateTables(session, tables, plans.flatMap(summedColumns));
  await validateCollations(session, seenBy({ plans, channels }));
  await validateChannels(session, channels);
  await validateWrites(session, writtenSets(channels));
  for (const plan of plans) await validateConditions(session, plan);
}

function seenBy({ plans, channels }: Pick<Compiled, "plans" | "channels">): readonly NamedRows[] {
  return [...plans, ...channels];
}

function summedColumns(plan: Plan): SummedColumn[] {
  return plan.projections.flatMap(({ source, measures }) =>
    measures.flatMap(({ value }) => ("column" in value ? [{ source, column: value.column, scale: value.scale }] : [])),
  );
}
