/**
 * The body of one source's trigger function, `deltad.capture_<source>()`: what a write to the watched table costs the writer.
 *
 * Each expression that PL/pgSQL evaluates costs about a microsecond in a transaction that has just begun, so the way of an ordinary
 * write has few of them; one that calls a function which is not immutable takes a snapshot as well.
 *
 * It holds no join, and no aggregate but the owners of a bulk statement: a plan made for a million rows would be kept, and
 * make the next single-row write 40 times slower. Owned by deltad_capture and SECURITY DEFINER, so it records only for the table it
 * was made for; otherwise any role that may execute it could put it on a table of its own, and forge the rows of other owners.
 */
import { qualifiedName, quoteIdentifier, quoteLiteral } from "../database/identifier.ts";
import type { WatchedTable } from "../plan/watched-table.ts";

export interface CaptureLimits {
  /** A statement that changes more rows than this is recorded by its owners, not by its rows. */
  readonly bulkRows: number;
  /** False: writers of the watched tables never use PREPARE TRANSACTION. */
  readonly twoPhase: boolean;
}

/** A bulk statement that changes more owners than this is recorded as one reset of the table. */
const BULK_OWNERS = 1000;

const LINE_WIDTH = 110;

/** Of the statement triggers; the name within schema deltad, unquoted. */
export function captureFunctionName(table: WatchedTable): string {
  return `capture_${table.source}`;
}

/** Of the row triggers of a partitioned table. */
export function rowFunctionName(table: WatchedTable): string {
  return `row_${table.source}`;
}

/** What the statement triggers do, as PostgreSQL keeps it in `pg_proc.prosrc`. */
export function captureBody(table: WatchedTable, limits: CaptureLimits): string {
  const source = quoteLiteral(table.source);
  const names = `${quoteLiteral(table.schema)}, ${quoteLiteral(table.table)}`;
  return `
declare
  images bigint;
  owners bigint;
  apart  text;
begin
  if (tg_table_schema, tg_table_name) <> (${names}) then
    if not deltad.is_partition_of(tg_relid, ${names}) then
      return null;  -- not the table it was made for
    end if;
  end if;

  -- Of a tree of partitions. Rows of this statement that a row trigger has kept already: see deltad.row_captured().
  if tg_nargs > 0 then
    if current_setting('${ROW_IMAGES}', true) <> '' then
      apart := deltad.row_captured(tg_relid);
    end if;
  end if;

  -- Rows are kept as images, -1 old and +1 new, up to a limit; beyond it, each of their owners is to be read again.
  if tg_op = 'INSERT' then
${keepImages("INSERT", table, limits)}

  elsif tg_op = 'UPDATE' then
${keepImages("UPDATE", table, limits)}

  elsif tg_op = 'DELETE' then
${keepImages("DELETE", table, limits)}

  else  -- TRUNCATE
    insert into deltad.reset (source) values (${source});
    images := 1;
  end if;

  -- As deltad.ring() begins, without the price of the call: the daemon is awake, and nobody need wake it.
  if images > 0 and not pg_try_advisory_xact_lock_shared(1684368500, 1) then
    perform ${ring(limits)};
  end if;
  return null;
end
`;
}

/**
 * What the row triggers of a partitioned table do: zz_deltad_move, and zz_deltad_row, which keeps the images of each row of a partition
 * without statement triggers. A row does not know its statement: beyond the limit of a bulk statement in one transaction, the whole
 * table is to be read again.
 */
export function rowBody(table: WatchedTable, limits: CaptureLimits): string {
  const source = quoteLiteral(table.source);
  const names = `${quoteLiteral(table.schema)}, ${quoteLiteral(table.table)}`;
  const change = qualifiedName("deltad", `change_${table.source}`);
  const columns = table.columns.map((column) => quoteIdentifier(column.name));
  const image = (row: "old" | "new", weight: number): string => {
    const values = table.columns.map((column) => `${row}.${quoteIdentifier(column.name)}::${column.type}`);
    return `      insert into ${change}
             (${wrapped(["change_weight", ...columns], 14)})
      values (${wrapped([String(weight), ...values], 14)});`;
  };
  return `
declare
  images bigint;
begin
  if tg_when = 'AFTER' then
    images := coalesce(nullif(current_setting('${ROW_IMAGES}', true), ''), '0')::bigint + 1;
    perform set_config('${ROW_IMAGES}', images::text, true);
    if images > ${limits.bulkRows} and exists (
         select from deltad.reset known
          where known.change_xid = pg_current_xact_id() and known.source = ${source} and known.owner is null) then
      return null;  -- the whole table is read again
    end if;
  end if;
  if not deltad.is_partition_of(tg_relid, ${names}) then
    if tg_when = 'BEFORE' then
      return new;
    end if;
    return null;  -- not a partition of the table it was made for
  end if;

  if tg_when = 'BEFORE' then  -- a row that moves to another partition: statement triggers may not see it
    insert into deltad.reset (source, owner)
    select distinct ${source}, moved.owner
      from (values (${ownerText(table, "old")}), (${ownerText(table, "new")})) moved(owner)
     where moved.owner is not null
       and not exists (select from deltad.reset known
                        where known.change_xid = pg_current_xact_id()
                          and known.source = ${source} and known.owner = moved.owner);
    perform ${ring(limits)};
    return new;
  end if;

  if images > ${limits.bulkRows} then  -- too many rows, and their owners were not counted
    insert into deltad.reset (source) values (${source});
  else
    if tg_op <> 'INSERT' then
${image("old", -1)}
    end if;
    if tg_op <> 'DELETE' then
${image("new", 1)}
    end if;
  end if;
  perform ${ring(limits)};
  return null;
end
`;
}

