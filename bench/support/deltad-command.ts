/** Runs the compiled deltad as an operator does, in a process of its own with an environment that holds nothing else of deltad's. */
import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** Compiled, this file is dist/bench/support/deltad-command.js. */
export const PACKAGE_ROOT = fileURLToPath(new URL("../../../", import.meta.url));

export function spawnDeltad(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  nodeArgs: readonly string[] = [],
): ChildProcess {
  return spawn(process.execPath, [...nodeArgs, join(PACKAGE_ROOT, "bin/deltad.js"), ...args], {
    env: { PATH: process.env["PATH"] ?? "", ...env },
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
}

/** Resolves to its output; throws with that output where it fails. */
export function runDeltad(args: readonly string[], env: Readonly<Record<string, string>>): Promise<string> {
  const child = spawnDeltad(args, env);
  const output = collectOutput(child);
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) =>
      code === 0 ? resolve(output()) : reject(new Error(`deltad ${args.join(" ")} ended with ${code}: ${output()}`)),
    );
  });
}

export function collectOutput(child: ChildProcess): () => string {
  let text = "";
  for (const stream of [child.stdout, child.stderr]) stream?.on("data", (chunk: Buffer) => (text += chunk.toString()));
  return () => text;
}
