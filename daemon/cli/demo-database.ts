/** Fills the demo's database, as far as that has not been done. */
import { createMarketplace, foreignTables, isMarketplace, loadSeason } from "../../demo/marketplace.ts";
import { OWNERS } from "../../demo/owners.ts";
import { ConfigError } from "../config/errors.ts";
import type { Session } from "../database/session.ts";

/** Held by the demo's session for as long as that lives: one demo per database, known for sure even after SIGKILL. */
const LOCK = "select pg_try_advisory_lock(hashtext('deltad demo')) as taken";

/** Whether no demo runs on this database; from now on one does, until the session ends. */
export async function takeLock(session: Session): Promise<boolean> {
  const [lock] = await session.query<{ taken: boolean }>(LOCK);
  return lock?.taken === true;
}

/**
 * Makes the marketplace's tables where they are not.
 * @throws ConfigError where the database holds tables that the demo did not make; it is then left as it is
 */
export async function makeTables(session: Session, schemaFile: string): Promise<void> {
  if (await isMarketplace(session)) return;
  const foreign = await foreignTables(session);
  if (foreign.length > 0) {
    throw new ConfigError(
      `the database holds tables that the demo did not make (${foreign.join(", ")}): give it an empty database of its own`,
    );
  }
  await createMarketplace(session, schemaFile);
}

/** Loads the sample data that is missing, and tells how far it is. */
export async function loadSampleData(
  session: Session,
  tell: (line: string) => void,
  stopping: AbortSignal,
): Promise<void> {
  const progress = (owners: number, rows: number): void => {
    tell(`loading sample data: owner ${owners} of ${OWNERS.length}, ${rows} rows`);
  };
  await loadSeason(session, Date.now, progress, stopping);
}
