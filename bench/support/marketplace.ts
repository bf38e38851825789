/** The demo's marketplace in a benchmark's database, filled by the server itself. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type pg from "pg";
import { grantDaemon, readDaemonRole } from "../../daemon/database/daemon-role.ts";
import { PACKAGE_ROOT, runDeltad } from "./deltad-command.ts";

export const CONFIG_FILE = join(PACKAGE_ROOT, "demo/deltad.config.ts");

/** The daemon's login in a benchmark: no rights but those of its group. */
export const DAEMON_LOGIN = { user: "bench_daemon", password: "bench" } as const;

/** Owners 1 … `owners`, each with ten listings, 10 * owner - 9 … 10 * owner. */
export async function createMarketplace(session: pg.Client, owners: number): Promise<void> {
  await session.query(await readFile(join(PACKAGE_ROOT, "demo/schema.sql"), "utf8"));
  await session.query(
    `insert into owners (id, name) select o, 'Owner ' || o from generate_series(1, ${owners}) o;
     insert into listings (id, owner_id, hangar_number, status, published_at)
     select 10 * o - l, o, 'H' || l, 'active', now() from generate_series(1, ${owners}) o, generate_series(0, 9) l;
     select setval('bookings_id_seq', 1, false)`,
  );
}

/** Paid stays that ended months ago, spread over the owners `from` … `until`. */
export async function addPastBookings(session: pg.Client, count: number, from: number, until: number): Promise<void> {
  // Without looking up two foreign keys for each row.
  await session.query("set session_replication_role = replica");
  await session.query(
    `insert into bookings (listing_id, owner_id, guest_name, status, payment_status, payment_amount, check_in, check_out, created_at, paid_at)
     select 10 * o - n % 10, o, 'Guest ' || n, 'completed', 'paid', 100 + n % 900, at, at + interval '2 days', at, at
     from (select n, $2::int + n % ($3::int - $2::int + 1) as o, now() - interval '400 days' - make_interval(secs => n % 10000000) as at
             from generate_series(1, $1::int) n) s`,
    [count, from, until],
  );
  await session.query("reset session_replication_role");
}

export async function analyse(session: pg.Client): Promise<void> {
  await session.query("vacuum (analyze)");
  await session.query("checkpoint");
}

/** Applies deltad's migrations by its own command, and makes the daemon's login. Returns the daemon's connection string. */
export async function migrate(session: pg.Client, url: string, configFile = CONFIG_FILE): Promise<string> {
  await runDeltad(["migrate", "apply"], { DATABASE_URL: url, DELTAD_CONFIG: configFile });
  const { user, password } = DAEMON_LOGIN;
  await session.query(
    `do $$ begin
       if not exists (select from pg_roles where rolname = '${user}') then create role ${user} login password '${password}'; end if;
     end $$;`,
  );
  await grantDaemonTo(session, user);
  return daemonUrl(url);
}

async function grantDaemonTo(session: pg.Client, login: string): Promise<void> {
  const role = await readDaemonRole({
    query: async <Row>(text: string, values: readonly unknown[] = []) =>
      (await session.query(text, [...values])).rows as Row[],
  });
  if (role === undefined) throw new Error("nobody has a daemon's rights");
  await session.query(grantDaemon(role, login));
}

function daemonUrl(url: string): string {
  const given = new URL(url);
  given.username = DAEMON_LOGIN.user;
  given.password = DAEMON_LOGIN.password;
  return given.href;
}
