/**
 * The bodies of one source's trigger functions, `deltad.capture_<operation>_<source>()`: what a write to the watched table costs the
 * writer.
 *
 * Each expression that PL/pgSQL evaluates costs up to a microsecond in a transaction that has just begun, so the way of an ordinary
 * write has few of them; one that calls a function which is not immutable takes a snapshot as well. One function for each
 * operation, and no SET search_path (see generated-sql.ts), make it a quarter cheaper than one function for all of them with it.
 *
 * An UPDATE that changes none of the captured columns keeps two images that cancel each other where they are read. To compare them
 * here would cost every other update of one row more than half of its price again.
 *
 * They hold no join, and no aggregate but the owners of a bulk statement: a plan made for a million rows would be kept, and
 * make the next single-row write 40 times slower. Owned by deltad_capture and SECURITY DEFINER, so each records only for the table it
 * was made for; otherwise any role that may execute it could put it on a table of its own, and forge the rows of other owners.
 */
import { qualifiedName, quoteIdentifier, quoteLiteral } from "../database/identifier.ts";
import { type Link, linkName, type WatchedTable } from "../plan/watched-table.ts";
import {
  capturedValue,
  type CaptureLimits,
  IS_ITS_TURN,
  op,
  otherTable,
  linksOf,
  isLinked,
  linkedText,
  mayBeLong,
  ring,
  ROW_IMAGES,
  tableNames,
  SKIP_SETTING,
  TRY_BELL,
  wrapped,
} from "./generated-sql.ts";
import { rowBody, rowFunctionName } from "./row-function.ts";

export const OPERATIONS = ["insert", "update", "delete", "truncate"] as const;
export type Operation = (typeof OPERATIONS)[number];

/** A bulk statement that changes more owners than this is recorded as one reset of the table. */
const BULK_OWNERS = 1000;

/** Of a statement trigger; the name within schema deltad, unquoted. */
export function captureFunctionName(table: WatchedTable, operation: Operation): string {
  return `capture_${operation}_${table.source}`;
}

/** All of a source's trigger functions: their bodies, as PostgreSQL keeps them in `pg_proc.prosrc`, by their names. */
export function captureFunctions(table: WatchedTable, limits: CaptureLimits): ReadonlyMap<string, string> {
  return new Map([
    ...OPERATIONS.map(
      (operation) => [captureFunctionName(table, operation), statementBody(operation, table, limits)] as const,
    ),
    [rowFunctionName(table), rowBody(table, limits)],
  ]);
}

function statementBody(operation: Operation, table: WatchedTable, limits: CaptureLimits): string {
  return operation === "truncate" ? truncateBody(table, limits) : imagesBody(operation, table, limits);
}

function wake(limits: CaptureLimits): string {
  return `-- As deltad.ring() begins, without the price of the call: the daemon is awake, and nobody need wake it.
  if not ${TRY_BELL} then
    perform ${ring(limits)};
  end if;`;
}

function truncateBody(table: WatchedTable, limits: CaptureLimits): string {
  return `
begin
  if ${otherTable(table)} then
    if not deltad.is_partition_of(tg_relid, ${tableNames(table)}) then
      return null;  -- not the table it was made for
    end if;
  end if;
  insert into deltad.reset (source) values (${quoteLiteral(table.source)});
  ${wake(limits)}
  return null;
end
`;
}

const IMAGES = {
  insert: [{ rows: "new_rows", weight: 1 }],
  update: [
    { rows: "old_rows", weight: -1 },
    { rows: "new_rows", weight: 1 },
  ],
  delete: [{ rows: "old_rows", weight: -1 }],
} as const;

/**
 * What the change table's defaults say. Where the rows that are read are those of the table, column for column and in their types, the limit's
 * rows go straight into it; to put in defaults is a node of its own, which costs each write of one row a ninth of the whole trigger.
 */
const BEFORE_WEIGHT = {
  columns: ["change_xid", "change_seq"],
  values: ["pg_catalog.pg_current_xact_id()", "pg_catalog.nextval('deltad.change_seq'::pg_catalog.regclass)"],
} as const;

/** Where the condition of `apart` goes in a statement; no name in PostgreSQL holds this character. */
const APART = "\0";

