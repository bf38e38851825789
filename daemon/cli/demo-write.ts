import { Command } from "commander";
import { writeBooking } from "../../demo/write.ts";
import { ConfigError } from "../config/errors.ts";
import { DemoHome } from "./demo-home.ts";
import { openSession } from "./demo-server.ts";
import type { Shell } from "./shell.ts";

/** `deltad demo write`: one row more, from another terminal, to watch it arrive. */
export function demoWriteCommand(shell: Shell): Command {
  return new Command("write")
    .description("write one row into the running demo's database, as an application would")
    .action(async () => {
      const run = await new DemoHome(shell.root, shell.cwd).readRun();
      if (!run) throw new ConfigError("no demo runs here: start it with npm start");
      const session = await openSession(run.databaseUrl).catch(() => {
        throw new ConfigError("the demo that ran here does not answer any more: start it with npm start");
      });
      try {
        shell.print(await writeBooking(session, run.owner));
      } finally {
        await session.close();
      }
    });
}
