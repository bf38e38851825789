import { type Finding, finding } from "./findings.ts";
import { quoteIdentifier } from "./identifier.ts";
import type { Queryable } from "./session.ts";

/**
 * The role whose members have a daemon's rights in this database; undefined where deltad is not installed, or nobody has them. Told by
 * the schema's own privileges, which anybody may read.
 */
export async function readDaemonRole(session: Queryable): Promise<string | undefined> {
  const [found] = await session.query<{ role: string }>(
    `select r.rolname as role
       from pg_namespace n, aclexplode(n.nspacl) a join pg_roles r on r.oid = a.grantee
      where n.nspname = 'deltad' and a.privilege_type = 'USAGE' and starts_with(r.rolname::text, 'deltad_daemon_')`,
  );
  return found?.role;
}

/** The statement that gives a login the daemon's rights. */
export function grantDaemon(role: string, login: string): string {
  return `grant ${quoteIdentifier(role)} to ${quoteIdentifier(login)}`;
}

/** @param role of {@link readDaemonRole} */
export function lacksRights(role: string, login: string): Finding {
  return finding("privileges_missing", `The role ${login} has not the rights of a daemon.`, grantDaemon(role, login));
}
