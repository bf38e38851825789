/** The only file that touches the process: arguments, environment, signals, exit codes. bin/deltad.js calls it. */
import { fileURLToPath } from "node:url";
import type { LoadDemo } from "./cli/demo.ts";
import { outcomeOf } from "./cli/outcome.ts";
import { runProgram } from "./cli/program.ts";
import type { Shell } from "./cli/shell.ts";

/** By convention of shells: 128 and the number of SIGINT. */
const INTERRUPTED = 130;
/** npm passes a terminal's signal on to this process, which had it already: one key press is not two. */
const ONE_KEY_PRESS_MS = 400;
/** For what a second signal still waits: PostgreSQL ends its processes itself when this is over. */
const AT_ONCE_MS = 2_000;

const shell: Shell = {
  environment: process.env,
  cwd: process.cwd(),
  // This file runs as dist/daemon/main.js.
  root: fileURLToPath(new URL("../../", import.meta.url)),
  pid: process.pid,
  uid: process.geteuid?.(),
  isTerminal: process.stderr.isTTY,
  print: (line) => void process.stdout.write(`${line}\n`),
  setExitCode: (code) => {
    process.exitCode = code;
  },
  complain: (text) => void process.stderr.write(text),
  catchSignals,
};

function catchSignals(atOnce: () => Promise<void>): AbortSignal {
  const stopping = new AbortController();
  let firstAt = 0;
  const onSignal = (): void => {
    if (!stopping.signal.aborted) {
      firstAt = performance.now();
      stopping.abort();
    } else if (performance.now() - firstAt > ONE_KEY_PRESS_MS) {
      setTimeout(() => process.exit(INTERRUPTED), AT_ONCE_MS);
      void atOnce().finally(() => process.exit(INTERRUPTED));
    }
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, onSignal);
  return stopping.signal;
}

/** Runs the command of the command line; its outcome is the exit code. */
export async function run(demo: LoadDemo): Promise<void> {
  // A reader that went away (`deltad token | head -c 9`, a closed terminal) is no reason to stop a daemon in disorder.
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => undefined);
  try {
    await runProgram(shell, demo, process.argv.slice(2));
  } catch (error) {
    const { code, said } = outcomeOf(error);
    shell.complain(said);
    process.exitCode = code;
  }
}
