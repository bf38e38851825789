import { eventually } from "./real-time.ts";
import type { TestDatabase } from "./servers.ts";

/** Whether a reader of this database sleeps with the bell in hand. */
export async function isBellHeld(database: TestDatabase): Promise<boolean> {
  const [row] = await database.query<{ held: boolean }>(
    `select exists (select from pg_locks l
       where l.locktype = 'advisory' and l.classid = 1684368500 and l.objid = 1 and l.mode = 'ExclusiveLock' and l.granted
         and l.database = (select oid from pg_database where datname = current_database())) as held`,
  );
  return row?.held === true;
}

/** Resolves once it is held. */
export async function bellHeld(database: TestDatabase): Promise<void> {
  await bellIs(true, database);
}

/** Resolves once it is free, as it is soon after a sleeping reader has found rows. */
export async function bellFree(database: TestDatabase): Promise<void> {
  await bellIs(false, database);
}

async function bellIs(held: boolean, database: TestDatabase): Promise<void> {
  const what = `the bell to be ${held ? "taken" : "given back"}`;
  await eventually(what, async () => (await isBellHeld(database)) === held, { everyMs: 5 });
}
