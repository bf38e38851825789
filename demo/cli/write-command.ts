import { Command } from "commander";
import type { Shell } from "../../daemon/cli/shell.ts";
import { ConfigError } from "../../daemon/config/errors.ts";
import { writeBooking } from "../write.ts";
import { DemoHome } from "./home.ts";
import { openSession } from "./server.ts";

/** `deltad demo write`: one row more, from another terminal, to watch it arrive. */
export function writeCommand(shell: Shell): Command {
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
