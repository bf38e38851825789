/** What a command's error comes to: an exit code for scripts, and one line for people. */
import { CommanderError } from "commander";
import { ConfigError, FatalError } from "../config/errors.ts";

/** As sysexits.h has them: a failure, bad usage by convention of shells, a configuration error. */
const EXIT = { failure: 1, usage: 2, config: 78 } as const;

export interface Outcome {
  readonly code: number;
  /** For standard error; empty where commander has written its own message. */
  readonly said: string;
}

export function outcomeOf(error: unknown): Outcome {
  if (error instanceof CommanderError) return { code: error.exitCode === 0 ? 0 : EXIT.usage, said: "" };
  if (error instanceof ConfigError) {
    return { code: EXIT.config, said: `deltad: ${error.message.replaceAll(/\s*\n\s*/g, " ")}\n` };
  }
  const text = isForeseen(error) ? error.message : error instanceof Error ? error.stack : String(error);
  return { code: EXIT.failure, said: `deltad: ${text}\n` };
}

/** The world's failures, such as a database that does not answer, carry a code or a cause; others are bugs, to be seen with their stack. */
function isForeseen(error: unknown): error is Error {
  return error instanceof FatalError || (error instanceof Error && ("code" in error || error.cause !== undefined));
}
