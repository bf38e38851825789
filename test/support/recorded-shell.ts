import type { Shell } from "../../daemon/cli/shell.ts";

export interface RecordedShell extends Shell {
  readonly printed: string[];
  readonly complaints: string[];
}

/** A command's view of a process that is not there: keeps what it is told, and never gets a signal. */
export function recordedShell(facts: Partial<Shell> = {}): RecordedShell {
  const printed: string[] = [];
  const complaints: string[] = [];
  return {
    environment: {},
    cwd: "/nowhere",
    root: "/nowhere",
    pid: 1,
    uid: undefined,
    isTerminal: false,
    print: (line) => void printed.push(line),
    complain: (text) => void complaints.push(text),
    setExitCode: () => undefined,
    catchSignals: () => new AbortController().signal,
    ...facts,
    printed,
    complaints,
  };
}
