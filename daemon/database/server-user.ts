import { readFile } from "node:fs/promises";
import { ConfigError } from "../config/errors.ts";

/** Credentials to start PostgreSQL's programs with; empty when this process may run them itself. */
export interface ServerUser {
  readonly uid?: number;
  readonly gid?: number;
}

/**
 * PostgreSQL refuses to run as root, so root starts it as another existing account: `postgres` where there is one, else `nobody`.
 * The account must have an entry in the password file, since initdb looks its own name up.
 */
export async function serverUser(effectiveUid: number | undefined): Promise<ServerUser> {
  if (effectiveUid !== 0) return {};
  const accounts = (await readFile("/etc/passwd", "utf8")).split("\n").map((line) => line.split(":"));
  for (const wanted of ["postgres", "nobody"]) {
    const found = accounts.find(([name]) => name === wanted);
    if (found) return { uid: Number(found[2]), gid: Number(found[3]) };
  }
  throw new ConfigError(
    "PostgreSQL does not run as root, and there is no account `postgres` or `nobody` to run it as: use another user, or give a database with --database",
  );
}