/** How many rows of this transaction the row triggers have kept; empty where none: a setting of the transaction's own. */
const ROW_IMAGES = "deltad.row_images";

const IMAGES = {
  INSERT: [{ rows: "new_rows", weight: 1 }],
  UPDATE: [
    { rows: "old_rows", weight: -1 },
    { rows: "new_rows", weight: 1 },
  ],
  DELETE: [{ rows: "old_rows", weight: -1 }],
} as const;

/** Where the condition of `apart` goes in a statement; no name in PostgreSQL holds this character. */
const APART = "\0";

/** The limited insert's row count reveals a bulk statement; counting before it costs 6 microseconds per write. */
function keepImages(operation: keyof typeof IMAGES, table: WatchedTable, { bulkRows }: CaptureLimits): string {
  const images = IMAGES[operation];
  const limit = bulkRows * images.length;
  const source = quoteLiteral(table.source);
  const columns = table.columns.map((column) => quoteIdentifier(column.name));
  const values = table.columns.map((column) => `r.${quoteIdentifier(column.name)}::${column.type}`);
  const owner = ownerText(table, "r");
  const insert = `insert into ${qualifiedName("deltad", `change_${table.source}`)}
             (${wrapped(["change_weight", ...columns], 14)})`;
  const selects = images.map(
    ({ rows, weight }) => `select ${wrapped([String(weight), ...values], 13)}\n        from ${rows} r`,
  );
  const kept = selects.map((select) => `${select}\n       where (${APART}) is not true`);
  const executed = `${insert}\n      ${kept.join("\n      union all\n      ")}\n       limit ${limit + 1}`;
  const owners = images.map(({ rows, weight }) => `select ${owner} as owner, ${weight} as weight from ${rows} r`);
  const sides = [...new Set(images.map(({ weight }) => `count(*) filter (where changed.weight = ${weight})`))];
  // An update has two images of each row.
  const rows = `greatest(${sides.join(",\n                      ")})`;
  return `    if apart is null then
      ${insert}
      ${selects.join("\n      union all\n      ")}
       limit ${limit + 1};
    else
      execute ${executed.split(APART).map(quoteLiteral).join(" || apart || ")};
    end if;
    get diagnostics images = row_count;
    if images > ${limit} then
      insert into deltad.reset (source, owner, rows)
      select ${source}, changed.owner,
             ${rows}
        from (${owners.join("\n              union all\n              ")}) changed
       where changed.owner is not null
       group by changed.owner
       limit ${BULK_OWNERS + 1};
      get diagnostics owners = row_count;
      if owners > ${BULK_OWNERS} then  -- too many to name
        insert into deltad.reset (source) values (${source});
      end if;
    end if;`;
}

function ownerText(table: WatchedTable, row: string): string {
  const type = table.columns.find((column) => column.name === table.owner)?.type ?? "text";
  const value = `${row}.${quoteIdentifier(table.owner)}::${type}`;
  return type === "text" ? value : `${value}::text`;
}

function ring({ twoPhase }: CaptureLimits): string {
  return twoPhase ? "deltad.ring()" : "deltad.ring(writers_prepare => false)";
}

/** A comma-separated list that goes on in the next line, indented, when a line is full. */
function wrapped(items: readonly string[], indent: number): string {
  let text = "";
  let width = indent;
  for (const [index, item] of items.entries()) {
    if (index > 0) {
      const full = width + item.length + 2 > LINE_WIDTH;
      text += full ? `,\n${" ".repeat(indent)}` : ", ";
      width = full ? indent : width + 2;
    }
    text += item;
    width += item.length;
  }
  return text;
}
