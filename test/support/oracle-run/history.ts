/**
 * Every version of every watched row, with the transactions that began and ended it: so the handwritten oracle can be asked about
 * any snapshot that the daemon read at, long after it is gone.
 */
import type { WatchedTable } from "../../../daemon/plan/watched-table.ts";
import { compileKinds } from "../../../daemon/plan/compile.ts";
import { spelled } from "../../../daemon/plan/owner-key.ts";
import { columnsOf } from "../../../daemon/plan/row-link.ts";
import type { JsonObject } from "../../../protocol/json.ts";
import type { Marketplace } from "../oracle.ts";
import type { TestDatabase } from "../servers.ts";

/** An owner in this zone can't have numbers; the oracle would fail over it. */
export const BAD_ZONE = "Mars/Olympus";

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** Row triggers that know nothing of deltad's. Of partitioned tables the first column of the key tells rows apart. */
export async function recordHistory(database: TestDatabase, tables: readonly WatchedTable[]): Promise<void> {
  await database.query("create schema history");
  for (const { schema, table } of tables) {
    const [base, kept] = [`${quoted(schema)}.${quoted(table)}`, `history.${quoted(table)}`];
    const key = await database.query<{ name: string }>(
      `select a.attname as name
         from pg_index i join pg_class c on c.oid = i.indrelid
         join pg_attribute a on a.attrelid = c.oid and a.attnum = any (i.indkey[:case c.relkind when 'p' then 0 else 9 end])
        where i.indisprimary and c.oid = $1::regclass`,
      [base],
    );
    if (key.length === 0) throw new Error(`${table} has no key`);
    const same = key.map(({ name }) => `${quoted(name)} = old.${quoted(name)}`).join(" and ");
    const body = `
begin
  if tg_op = 'TRUNCATE' then
    update ${kept} set ended = pg_current_xact_id() where ended is null;
    return null;
  end if;
  if tg_op <> 'INSERT' then
    update ${kept} set ended = pg_current_xact_id() where ended is null and ${same};
  end if;
  if tg_op <> 'DELETE' then
    insert into ${kept} select new.*, pg_current_xact_id(), null::xid8;
  end if;
  return null;
end`;
    await database.query(`
create table ${kept} as table ${base} with no data;
alter table ${kept} add began xid8 not null, add ended xid8;
create index on ${kept} (${key.map(({ name }) => quoted(name)).join(", ")}) where ended is null;
create function history.${quoted(`record ${table}`)}() returns trigger language plpgsql as $body$${body}$body$;
create trigger zz_history after insert or update or delete on ${base} for each row execute function history.${quoted(`record ${table}`)}();
create trigger zz_history_truncate after truncate on ${base} for each statement execute function history.${quoted(`record ${table}`)}();`);
  }
}

export class Historian {
  readonly #database: Pick<TestDatabase, "query">;
  readonly #statement: string;
  readonly #badOwners: string;
  readonly #forget: readonly string[];

  constructor(database: Pick<TestDatabase, "query">, { config, oracle }: Marketplace) {
    const { tables, plans } = compileKinds(config);
    const { owner } = plans[0];
    const { timeZone } = owner;
    // Where all owners have one zone, nobody's is bad.
    if ("constant" in timeZone) throw new Error("the owners of a random run have zones of their own");
    const held = "lookup" in timeZone ? timeZone.lookup : { ...owner, ...timeZone };
    const meets =
      "lookup" in timeZone
        ? `z.${quoted(timeZone.lookup.key)} = o.${quoted(timeZone.lookup.by)}`
        : owner.key.map(({ name }) => `z.${quoted(name)} = o.${quoted(name)}`).join(" and ");
    const zone = quoted(held.column);
    this.#database = database;
    const rows = tables.map(({ table }) => {
      const good = table === held.table ? ` and ${zone} <> '${BAD_ZONE}'` : "";
      return `${quoted(table)} as materialized (select * from history.${quoted(table)} where ${AT_SNAPSHOT}${good})`;
    });
    this.#forget = tables.map(({ table }) => `delete from history.${quoted(table)} where ended is not null`);
    // The oracle's own names then mean these rows.
    const unqualified = tables.reduce((text, { schema }) => text.replaceAll(`${schema}.`, ""), oracle);
    this.#statement = unqualified.replace("with clock as", `with ${rows.join(",\n")},\nclock as`);
    const then = (table: string): string =>
      `(select * from history.${quoted(table)} where ${AT_SNAPSHOT.replace(/\$3/g, "$1")})`;
    // Owners over time have the same row.
    const names = plans
      .filter((plan) => plan.owner.table === owner.table)
      .map(({ kind }) => `'${kind === "owner" ? "" : `${kind}:`}'`);
    // Of whose row nothing is found, there is no zone either.
    this.#badOwners = `select kind || ${spelled(columnsOf("o", owner.key))} as owner
       from ${then(owner.table ?? "")} o left join ${then(held.table ?? "")} z on ${meets}
      cross join unnest(array[${names.join(", ")}]) kind
      where z.${zone} = '${BAD_ZONE}' or z.${zone} is null`;
  }

  /** Versions that have ended: snapshots of before can't be asked about any more. */
  async forget(): Promise<void> {
    for (const statement of this.#forget) await this.#database.query(statement);
  }

  /** The oracle's documents at a snapshot and an instant, by owner, of owners that had a row then and a zone that PostgreSQL knows. */
  async documents(
    snapshot: string,
    micros: number,
    owners: readonly string[] | undefined,
  ): Promise<Map<string, JsonObject>> {
    const rows = await this.#database.query<{ owner: string; document: JsonObject }>(this.#statement, [
      String(micros),
      owners ?? null,
      snapshot,
    ]);
    return new Map(rows.map(({ owner, document }) => [owner, document]));
  }

  /** Owners whose zone is {@link BAD_ZONE}. */
  async badOwners(snapshot: string): Promise<Set<string>> {
    const rows = await this.#database.query<{ owner: string }>(this.#badOwners, [snapshot]);
    return new Set(rows.map(({ owner }) => owner));
  }
}

const AT_SNAPSHOT = `pg_visible_in_snapshot(began, $3::text::pg_snapshot)
  and (ended is null or not pg_visible_in_snapshot(ended, $3::text::pg_snapshot))`;
