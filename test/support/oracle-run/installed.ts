import type { CaptureLimits } from "../../../daemon/capture/generated-sql.ts";
import { compileKinds } from "../../../daemon/plan/compile.ts";
import { daemonLogin, install } from "../install.ts";
import type { Marketplace } from "../oracle.ts";
import type { TestDatabase } from "../servers.ts";
import { recordHistory } from "./history.ts";

/** A database with a marketplace, deltad's objects, and the history of every row. */
export interface Installed {
  readonly database: TestDatabase;
  readonly marketplace: Marketplace;
  readonly limits: CaptureLimits;
  /** Of a login role with the daemon's rights and no more. */
  readonly daemonUrl: string;
}

/** So few rows are a bulk statement here that random writes come by both kinds. */
const BULK_ROWS = 20;

export async function installMarketplace(database: TestDatabase, marketplace: Marketplace): Promise<Installed> {
  const limits = { bulkRows: BULK_ROWS, twoPhase: true };
  const { tables } = compileKinds(marketplace.config);
  await database.query(marketplace.schema);
  await install(database, tables, limits);
  await recordHistory(database, tables);
  return { database, marketplace, limits, daemonUrl: await daemonLogin(database) };
}
