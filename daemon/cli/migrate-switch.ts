import { Command } from "commander";
import { readOption, refuseUnknownNames } from "../config/config.ts";
import { ConfigError } from "../config/errors.ts";
import type { LockRetries } from "../database/lock-retries.ts";
import { switchOff, switchOn } from "../dba/switch-capture.ts";
import { withMigrationSession, withObserver } from "./apply-configuration.ts";
import type { Shell } from "./shell.ts";

/** `deltad migrate off` and `on`: the capture of watched tables at DATABASE_URL. */
export function switchCommands(shell: Shell): readonly Command[] {
  const command = (name: "off" | "on", description: string, act: (watched: Watched) => Promise<void>): Command =>
    new Command(name)
      .description(description)
      .argument("[table]", "a watched table, with its schema where there are two of that name")
      .option("--all", "all watched tables", false)
      .action(async (table: string | undefined, { all }: { all: boolean }) => {
        if ((table !== undefined) === all)
          throw new ConfigError(`Name one watched table, or --all: deltad migrate ${name} TABLE.`);
        await act(table);
      });
  return [
    command(
      "off",
      "record no writes of a table, from this moment on; daemons say stale until it is on again",
      (table) => off(shell, table),
    ),
    command("on", "record the writes of a table again; daemons read it afresh", (table) => on(shell, table)),
  ];
}

type Watched = string | undefined;

async function off(shell: Shell, watched: Watched): Promise<void> {
  const switched = await withRetries(shell, (retries) => switchOff({ ...retries, watched }));
  shell.print(
    switched.length > 0
      ? `Off: ${switched.join(", ")}. Writes are not recorded, and daemons say stale until deltad migrate on.`
      : "Nothing to do: it is off.",
  );
}

async function on(shell: Shell, watched: Watched): Promise<void> {
  const { switched, awaited } = await withRetries(shell, (retries) => switchOn({ ...retries, watched }));
  shell.print(switched.length > 0 ? `On: ${switched.join(", ")}.` : "Nothing to do: it is on.");
  if (awaited !== undefined) {
    shell.print(
      `What ${awaited} wrote may be unrecorded: daemons say stale until that transaction has ended, then they read the tables again.`,
    );
  }
}

async function withRetries<T>(shell: Shell, work: (retries: LockRetries) => Promise<T>): Promise<T> {
  refuseUnknownNames(shell.environment);
  const url = readOption(shell.environment, "databaseUrl");
  return withMigrationSession(url, (session) => withObserver(session, url, shell.print, work));
}
