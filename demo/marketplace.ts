/** Makes the marketplace in a database: its tables, and the season that the page starts with. */
import { readFile } from "node:fs/promises";
import { loadConversations, ownersWithoutConversations } from "./conversations/load.ts";
import { OWNERS } from "./owners.ts";
import { seasonOf } from "./season.ts";

/** The session that the demo's statements go through. */
export interface Database {
  query<Row = Record<string, unknown>>(sql: string, values?: readonly unknown[]): Promise<Row[]>;
  /** Several statements, without parameters. */
  script(sql: string): Promise<void>;
}

const MARK = "made by: deltad demo";

/** Whether the demo made this database's tables. */
export async function isMarketplace(database: Database): Promise<boolean> {
  const [found] = await database.query<{ mark: string | null }>(
    "select obj_description(to_regclass('public.owners'), 'pg_class') as mark",
  );
  return found?.mark === MARK;
}

/** Tables and views that somebody made here: none of extensions, of deltad, or of PostgreSQL. At most three, `schema.table`. */
export async function foreignTables(database: Database): Promise<string[]> {
  const rows = await database.query<{ name: string }>(
    `select format('%I.%I', n.nspname, c.relname) as name
     from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where c.relkind in ('r', 'p', 'v', 'm', 'f')
       and n.nspname not in ('pg_catalog', 'information_schema', 'deltad') and n.nspname !~ '^pg_(toast|temp)'
       and not exists (select from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e')
     order by 1 limit 3`,
  );
  return rows.map(({ name }) => name);
}

/** What is missing of the tables, all or none. `schemaFile` is the path of schema.sql. */
export async function createMarketplace(database: Database, schemaFile: string): Promise<void> {
  const schema = await readFile(schemaFile, "utf8");
  await database.script(
    `begin; set local search_path = public;\n${schema}\ncomment on table owners is '${MARK}'; commit`,
  );
}

/**
 * Loads the owners that are not there yet, and the conversations of those that have none, each with all of its rows in one transaction: it
 * may be interrupted between any two and goes on where it was.
 */
export async function loadSeason(
  database: Database,
  now: () => number,
  progress: (owners: number, rows: number) => void,
  stopping: AbortSignal,
): Promise<void> {
  const present = await database.query<{ name: string }>("select name from owners");
  const names = new Set(present.map(({ name }) => name));
  const silent = await ownersWithoutConversations(database);
  let rows = 0;
  for (const [index, { name }] of OWNERS.entries()) {
    const isThere = names.has(name);
    if (isThere && !silent.has(name)) continue;
    stopping.throwIfAborted();
    if (!isThere) rows += await loadOwner(database, index, now());
    rows += await loadConversations(database, index, now());
    progress(index + 1, rows);
  }
}

/** The owner whose page is shown. */
export async function shownOwner(database: Database): Promise<string> {
  const [owner] = await database.query<{ id: string }>("select id::text from owners order by owners.id limit 1");
  if (!owner) throw new Error("the marketplace has no owners");
  return owner.id;
}

/** One statement, and so one transaction. Returns the number of rows. */
async function loadOwner(database: Database, index: number, now: number): Promise<number> {
  const { name, timeZone, currency } = OWNERS[index] ?? {};
  const { listings, bookings, payouts } = seasonOf(index, now);
  await database.query(
    `with owner as (
       insert into owners (name, time_zone, currency) values ($1, $2, $3) returning id
     ), listing as (
       insert into listings (owner_id, hangar_number, status, published_at)
       select owner.id, hangar_number, status, published_at
       from owner, json_to_recordset($4) as r(hangar_number text, status text, published_at timestamptz)
       returning id, hangar_number
     ), payout as (
       insert into payouts (owner_id, amount, status, due_on)
       select owner.id, amount, status, due_on
       from owner, json_to_recordset($6) as r(amount numeric, status text, due_on date)
     )
     insert into bookings (listing_id, owner_id, guest_name, status, payment_status, payment_amount, check_in, check_out, created_at, paid_at)
     select listing.id, owner.id, guest_name, status, payment_status, payment_amount, check_in, check_out, created_at, paid_at
     from owner, json_to_recordset($5) as r(hangar_number text, guest_name text, status text, payment_status text,
       payment_amount numeric, check_in timestamptz, check_out timestamptz, created_at timestamptz, paid_at timestamptz)
     join listing using (hangar_number)`,
    [name, timeZone, currency, ...[listings, bookings, payouts].map((list) => JSON.stringify(list))],
  );
  return listings.length + bookings.length + payouts.length;
}
