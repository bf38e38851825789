import { pino } from "pino";
import type { Log } from "../config/log.ts";
import { humanLine, machineLine } from "./log-line.ts";

export interface LoggerOptions {
  readonly level: "debug" | "info" | "warn" | "error" | "silent";
  /** Lines for people instead of JSON. */
  readonly forPeople: boolean;
  readonly write: (line: string) => void;
}

/** The daemon's log on standard error. */
export function createLog({ level, forPeople, write }: LoggerOptions): Log {
  const line = forPeople ? humanLine : machineLine;
  const destination = { write: (json: string) => write(line(json)) };
  return pino({ level, base: null, serializers: { error: loggedError, err: loggedError } }, destination);
}

/** An error's message and code alone: PostgreSQL's `detail` holds values of rows. */
function loggedError(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const { name, message } = error;
  return "code" in error ? { name, message, code: error.code } : { name, message };
}
