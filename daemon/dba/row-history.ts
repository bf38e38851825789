/** What deltad's own tables, and the row itself, tell of one row's latest writes. Reads only, with the daemon's rights. */
import { capturedValue } from "../capture/generated-sql.ts";
import { qualifiedName, quoteIdentifier, quoteLiteral } from "../database/identifier.ts";
import { errorCode } from "../database/reason.ts";
import type { Queryable } from "../database/session.ts";
import { keyColumns, type WatchedTable } from "../plan/watched-table.ts";

/** Captured columns with their values as JSON has them. */
export type Image = Readonly<Record<string, unknown>>;

/** What one transaction made of the row, as it was recorded. */
export interface RecordedWrite {
  readonly transaction: string;
  /** ISO 8601, where the server tracks it. */
  readonly committed: string | undefined;
  /** What the row was before; undefined: it was not there. */
  readonly before: Image | undefined;
  readonly after: Image | undefined;
}

export interface RowHistory {
  /** The row as it is. */
  readonly now: Image | undefined;
  /**
   * Whether the transaction that wrote it last is one whose changes may be gone again; undefined where the login may not see which one that is, or
   * there is no row.
   */
  readonly isOld: boolean | undefined;
  /** Newest first. */
  readonly writes: readonly RecordedWrite[];
  /** Statements that changed so many rows that whose they were was recorded, and not which; newest first. */
  readonly bulk: readonly { readonly transaction: string; readonly owner: string | undefined }[];
}

const MOST_IMAGES = 200;
const MOST_BULK = 20;

/** @param key of the row, a text for each of its columns */
export async function readRowHistory(
  session: Queryable,
  table: WatchedTable,
  key: readonly string[],
): Promise<RowHistory> {
  const [sees] = await session.query<{ all: boolean }>("select has_table_privilege($1, 'select') as all", [
    qualifiedName(table.schema, table.table),
  ]);
  const [held] = await session.query<Held>(rowSql(table, sees?.all === true), [...key]);
  const images = await session.query<Recorded>(imagesSql(table), [...key]);
  const bulk = await session.query<{ transaction: string; owner: string | null }>(
    `select change_xid::text as transaction, owner from deltad.reset where source = ${quoteLiteral(table.source)}
      order by change_xid desc limit ${MOST_BULK}`,
  );
  return {
    now: held?.image,
    isOld: held?.old ?? undefined,
    writes: writesOf(images),
    bulk: bulk.map(({ transaction, owner }) => ({ transaction, owner: owner ?? undefined })),
  };
}

interface Held {
  readonly image: Image;
  readonly old: boolean | null;
}

interface Recorded {
  readonly transaction: string;
  readonly committed: string | null;
  readonly weight: number;
  readonly image: Image;
}

/** A transaction that writes a row several times has an old and a new image of each: the first old one and the last new one are left. */
function writesOf(newestFirst: readonly Recorded[]): RecordedWrite[] {
  const byTransaction = new Map<string, Recorded[]>();
  for (const image of newestFirst) {
    const known = byTransaction.get(image.transaction);
    if (known === undefined) byTransaction.set(image.transaction, [image]);
    else known.push(image);
  }
  return [...byTransaction].map(([transaction, images]) => {
    const [last, first] = [images[0], images.at(-1)];
    return {
      transaction,
      committed: last?.committed ?? undefined,
      before: first?.weight === -1 ? first.image : undefined,
      after: last?.weight === 1 ? last.image : undefined,
    };
  });
}

/** A system column, which who may read only some of the columns does not see; it has the lower half of the transaction's number. */
const LAST_WRITER = `(l.next - mod(mod(l.next - r.xmin::text::numeric, 4294967296) + 4294967296, 4294967296))::text::xid8`;

function rowSql(table: WatchedTable, seesAll: boolean): string {
  const columns = table.columns.map((column) => `${capturedValue("r", column)} as ${quoteIdentifier(column.name)}`);
  const isOld = seesAll
    ? `(select pg_visible_in_snapshot(${LAST_WRITER}, f.upto) from deltad.floor f)`
    : "null::boolean";
  return `select (select to_jsonb(i) from (select ${columns.join(", ")}) i) as image, ${isOld} as old
  from ${qualifiedName(table.schema, table.table)} r,
       (select pg_snapshot_xmax(pg_current_snapshot())::text::numeric as next) l
 where ${isRow(table, "r")}`;
}

function imagesSql(table: WatchedTable): string {
  const columns = table.columns.map(({ name }) => `c.${quoteIdentifier(name)}`);
  return `select c.change_xid::text as transaction, c.change_weight as weight,
       (select to_jsonb(i) from (select ${columns.join(", ")}) i) as image,
       case when current_setting('track_commit_timestamp') = 'on'
            then to_char(pg_xact_commit_timestamp(c.change_xid::xid) at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') end as committed
  from ${qualifiedName("deltad", `change_${table.source}`)} c
 where ${isRow(table, "c")}
 order by c.change_seq desc limit ${MOST_IMAGES}`;
}

function isRow(table: WatchedTable, row: string): string {
  return keyColumns(table)
    .map((name, at) => `${row}.${quoteIdentifier(name)}::text = $${at + 1}`)
    .join(" and ");
}

/** What became of a transaction: undefined where there has been none by that number, null where the server has forgotten it. */
export async function readTransaction(session: Queryable, number: string): Promise<string | null | undefined> {
  try {
    const [found] = await session.query<{ status: string | null }>("select pg_xact_status($1::xid8) as status", [
      number,
    ]);
    return found?.status;
  } catch (error) {
    // It is in the future.
    if (errorCode(error) === "22023") return undefined;
    throw error;
  }
}

/** Roles whose own settings leave capture out, and that may. */
export async function readSkippingRoles(session: Queryable): Promise<readonly string[]> {
  const rows = await session.query<{ role: string }>(
    `select distinct r.rolname as role
       from pg_db_role_setting s
       join pg_roles r on r.oid = s.setrole
      where 'deltad.capture=off' = any (s.setconfig)
        and s.setdatabase in (0, (select oid from pg_database where datname = current_database()))
        and has_function_privilege(r.oid, 'deltad.skip_capture(text)', 'execute')
      order by 1`,
  );
  return rows.map(({ role }) => role);
}