/** Rows are kept as images up to a limit. The limited insert's row count reveals a bulk statement: to count before it costs 6 microseconds per write. */
function imagesBody(operation: keyof typeof IMAGES, table: WatchedTable, limits: CaptureLimits): string {
  const images = IMAGES[operation];
  const limit = limits.bulkRows * images.length;
  const columns = table.columns.map((column) => quoteIdentifier(column.name));
  const values = table.columns.map((column) => capturedValue("r", column));
  const selects = images.map(
    ({ rows, weight }) =>
      `select ${wrapped([...BEFORE_WEIGHT.values, `'${weight}'::pg_catalog.int2`, ...values], 11)}\n      from ${rows} r`,
  );
  const insertOf = (
    rows: readonly string[],
  ): string => `insert into ${qualifiedName("deltad", `change_${table.source}`)}
           (${wrapped([...BEFORE_WEIGHT.columns, "change_weight", ...columns], 12)})
    ${rows.join("\n    union all\n    ")}
     limit ${limit + 1}`;
  const partsOfRest = insertOf(selects.map((select) => `${select}\n     where (${APART}) is not true`)).split(APART);
  return `
declare
  images pg_catalog.int8;
  owners pg_catalog.int8;
  apart  pg_catalog.text;
begin
  if tg_nargs ${op(">")} 0 or ${otherTable(table)} or ${SKIP_SETTING} is not null then
    if ${otherTable(table)} and not deltad.is_partition_of(tg_relid, ${tableNames(table)}) then
      return null;  -- not the table it was made for
    end if;
    if ${SKIP_SETTING} ${op("=")} 'off' and deltad.may_skip() then
      perform deltad.skip_capture(${quoteLiteral(table.source)}) from (select from ${images[0].rows} limit 1) changed;
      return null;
    end if;
    -- Of a tree of partitions. Rows of this statement that a row trigger has kept already: see deltad.row_captured().
    if tg_nargs ${op(">")} 0 and pg_catalog.current_setting('${ROW_IMAGES}', true) ${op("<>")} '' then
      apart := deltad.row_captured(tg_relid);
    end if;
  end if;

  -- Rows are kept as images, -1 old and +1 new, up to a limit; beyond it, each of their owners is to be read again.
  if apart is null then
    ${insertOf(selects)};
    if not found then
      return null;
    end if;
  else
    execute ${partsOfRest.map(quoteLiteral).join(` ${op("||")} apart ${op("||")} `)};
  end if;
  get diagnostics images = row_count;

  -- The latter as deltad.ring() begins, without the price of the call: the daemon is awake, and nobody need wake it.
  if images ${op(">")} ${limit} or not ${TRY_BELL} or ${IS_ITS_TURN} then
    if images ${op(">")} ${limit} then
${linksOf(table)
  .map((link) => resetOwners(operation, table, link))
  .join("\n")}
    end if;
    perform ${ring(limits)};
  end if;
  return null;
end
`;
}

/** Whether a statement function's body, of this version or another, says of bulk statements by this link whose rows they changed. */
export function namesTopicsBy(body: string, table: WatchedTable, link: Link): boolean {
  return body.includes(resetSelect(table, link));
}

function resetSelect(table: WatchedTable, link: Link): string {
  return `select ${quoteLiteral(table.source)}, ${quoteLiteral(linkName(link))}, changed.owner,`;
}

/** Names those whose rows are changed, by one of the table's links. */
function resetOwners(operation: keyof typeof IMAGES, table: WatchedTable, link: Link): string {
  const images = IMAGES[operation];
  const values = `${quoteLiteral(table.source)}, ${quoteLiteral(linkName(link))}`;
  const owner = linkedText(table, link, "r");
  const owners = images.map(
    ({ rows, weight }) =>
      `select ${owner} as owner, ${weight} as weight from ${rows} r where ${isLinked(table, link, "r")}`,
  );
  const sides = images.map(({ weight }) => `pg_catalog.count(*) filter (where changed.weight ${op("=")} ${weight})`);
  // An update has two images of each row.
  const count = `greatest(${sides.join(",\n                        ")})`;
  const rows = mayBeLong(table, link) ? `case when changed.owner is not null then ${count} end` : count;
  return `      insert into deltad.reset (source, link, owner, rows)
      ${resetSelect(table, link)}
               ${rows}
        from (${owners.join("\n              union all\n              ")}) changed
       group by changed.owner
       limit ${BULK_OWNERS + 1};
      get diagnostics owners = row_count;
      if owners ${op(">")} ${BULK_OWNERS} then  -- too many to name
        insert into deltad.reset (source, link) values (${values});
      end if;`;
}
