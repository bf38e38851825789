import { Command } from "commander";
import { checkIdentity } from "../capture/identity.ts";
import { readOption, refuseUnknownNames } from "../config/config.ts";
import { ConfigError } from "../config/errors.ts";
import { grantDaemon, readDaemonRole } from "../database/daemon-role.ts";
import { readApplied, refuseNewerVersion } from "../database/migrate.ts";
import { withMigrationSession } from "./apply-configuration.ts";
import type { Shell } from "./shell.ts";

/** `deltad adopt`: a copy of a database becomes one of its own. */
export function adoptCommand(shell: Shell): Command {
  return new Command("adopt")
    .description("let daemons serve DATABASE_URL, which is a copy of a database that deltad was installed in")
    .action(async () => {
      refuseUnknownNames(shell.environment);
      await withMigrationSession(readOption(shell.environment, "databaseUrl"), async (session) => {
        await refuseNewerVersion(session);
        if ((await readApplied(session)).length === 0)
          throw new ConfigError("deltad is not installed in this database: run `deltad migrate apply`.");
        if ((await checkIdentity(session)).length === 0) {
          shell.print("Nothing to do: this database is no copy.");
          return;
        }
        await session.script("call deltad.adopt()");
        shell.print("Adopted: daemons serve this database from now on.");
        const role = await readDaemonRole(session);
        if (role !== undefined) shell.print(`The daemon's login needs: ${grantDaemon(role, "my_login")}`);
      });
    });
}
