/** What batches tell of a marketplace, in which each test of a block begins with the same rows. */
import { after, before, beforeEach } from "node:test";
import type { Batch } from "../../daemon/capture/batch.ts";
import type { Plan } from "../../daemon/plan/plan.ts";
import { BatchReader } from "./batch-reader.ts";
import { install } from "./install.ts";
import type { TestDatabase, TestServer } from "./servers.ts";

export interface ShopBatches {
  readonly database: TestDatabase;
  readonly reader: BatchReader;
  /** What the batch tells in which these statements are, each in a transaction of its own. */
  readonly written: (...statements: readonly string[]) => Promise<Batch>;
}

/**
 * To be called in the block, for whose tests it is there. The good zone is Europe/Lisbon.
 * @param shop.schema makes the tables of the plan
 * @param shop.rows makes the rows anew, whatever a test before left
 */
export function shopBatches(
  server: TestServer,
  shop: { readonly schema: string; readonly plan: Plan; readonly rows: string; readonly bulkRows: number },
): ShopBatches {
  let database: TestDatabase;
  let reader: BatchReader;

  before(async () => {
    database = await server.createDatabase();
    await database.query(shop.schema);
    await install(database, shop.plan.tables, { bulkRows: shop.bulkRows, twoPhase: true });
    reader = await BatchReader.open(database.url, shop.plan, ["Europe/Lisbon"]);
  });
  after(() => reader.close());
  beforeEach(async () => {
    await database.query(shop.rows);
    await reader.read();
  });

  return {
    get database() {
      return database;
    },
    get reader() {
      return reader;
    },
    written: async (...statements) => {
      for (const statement of statements) await database.query(statement);
      return reader.read();
    },
  };
}

/** The owners that a batch has read again, by source. */
export function resetsOf({ resets: found }: Batch): string[] {
  return [...new Set(found.map(({ owner, source }) => `${owner} ${source}`))].toSorted();
}

/** The events of a batch, by owner. */
export function toldIn({ events }: Batch): string[] {
  return events.map(({ owner, name }) => `${owner} ${name}`).toSorted();
}
