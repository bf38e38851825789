import { lacksRights, readDaemonRole } from "../database/daemon-role.ts";
import { APPLY, type Finding, finding } from "../database/findings.ts";
import type { Examined } from "./examination.ts";

const PRUNE = "select deltad.prune(100000)";

/** Who reads, with which rights, and how much waits for it. */
export async function examineReaders(examined: Examined): Promise<Finding[]> {
  const lacking = await privileges(examined);
  if (lacking.length > 0) return lacking;
  return [...(await leases(examined)), ...(await changeTables(examined))];
}

async function privileges({ session }: Examined): Promise<Finding[]> {
  const [row] = await session.query<{ may: boolean; login: string }>(
    `select has_schema_privilege(n.oid, 'usage') and has_function_privilege(p.oid, 'execute')
            and has_table_privilege(r.oid, 'select') as may, current_user as login
       from pg_namespace n
       join pg_proc p on p.pronamespace = n.oid and p.proname = 'register_reader'
       join pg_class r on r.relnamespace = n.oid and r.relname = 'reader'
      where n.nspname = 'deltad'`,
  );
  if (!row || row.may) return [];
  const role = await readDaemonRole(session);
  const meaning = "No role has the rights of a daemon.";
  return [role === undefined ? finding("privileges_missing", meaning, APPLY) : lacksRights(role, row.login)];
}

async function leases({ session }: Examined): Promise<Finding[]> {
  const rows = await session.query<{ application: string; pid: number; seconds: number }>(
    `select application_name as application, backend_pid as pid,
            extract(epoch from clock_timestamp() - seen_at)::int as seconds
       from deltad.reader order by seen_at`,
  );
  if (rows.length === 0) return [finding("lease_missing", "No daemon reads this database.")];
  return rows
    .filter(({ seconds }) => seconds > 60)
    .map(({ application, pid, seconds }) =>
      finding("lease_expired", `${application} (session ${pid}) was seen ${seconds} s ago for the last time.`, PRUNE),
    );
}

async function changeTables({ session, limits }: Examined): Promise<Finding[]> {
  const rows = await session.query<{ name: string; changes: string; size: string }>(
    `select format('deltad.%I', c.relname) as name, pg_stat_get_live_tuples(c.oid)::text as changes,
            pg_size_pretty(pg_total_relation_size(c.oid)) as size
       from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where n.nspname = 'deltad' and c.relkind = 'r' and (c.relname like 'change\\_%' or c.relname = 'reset')
        and pg_stat_get_live_tuples(c.oid) > $1
      order by 1`,
    [limits.changeRows],
  );
  return rows.map(({ name, changes, size }) =>
    finding("change_table_large", `${name} holds ${changes} changes (${size}); repeat this until it returns 0.`, PRUNE),
  );
}
