/** A server that recomputes owners' documents by SQL. Waits for its {@link ServerTask}, and answers with its port. */
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { performance } from "node:perf_hooks";
import { setTimeout as pause } from "node:timers/promises";
import pg from "pg";
import { RECOMPUTE_FILE } from "./differing-pages.ts";
import type { ServerTask } from "./recomputing.ts";
import { type Audience, socketIoAudience, wsAudience } from "./audience.ts";

const SESSIONS = 4;
const OWNERS_PER_STATEMENT = 100;

process.once("disconnect", () => process.exit());
const [task] = (await once(process, "message")) as [ServerTask];
const text = await readFile(RECOMPUTE_FILE, "utf8");
const pool = new pg.Pool({ connectionString: task.databaseUrl, max: SESSIONS, min: SESSIONS });
/** What was sent last to those who are there. */
const sent = new Map<string, string>();

const audience: Audience = await (task.send.by === "ws"
  ? wsAudience()
  : socketIoAudience(task.send.folder, task.databaseUrl));
audience.onJoin = (owner) => {
  const known = sent.get(owner);
  if (known === undefined) tell([owner]);
  else audience.send(owner, known);
};

async function recompute(owners: readonly string[]): Promise<void> {
  const { rows } = await pool.query<{ owner: string; document: string }>({
    name: "recompute",
    text,
    values: [owners],
  });
  for (const { owner, document } of rows) {
    if (sent.get(owner) === document) continue;
    sent.set(owner, document);
    audience.send(owner, document);
  }
}

/** Owners that wait to be recomputed, each once. */
const waiting = new Set<string>();
/** Those that are being recomputed: the next time waits, so that no older document follows a newer one. */
const running = new Set<string>();
let workers = 0;

function tell(owners: Iterable<string>): void {
  for (const owner of owners) waiting.add(owner);
  while (workers < SESSIONS && hasWork()) void work();
}

function hasWork(): boolean {
  for (const owner of waiting) if (!running.has(owner)) return true;
  return false;
}

async function work(): Promise<void> {
  workers += 1;
  while (hasWork()) {
    const owners: string[] = [];
    for (const owner of waiting) {
      if (running.has(owner)) continue;
      owners.push(owner);
      if (owners.length === OWNERS_PER_STATEMENT) break;
    }
    for (const owner of owners) {
      waiting.delete(owner);
      running.add(owner);
    }
    await recompute(owners);
    for (const owner of owners) running.delete(owner);
  }
  workers -= 1;
}

if (task.learn.by === "notify") {
  const listener = new pg.Client({ connectionString: task.databaseUrl });
  await listener.connect();
  listener.on("notification", ({ channel, payload }) => {
    if (channel === "owners" && payload !== undefined && audience.has(payload)) tell([payload]);
  });
  await listener.query("listen owners");
} else void pollFor(task.learn.everyMs);
process.send?.(audience.port);

async function pollFor(everyMs: number): Promise<void> {
  for (let next = performance.now() + everyMs; ; next = Math.max(next + everyMs, performance.now())) {
    await pause(Math.max(0, next - performance.now()));
    const owners = [...audience.owners()];
    const statements: string[][] = [];
    while (owners.length > 0) statements.push(owners.splice(0, OWNERS_PER_STATEMENT));
    await Promise.all(statements.map(recompute));
  }
}
