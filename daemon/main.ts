/** The only file that touches the process: arguments, environment, signals, exit codes. bin/deltad.js calls it. */
import { fileURLToPath } from "node:url";
import { CommanderError } from "commander";
import type { LoadDemo } from "./cli/demo.ts";
import { runProgram } from "./cli/program.ts";
import type { Shell } from "./cli/shell.ts";
import { ConfigError, FatalError } from "./config/errors.ts";

/** As sysexits.h has them: a failure, bad usage by convention of shells, a configuration error. */
const EXIT = { failure: 1, usage: 2, config: 78, interrupted: 130 } as const;
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
      setTimeout(() => process.exit(EXIT.interrupted), AT_ONCE_MS);
      void atOnce().finally(() => process.exit(EXIT.interrupted));
    }
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, onSignal);
  return stopping.signal;
}

function exitCodeFor(error: unknown): number {
  // Commander has written its own message.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT.usage;
  if (error instanceof ConfigError) {
    shell.complain(`deltad: ${error.message.replaceAll(/\s*\n\s*/g, " ")}\n`);
    return EXIT.config;
  }
  shell.complain(
    `deltad: ${isForeseen(error) ? error.message : error instanceof Error ? error.stack : String(error)}\n`,
  );
  return EXIT.failure;
}

/** The world's failures, such as a database that does not answer, carry a code or a cause; others are bugs, to be seen with their stack. */
function isForeseen(error: unknown): error is Error {
  return error instanceof FatalError || (error instanceof Error && ("code" in error || error.cause !== undefined));
}

/** Runs the command of the command line; its outcome is the exit code. */
export async function run(demo: LoadDemo): Promise<void> {
  // A reader that went away (`deltad token | head -c 9`, a closed terminal) is no reason to stop a daemon in disorder.
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => undefined);
  try {
    await runProgram(shell, demo, process.argv.slice(2));
  } catch (error) {
    process.exitCode = exitCodeFor(error);
  }
}
