/** PostgreSQL's own load generator. */
import { spawn } from "node:child_process";
import { access, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

const DEBIAN_PGBENCH = "/usr/lib/postgresql/15/bin/pgbench";

interface Load {
  readonly url: string;
  /** One transaction, in pgbench's language. */
  readonly script: string;
  readonly clients: number;
}

export interface PgbenchOptions extends Load {
  readonly seconds: number;
}

/** Transactions per second, connections being made excluded. */
export function pgbench({ seconds, ...load }: PgbenchOptions): Promise<number> {
  return inFolder(async (folder) => {
    const output = await run(folder, load, ["-j", "2", "-T", `${seconds}`]);
    const [, tps] = /tps = ([\d.]+)/.exec(output) ?? [];
    if (tps === undefined) throw new Error(`pgbench told no throughput: ${output}`);
    return Number(tps);
  });
}

export interface PgbenchLogOptions extends Load {
  readonly transactionsPerClient: number;
  /** Of all clients, on a schedule that does not wait for slow ones. */
  readonly perSecond: number;
  /** What the script's variables are in each client before its first transaction. */
  readonly variables: Readonly<Record<string, number>>;
}

/** Of one transaction, in monotonic nanoseconds of the machine, the same in each process. */
export interface TransactionTimes {
  /** When the schedule wanted it. */
  readonly dueNs: bigint;
  readonly sentNs: bigint;
  /** When the client had the last answer. */
  readonly committedNs: bigint;
}

interface LoggedTransaction extends TransactionTimes {
  readonly client: number;
  /** Of the client's transactions, from 0. */
  readonly number: number;
}

export function pgbenchLog(options: PgbenchLogOptions): Promise<LoggedTransaction[]> {
  const { transactionsPerClient, perSecond, variables, ...load } = options;
  return inFolder(async (folder) => {
    await run(folder, load, [
      "-j",
      "1",
      "-t",
      `${transactionsPerClient}`,
      `--rate=${perSecond}`,
      "-l",
      `--log-prefix=${join(folder, LOG)}`,
      ...Object.entries(variables).flatMap(([name, value]) => ["-D", `${name}=${value}`]),
    ]);
    const monotonicNs = monotonicClock();
    const [file = ""] = (await readdir(folder)).filter((name) => name.startsWith(LOG));
    const lines = (await readFile(join(folder, file), "utf8")).trimEnd().split("\n");
    return lines.map((line) => {
      const [client = 0, number = 0, elapsedUs = 0, , seconds = 0, microseconds = 0, lagUs = 0] = line
        .split(" ")
        .map(Number);
      const committedUs = seconds * 1e6 + microseconds;
      return {
        client,
        number: number - 1,
        dueNs: monotonicNs(committedUs - elapsedUs),
        sentNs: monotonicNs(committedUs - elapsedUs + lagUs),
        committedNs: monotonicNs(committedUs),
      };
    });
  });
}

const LOG = "log";

/** Turns microseconds since 1970 into the machine's monotonic nanoseconds. */
function monotonicClock(): (microseconds: number) => bigint {
  const before = Date.now();
  let now = before;
  // The instant at which the clock moves is known better than it tells.
  while (now === before) now = Date.now();
  const offsetNs = process.hrtime.bigint() - BigInt(now) * 1_000_000n;
  return (microseconds) => BigInt(Math.round(microseconds)) * 1000n + offsetNs;
}

async function inFolder<Result>(act: (folder: string) => Promise<Result>): Promise<Result> {
  const folder = await mkdtemp(join(tmpdir(), "deltad-bench-"));
  try {
    return await act(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Resolves to its output. */
async function run(folder: string, { url, script, clients }: Load, args: readonly string[]): Promise<string> {
  const program = await access(DEBIAN_PGBENCH).then(
    () => DEBIAN_PGBENCH,
    () => "pgbench",
  );
  const file = join(folder, "transaction.sql");
  await writeFile(file, script);
  return spawned(program, ["-n", "-M", "prepared", "-c", `${clients}`, ...args, "-f", file, url]);
}

function spawned(program: string, args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => (output += chunk.toString()));
    child.once("error", reject);
    child.once("close", (code) => (code === 0 ? resolve(output) : reject(new Error(`pgbench failed: ${output}`))));
  });
}
