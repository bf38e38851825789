import type { Command } from "commander";
import type { Shell } from "./shell.ts";

/** The demo, as the program sees it. bin/deltad.js brings it along, so that nothing here depends on the demo itself. */
export interface Demo {
  /** `deltad demo`, and the commands behind it. */
  command(shell: Shell): Promise<Command>;
  /** What the demo of this folder told when it started; it may have been killed since. */
  findRunning(shell: Shell): Promise<RunningDemo | undefined>;
}

/** Loads it where a command needs it. */
export type LoadDemo = () => Promise<Demo>;

/** Used by commands that were given no database or no secret. */
export interface RunningDemo {
  readonly databaseUrl: string;
  readonly jwtSecret: string;
  /** Where its daemon listens. */
  readonly url: string;
  readonly configFile: string;
}
