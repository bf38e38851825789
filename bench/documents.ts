/** What it costs that clients write: from an operation to its own answer, many of them at once, and the ledger. */
import type { BenchRun } from "./bench-run.ts";
import { createBoard, USERS, WIDGETS } from "./documents/board.ts";
import { benchLedgerCost } from "./documents/ledger-cost.ts";
import { benchOperationLatency } from "./documents/operation-latency.ts";
import { benchOperationLoad } from "./documents/operation-load.ts";

export async function benchDocuments(run: BenchRun): Promise<void> {
  const { server, report } = run;
  const database = "documents";
  report.conditions(
    await server.describe(),
    `one board of ${WIDGETS} widgets, ${USERS} members; the rest with each part`,
  );
  const daemonUrl = await createBoard(await server.createDatabase(database), server.url(database));
  await benchOperationLatency(run, database, daemonUrl);
  await benchOperationLoad(run, database, daemonUrl);
  await benchLedgerCost(run, database, daemonUrl);
}
