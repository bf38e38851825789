import { APPLY, type Finding, finding } from "../database/findings.ts";
import type { Queryable } from "../database/session.ts";

const ADOPT = "deltad adopt";

/**
 * Whether the database is the one in which deltad was installed, told by its oid and its server's identifier, whatever it is called by now.
 * A copy carries the original's triggers, roles and leases; a daemon that took it for the original would serve stale numbers as live ones.
 * It takes no lease there, and is not ready, until an operator has said that the copy is one of its own. Copies of the files can't be told
 * apart, nor can a standby that was promoted, which is no copy.
 */
export async function checkIdentity(session: Queryable): Promise<Finding[]> {
  const [row] = await session.query<{
    original: boolean;
    name: string;
    installed: string | null;
    since: string | null;
  }>(
    `select deltad.is_original() as original, current_database() as name, i.database_name as installed,
            to_char(i.installed_at at time zone 'UTC', 'YYYY-MM-DD') as since
       from (select 1) one left join deltad.install i on true`,
  );
  if (!row || row.original) return [];
  if (row.installed === null) {
    return [finding("database_copied", "Nothing says in which database deltad was installed.", APPLY)];
  }
  const meaning = `The database ${row.name} is a copy of ${row.installed}, in which deltad was installed on ${row.since ?? "a day unknown"}: nothing of it is served as live, and no lease is taken.`;
  return [finding("database_copied", meaning, ADOPT)];
}
