/** PostgreSQL's own load generator. */
import { spawn } from "node:child_process";
import { access, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

const DEBIAN_PGBENCH = "/usr/lib/postgresql/15/bin/pgbench";

export interface PgbenchOptions {
  readonly url: string;
  /** One transaction, in pgbench's language. */
  readonly script: string;
  readonly clients: number;
  readonly seconds: number;
}

/** Transactions per second, connections being made excluded. */
export async function pgbench({ url, script, clients, seconds }: PgbenchOptions): Promise<number> {
  const program = await access(DEBIAN_PGBENCH).then(
    () => DEBIAN_PGBENCH,
    () => "pgbench",
  );
  const folder = await mkdtemp(join(tmpdir(), "deltad-bench-"));
  const file = join(folder, "transaction.sql");
  await writeFile(file, script);
  try {
    const output = await run(program, [
      "-n",
      "-M",
      "prepared",
      "-c",
      `${clients}`,
      "-j",
      "2",
      "-T",
      `${seconds}`,
      "-f",
      file,
      url,
    ]);
    const [, tps] = /tps = ([\d.]+)/.exec(output) ?? [];
    if (tps === undefined) throw new Error(`pgbench told no throughput: ${output}`);
    return Number(tps);
  } finally {
    await rm(folder, { recursive: true });
  }
}

function run(program: string, args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => (output += chunk.toString()));
    child.once("error", reject);
    child.once("close", (code) => (code === 0 ? resolve(output) : reject(new Error(`pgbench failed: ${output}`))));
  });
}
