import { setTimeout as sleep } from "node:timers/promises";
import { Command, Option } from "commander";
import { MOST_CONNECTIONS_TOLD } from "../admin/operator-connections.ts";
import { CONNECTION_ORDERS } from "../gateway/sessions/connection-info.ts";
import { AdminClient, type AdminAddress, adminAddress } from "./admin-client.ts";
import type { Shell } from "./shell.ts";
import { topLines, type TopView } from "./top-lines.ts";
import { wholeNumberArgument } from "./whole-number.ts";

interface TopArguments extends AdminAddress {
  readonly order: string;
  readonly subject?: string;
  readonly topic?: string;
  readonly limit: number;
  readonly every: number;
  readonly once: boolean;
  readonly json: boolean;
}

/** `deltad top`: what daemons do at this moment, again and again. */
export function topCommand(shell: Shell): Command {
  return new Command("top")
    .description(
      "show connections, topics and throughput of the running daemons, by the operator's listener of one of them",
    )
    .addOption(
      new Option("--order <what>", "which connections come first")
        .choices(Object.keys(CONNECTION_ORDERS))
        .default("sent"),
    )
    .option("--subject <sub>", "only connections whose token has this sub")
    .option("--topic <name>", "only connections that are subscribed to it")
    .option("--limit <n>", "so many connections at most", wholeNumberArgument(1, MOST_CONNECTIONS_TOLD), 20)
    .option("--every <seconds>", "how long between two looks", wholeNumberArgument(1, 3_600), 2)
    .option("--once", "look once; so it is where nobody watches a terminal", false)
    .option("--json", "print what the daemon answers, as one JSON document for each look", false)
    .option("--url <url>", "the operator's listener, instead of DELTAD_ADMIN_HOST and DELTAD_ADMIN_PORT")
    .option("--token-file <file>", "a file with a token of it, instead of the first of DELTAD_ADMIN_TOKENS")
    .action((given: TopArguments) => top(shell, given));
}

async function top(shell: Shell, given: TopArguments): Promise<void> {
  const client = new AdminClient(await adminAddress(shell.environment, given));
  const stopping = shell.catchSignals(() => Promise.resolve());
  const isWatched = shell.isTerminal && !given.once && !given.json;
  let before: TopView | undefined;
  do {
    const view = await look(client, given, stopping);
    if (view === undefined) break;
    if (given.json) shell.print(JSON.stringify(view));
    else {
      if (isWatched) shell.complain(CLEAR);
      for (const line of topLines(view, before)) shell.print(line);
    }
    before = view;
    if (given.once) break;
    await sleep(given.every * 1_000, undefined, { signal: stopping }).catch(() => undefined);
  } while (!stopping.aborted);
}

/** Of a terminal: all of it, from its first place on. */
const CLEAR = "\u001b[H\u001b[J";

/** Undefined where it was told to end meanwhile. */
async function look(
  client: AdminClient,
  { order, subject, topic, limit }: TopArguments,
  stopping: AbortSignal,
): Promise<TopView | undefined> {
  const query = new URLSearchParams({ order, limit: String(limit) });
  if (subject !== undefined) query.set("subject", subject);
  if (topic !== undefined) query.set("topic", topic);
  const [statistics, listed] = await Promise.all([
    client.get("/admin/api/statistics", stopping),
    client.get(`/admin/api/connections?${query.toString()}`, stopping),
  ]);
  if (statistics === undefined || listed === undefined) return undefined;
  return { atMs: Date.now(), statistics, listed } as TopView;
}
