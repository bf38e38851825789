/** Fills the demo's database, as far as that has not been done. */
import { createMarketplace, foreignTables, isMarketplace, loadSeason, shownOwner } from "../marketplace.ts";
import { OWNERS } from "../owners.ts";
import { ConfigError } from "../../daemon/config/errors.ts";
import type { Session } from "../../daemon/database/session.ts";
import { applyConfiguration } from "../../daemon/cli/apply-configuration.ts";
import type { DemoHome } from "./home.ts";
import { openSession } from "./server.ts";

/** Held by the demo's session for as long as that lives: one demo per database, known for sure even after SIGKILL. */
const LOCK = "select pg_try_advisory_lock(hashtext('deltad demo')) as taken";

export interface FillOptions {
  readonly session: Session;
  readonly url: string;
  readonly schemaFile: string;
  readonly configFile: string;
  /** One line about what is going on. */
  readonly tell: (line: string) => void;
  readonly stopping: AbortSignal;
}

/**
 * Tables, migrations, sample data: what is missing of them. The database is the demo's until the session ends.
 * @returns the owner whose page is shown
 * @throws ConfigError where another demo uses the database, or it holds tables that the demo did not make; it is left as it is
 */
export async function fillDatabase({
  session,
  url,
  schemaFile,
  configFile,
  tell,
  stopping,
}: FillOptions): Promise<string> {
  if (!(await takeLock(session))) throw new ConfigError("another demo uses this database: give this one another");
  await makeTables(session, schemaFile);
  await applyConfiguration(session, url, configFile, tell);
  await loadSeason(
    session,
    Date.now,
    (owners, rows) => tell(`loading sample data: owner ${owners} of ${OWNERS.length}, ${rows} rows`),
    stopping,
  );
  return shownOwner(session);
}

/** @throws ConfigError where the demo of this folder runs already */
export async function refuseSecondDemo(home: DemoHome): Promise<void> {
  const run = await home.readRun();
  // Of a demo that was killed, the server may still run, but nobody holds the lock.
  const session = run && (await openSession(run.databaseUrl).catch(() => undefined));
  if (!session) return;
  try {
    if (await takeLock(session)) return;
    throw new ConfigError(`the demo runs here already, at ${run.url}; stop it with Ctrl-C, or: kill ${run.pid}`);
  } finally {
    await session.close();
  }
}

async function takeLock(session: Session): Promise<boolean> {
  const [lock] = await session.query<{ taken: boolean }>(LOCK);
  return lock?.taken === true;
}

async function makeTables(session: Session, schemaFile: string): Promise<void> {
  const foreign = (await isMarketplace(session)) ? [] : await foreignTables(session);
  if (foreign.length > 0) {
    throw new ConfigError(
      `the database holds tables that the demo did not make (${foreign.join(", ")}): give it an empty database of its own`,
    );
  }
  await createMarketplace(session, schemaFile);
}
