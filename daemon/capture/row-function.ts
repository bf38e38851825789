/**
 * The body of a source's row function, `deltad.row_<source>()`, for two triggers: zz_deltad_move, which tells of a row that moves to
 * another partition, and zz_deltad_row, which keeps the images of each row of a table whose statement triggers are not there or not
 * enabled: a partition that came since, a table that a subscription fills. A row does not know its statement: beyond the limit of a bulk
 * statement in one transaction, the whole table is to be read again.
 */
import { qualifiedName, quoteIdentifier, quoteLiteral } from "../database/identifier.ts";
import { linkName, type WatchedTable } from "../plan/watched-table.ts";
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
  SKIP_SETTING,
  tableNames,
  TRY_BELL,
  wrapped,
} from "./generated-sql.ts";

/** The name within schema deltad, unquoted. */
export function rowFunctionName(table: WatchedTable): string {
  return `row_${table.source}`;
}

/** As PostgreSQL keeps it in `pg_proc.prosrc`. */
export function rowBody(table: WatchedTable, limits: CaptureLimits): string {
  const source = quoteLiteral(table.source);
  const rowImages = `pg_catalog.current_setting('${ROW_IMAGES}', true)`;
  const known = `known.change_xid ${op("=")} pg_catalog.pg_current_xact_id() and known.source ${op("=")} ${source}`;
  const moved = linksOf(table).flatMap((link) =>
    ["old", "new"].map(
      (row) => `(${quoteLiteral(linkName(link))}, ${isLinked(table, link, row)}, ${linkedText(table, link, row)})`,
    ),
  );
  const unknown = [`known.owner ${op("=")} moved.owner`, "known.owner is null"]
    .slice(0, linksOf(table).some((link) => mayBeLong(table, link)) ? 2 : 1)
    .map(
      (same) => `not exists (select from deltad.reset known
                        where ${known}
                          and known.link ${op("=")} moved.link and ${same})`,
    );
  return `
declare
  images pg_catalog.int8;
begin
  if tg_when ${op("=")} 'AFTER' then
    images := case when ${SKIP_SETTING} ${op("=")} 'off' and deltad.may_skip() then 0
                   else (case when ${rowImages} ${op("<>")} '' then ${rowImages}::pg_catalog.int8 else 0 end) ${op("+")} 1
              end;
    perform pg_catalog.set_config('${ROW_IMAGES}', images::pg_catalog.text, true);
    if images ${op(">")} ${limits.bulkRows} and exists (
         select from deltad.reset known
          where ${known} and known.link is null and known.owner is null) then
      return null;  -- the whole table is read again
    end if;
  end if;
  if ${otherTable(table)} and not deltad.is_partition_of(tg_relid, ${tableNames(table)}) then
    if tg_when ${op("=")} 'BEFORE' then
      return new;
    end if;
    return null;  -- neither the table it was made for nor a partition of it
  end if;

  if tg_when ${op("=")} 'BEFORE' then  -- a row that moves to another partition: statement triggers may not see it
    insert into deltad.reset (source, link, owner)
    select distinct ${source}, moved.link, moved.owner
      from (values ${moved.join(",\n                   ")}) moved(link, names, owner)
     where moved.names
       and ${unknown.join("\n       and ")};
    if not ${TRY_BELL} then
      perform ${ring(limits)};
    end if;
    return new;
  end if;

  if images ${op("=")} 0 then
    perform deltad.skip_capture(${source});
    return null;
  end if;

  if images ${op(">")} ${limits.bulkRows} then  -- too many rows, and their owners were not counted
    insert into deltad.reset (source) values (${source});
  else
    if tg_op ${op("<>")} 'INSERT' then
${image(table, "old", -1)}
    end if;
    if tg_op ${op("<>")} 'DELETE' then
${image(table, "new", 1)}
    end if;
    if not ${TRY_BELL} or ${IS_ITS_TURN} then
      perform ${ring(limits)};
    end if;
    return null;
  end if;
  perform ${ring(limits)};
  return null;
end
`;
}

function image(table: WatchedTable, row: "old" | "new", weight: number): string {
  const columns = table.columns.map((column) => quoteIdentifier(column.name));
  const values = table.columns.map((column) => capturedValue(row, column));
  return `      insert into ${qualifiedName("deltad", `change_${table.source}`)}
             (${wrapped(["change_weight", ...columns], 14)})
      values (${wrapped([String(weight), ...values], 14)});`;
}
