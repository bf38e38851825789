import { fileURLToPath } from "node:url";
import { freePort } from "../../daemon/database/cluster.ts";
import { readConfig } from "../../daemon/config/config.ts";
import type { Log } from "../../daemon/config/log.ts";
import { startDaemon } from "../../daemon/daemon.ts";
import { applyFile } from "./install.ts";
import { DEMO, type Marketplace } from "./oracle.ts";
import type { TestDatabase, TestServer } from "./servers.ts";
import { SECRET, token } from "./tokens.ts";

const QUIET: Log = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

export interface MarketplaceDaemon {
  readonly url: string;
  token(claims: object): string;
  stop(): Promise<void>;
}

/** The demo's marketplace with its own page. */
export const DEMO_WITH_PAGE = { ...DEMO, pageDir: fileURLToPath(new URL("../../demo-page", import.meta.url)) };

/** Makes the marketplace's tables and what deltad needs beside them. */
export async function createMarketplace(
  database: TestDatabase,
  { schema, configFile }: Pick<Marketplace, "schema" | "configFile">,
): Promise<void> {
  await database.query(schema);
  await applyFile(database.url, configFile);
}

/** The demo's marketplace with owners 1, 2, …, each with one active listing of the same number. */
export async function createHangars(database: TestDatabase, owners: number): Promise<void> {
  await createMarketplace(database, DEMO);
  await database.query(`insert into owners (id, name) select i, 'o' from generate_series(1, ${owners}) i;
    insert into listings (id, owner_id, hangar_number, status) select i, i, 'H', 'active' from generate_series(1, ${owners}) i`);
}

/** A marketplace, the demo's unless another is given, in a database of its own, with these rows, and a daemon on it. */
export async function openMarketplace(
  server: TestServer,
  rows: string,
  marketplace: Pick<Marketplace, "schema" | "configFile"> & { readonly pageDir?: string } = DEMO,
): Promise<{ readonly database: TestDatabase; readonly daemon: MarketplaceDaemon; readonly port: number }> {
  const database = await server.createDatabase();
  await createMarketplace(database, marketplace);
  await database.query(rows);
  const port = await freePort();
  return { database, port, daemon: await startMarketplaceDaemon(database, marketplace, port) };
}

/** The whole daemon in this process, as `deltad start` composes it; with another page than its own, where one is given. */
export async function startMarketplaceDaemon(
  database: Pick<TestDatabase, "url">,
  { configFile, pageDir }: Pick<Marketplace, "configFile"> & { readonly pageDir?: string },
  port: number,
  environment: Readonly<Record<string, string>> = {},
  log: Log = QUIET,
): Promise<MarketplaceDaemon> {
  const config = readConfig({
    DATABASE_URL: database.url,
    DELTAD_CONFIG: configFile,
    DELTAD_PORT: String(port),
    DELTAD_JWT_SECRET: SECRET,
    ...environment,
  });
  const daemon = await startDaemon({ config, log, ...(pageDir !== undefined && { pageDir }) });
  const url = `http://127.0.0.1:${port}/`;
  return { url, token: (claims) => token(claims, Date.now()), stop: () => daemon.stop() };
}
