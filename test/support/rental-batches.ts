/** What batches tell of the film rental shop, in which each test of a block begins with the same rows. */
import { after, before, beforeEach } from "node:test";
import type { Batch } from "../../daemon/capture/batch.ts";
import { compile } from "../../daemon/plan/compile.ts";
import { BatchReader } from "./batch-reader.ts";
import { install } from "./install.ts";
import { RENTAL } from "./oracle.ts";
import type { TestDatabase, TestServer } from "./servers.ts";

export const RENTAL_PLAN = compile(RENTAL.config);

export interface RentalBatches {
  readonly database: TestDatabase;
  readonly reader: BatchReader;
  /** What the batch tells in which these statements are, each in a transaction of its own. */
  readonly written: (...statements: readonly string[]) => Promise<Batch>;
}

/**
 * To be called in the block, for whose tests it is there.
 * @param rows makes the rows anew, whatever a test before left
 */
export function rentalBatches(server: TestServer, rows: string, bulkRows: number): RentalBatches {
  let database: TestDatabase;
  let reader: BatchReader;

  before(async () => {
    database = await server.createDatabase();
    await database.query(RENTAL.schema);
    await install(database, RENTAL_PLAN.tables, { bulkRows, twoPhase: true });
    reader = await BatchReader.open(database.url, RENTAL_PLAN, ["Europe/Lisbon"]);
  });
  after(() => reader.close());
  beforeEach(async () => {
    await database.query(rows);
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
