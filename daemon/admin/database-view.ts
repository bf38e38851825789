/** What the database knows of its readers: their leases, and the transaction that holds them back. */
import type { Queryable } from "../database/session.ts";

/** A daemon's lease: changes are kept until it has passed them. */
export interface Lease {
  /** As the daemon's state says it. */
  readonly epoch: string;
  readonly application: string;
  readonly pid: number;
  /** How long the lease has been held, and how long ago it was renewed. */
  readonly heldSeconds: number;
  readonly renewedSeconds: number;
  /** Sessions that it waits for, by a lock. */
  readonly blockedBy: readonly number[];
}

/**
 * The oldest transaction that has written something and has not ended. It delays no other's changes; its own are told once it has committed, and
 * changes since it began are kept as long.
 */
export interface OpenTransaction {
  /** Absent where it is prepared (`PREPARE TRANSACTION`), and belongs to no session. */
  readonly pid?: number;
  /** Of a prepared one. */
  readonly name?: string;
  readonly transaction: string;
  readonly role: string;
  readonly application?: string;
  readonly database: string;
  /** These only where the daemon's role may see them (`grant pg_read_all_stats`). ISO 8601, by the database's clock. */
  readonly state?: string;
  readonly began?: string;
  readonly queryBegan?: string;
  readonly seconds?: number;
  readonly querySeconds?: number;
}

export interface DatabaseView {
  readonly leases: readonly Lease[];
  readonly oldest?: OpenTransaction;
}

const LEASES = `
  select r.id::text as epoch, r.application_name as application, r.backend_pid as pid,
         extract(epoch from clock_timestamp() - r.registered_at)::float8 as "heldSeconds",
         extract(epoch from clock_timestamp() - r.seen_at)::float8 as "renewedSeconds",
         case when a.wait_event_type = 'Lock' then pg_blocking_pids(r.backend_pid) else '{}' end as "blockedBy"
    from deltad.reader r left join pg_stat_activity a on a.pid = r.backend_pid
   order by r.registered_at`;

const OLDEST = `
  select pid, name, xid::text as transaction, role, application, database, state, began, "queryBegan",
         extract(epoch from clock_timestamp() - began)::float8 as seconds,
         extract(epoch from clock_timestamp() - "queryBegan")::float8 as "querySeconds"
    from (select pid, null as name, backend_xid as xid, usename::text as role, application_name as application,
                 datname::text as database, state, xact_start as began, query_start as "queryBegan"
            from pg_stat_activity where backend_xid is not null and pid <> pg_backend_pid()
          union all
          select null, gid, transaction, owner::text, null, database::text, null, prepared, null from pg_prepared_xacts) one
   order by age(xid) desc limit 1`;

export async function viewDatabase(session: Queryable): Promise<DatabaseView> {
  const leases = await session.query<Lease>(LEASES);
  const [found] = await session.query<Record<string, unknown>>(OLDEST);
  // What is null is unknown, or there is none.
  const known = Object.entries(found ?? {}).filter(([, value]) => value !== null);
  const oldest = Object.fromEntries(
    known.map(([name, value]) => [name, value instanceof Date ? value.toISOString() : value]),
  );
  return { leases, ...(found && { oldest: oldest as unknown as OpenTransaction }) };
}
