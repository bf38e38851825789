/** What one change costs, whatever came before it: an owner's size, and a transaction that somebody holds open. */
import type { BenchRun } from "./bench-run.ts";
import { benchHeldTransaction } from "./engine/held-transaction.ts";
import { benchHeap } from "./engine/owner-heap.ts";
import { benchOwnerSize } from "./engine/owner-size.ts";

export async function benchEngine(run: BenchRun): Promise<void> {
  run.report.conditions(await run.server.describe(), "told with each part");
  await benchOwnerSize(run);
  await benchHeap(run);
  await benchHeldTransaction(run);
}
