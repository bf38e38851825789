/** What batches tell of the film rental shop. */
import { compile } from "../../daemon/plan/compile.ts";
import { RENTAL } from "./oracle.ts";
import type { TestServer } from "./servers.ts";
import { type ShopBatches, shopBatches } from "./shop-batches.ts";

export const RENTAL_PLAN = compile(RENTAL.config);

/** As {@link shopBatches}. */
export function rentalBatches(server: TestServer, rows: string, bulkRows: number): ShopBatches {
  return shopBatches(server, { schema: RENTAL.schema, plan: RENTAL_PLAN, rows, bulkRows });
}
