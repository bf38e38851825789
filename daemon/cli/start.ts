import { Command } from "commander";
import { readConfig } from "../config/config.ts";
import { OPTIONS } from "../config/options.ts";
import { optionsHelp } from "../config/options-table.ts";
import { createLog } from "./logger.ts";
import { aborted, type Shell } from "./shell.ts";

/** `deltad start`: the daemon, until SIGINT or SIGTERM drains it. */
export function startCommand(shell: Shell): Command {
  return new Command("start")
    .description("run the daemon against DATABASE_URL")
    .option("--config <file>", `instead of ${OPTIONS.configFile.name}`)
    .addHelpText("after", optionsHelp())
    .action(async ({ config: configFile }: { config?: string }) => {
      const config = readConfig(
        configFile === undefined ? shell.environment : { ...shell.environment, [OPTIONS.configFile.name]: configFile },
      );
      const stopping = shell.catchSignals(() => Promise.resolve());
      const log = createLog({ level: config.logLevel, forPeople: shell.isTerminal, write: shell.complain });
      // Mistakes in the options need not wait for the whole daemon to be loaded.
      const { startDaemon } = await import("../daemon.ts");
      const daemon = await startDaemon({ config, log });
      await aborted(stopping);
      await daemon.stop();
    });
}
