/** What an operation costs the server's processor, against the `update` that it does: the ledger, the check of who may, and its answer. */
import { randomUUID } from "node:crypto";
import { Session } from "../../daemon/database/session.ts";
import { loadDefinitionFile } from "../../daemon/define/definition-file.ts";
import { compileKinds } from "../../daemon/plan/compile.ts";
import { Operator } from "../../daemon/writes/operator.ts";
import type { BenchRun } from "../bench-run.ts";
import { tellsProcessorTime, usedUs } from "../support/server-processor-time.ts";
import { BOARD_CONFIG, moveOf, widgetKey, WIDGETS } from "./board.ts";

const UPDATE = { name: "move", text: "update widgets set x = $2, y = $3 where id = $1" };

export async function benchLedgerCost(
  { server, report, quick }: BenchRun,
  database: string,
  daemonUrl: string,
): Promise<void> {
  if (!(await tellsProcessorTime())) {
    report.line("          processor time: not told by this system");
    return;
  }
  const [rounds, each] = quick ? [2, 200] : [15, 1_000];
  const bare = await server.session(database);
  // Waiting for the disk is no processor time, and takes long.
  await bare.query("set synchronous_commit = off");
  const { rows } = await bare.query<{ pid: number }>("select pg_backend_pid() as pid");
  const settings = { synchronous_commit: "off", jit: "off" };
  const session = await Session.open({ url: daemonUrl, role: "writes", statementTimeoutMs: 10_000, settings });
  const { channels } = compileKinds(await loadDefinitionFile(BOARD_CONFIG));
  const [plan] = channels;
  if (plan === undefined) throw new Error("no board is declared");
  const quiet = (): void => undefined;
  const log = { debug: quiet, info: quiet, warn: quiet, error: quiet };
  const operator = new Operator({ sessions: { run: (work) => work(session) }, plans: channels, log });
  const client = randomUUID();
  let seq = 0;
  const operate = async (n: number): Promise<void> => {
    const operation = moveOf((seq += 1), 1 + (n % WIDGETS), n);
    const at = { plan, key: "1" };
    const writer = { subject: "u1", topics: [] };
    const [answer] = await operator.operate(writer, { client, isAtomic: false, operations: [{ operation, at }] });
    if (answer?.outcome !== "applied") throw new Error(JSON.stringify(answer));
  };
  const update = async (n: number): Promise<void> =>
    void (await bare.query({ ...UPDATE, values: [widgetKey(1 + (n % WIDGETS)), n, n] }));
  const least = { update: Number.POSITIVE_INFINITY, operate: Number.POSITIVE_INFINITY };
  try {
    let value = 1_000_000;
    // The first round is for plans and caches.
    for (let round = 0; round <= rounds; round += 1) {
      for (const [name, pid, run] of [
        ["update", rows[0]?.pid ?? 0, update],
        ["operate", session.pid, operate],
      ] as const) {
        const before = await usedUs([pid]);
        for (let n = 0; n < each; n += 1) await run((value += 1));
        const us = ((await usedUs([pid])) - before) / each;
        if (round > 0) least[name] = Math.min(least[name], us);
      }
      // What capture keeps, and dead rows, must not become more with each round.
      await bare.query("vacuum widgets");
    }
  } finally {
    await session.close();
  }
  report.line(
    `          an update of a captured row: ${least.update.toFixed(0)} µs of the server's processor; by an operation: ${least.operate.toFixed(0)} µs, ${(least.operate - least.update).toFixed(0)} more, ${(least.operate / least.update).toFixed(1)} times`,
  );
}
