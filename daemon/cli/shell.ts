import type { Environment } from "../config/config.ts";

/** The part of the process that a command sees; daemon/main.ts makes it. */
export interface Shell {
  readonly environment: Environment;
  /** Relative paths that the operator gives start here. */
  readonly cwd: string;
  /** The folder of this package. */
  readonly root: string;
  readonly pid: number;
  /** The effective user; undefined where the platform has none. */
  readonly uid: number | undefined;
  /** Whether people read standard error as it is written. */
  readonly isTerminal: boolean;
  /** Writes one line to standard output. */
  readonly print: (line: string) => void;
  /** The process ends with this code, unless an error says otherwise. */
  setExitCode(code: number): void;
  /** Writes text as it is to standard error. */
  readonly complain: (text: string) => void;
  /**
   * From now on the first SIGINT, SIGTERM or SIGHUP aborts the returned signal instead of ending the process. A second one
   * runs `atOnce` and ends it.
   */
  readonly catchSignals: (atOnce: () => Promise<void>) => AbortSignal;
}

/** Resolves when the signal is, or was, aborted. */
export function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
