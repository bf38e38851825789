import type { Demo } from "../../daemon/cli/demo.ts";
import { DemoHome } from "./home.ts";

/** What bin/deltad.js hands to the program. Commands that only look for a running demo do not load all of it. */
export const demo: Demo = {
  command: async (shell) => (await import("./run-demo.ts")).demoCommand(shell),
  findRunning: ({ root, cwd }) => new DemoHome(root, cwd).readRun(),
};
