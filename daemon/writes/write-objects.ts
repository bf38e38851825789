/**
 * What a database has where clients write rows: the ledger, deltad.operation and deltad.operator_client, and for each set a function. Where no
 * set declares `writes` it has none of them. Owners and rights are settled by the last step of every apply, as deltad.written asks for them:
 * see sql/unsettled.sql.
 */
import { dollarQuoted, quoteLiteral } from "../database/identifier.ts";
import type { Queryable } from "../database/session.ts";
import { readWriteFiles, type SqlFile } from "../database/sql-file.ts";
import { checkWrites } from "./check-writes.ts";
import { writeFunction } from "./write-function.ts";
import { rightsOf, type WrittenSet } from "./written-set.ts";

/** A configuration's part of a migration. */
export interface WriteObjects {
  /** Brings the objects to any database, whatever it has of them; empty where no set is written. */
  readonly text: string;
  /** What this database is to run. */
  readonly textFor: (session: Queryable) => Promise<string>;
  /** Sentences about what it lacks, or has for nothing. */
  readonly faults: (session: Queryable) => Promise<string[]>;
}

export async function writeObjects(sets: readonly WrittenSet[]): Promise<WriteObjects> {
  const text = sets.length === 0 ? "" : textOf(sets, await readWriteFiles());
  return {
    text,
    textFor: async (session) => (sets.length === 0 && (await areInstalled(session)) ? WITHOUT_WRITES : text),
    faults: async (session) => {
      if (sets.length > 0) return (await checkWrites(session, sets)).map(({ meaning }) => meaning);
      return (await areInstalled(session)) ? ["Clients may write rows, and no set declares writes."] : [];
    },
  };
}

async function areInstalled(session: Queryable): Promise<boolean> {
  const [found] = await session.query<{ there: boolean }>("select to_regclass('deltad.written') is not null as there");
  return found?.there === true;
}

function textOf(sets: readonly WrittenSet[], files: readonly SqlFile[]): string {
  return `-- What clients may change, by deltad's own role for it, and what has become of it. Locks nothing of yours.
set local check_function_bodies = off;
${files.map(({ text }) => text).join("\n")}
${takeBack(sets)}
${sets.map((set) => `${writeFunction(set)};`).join("\n\n")}

insert into deltad.written (function_name, schema_name, table_name, privilege, columns) values
${sets.flatMap(rightsOf).map(rightRow).join(",\n")};
`;
}

function rightRow(right: ReturnType<typeof rightsOf>[number]): string {
  const columns = `array[${right.columns.map(quoteLiteral).join(", ")}]::text[]`;
  const names = [right.functionName, right.schema, right.table, right.privilege].map(quoteLiteral);
  return `  (${[...names, columns].join(", ")})`;
}

/** Functions that are no longer wanted go, and what the role might do to tables; it is granted again what it needs. */
function takeBack(sets: readonly WrittenSet[]): string {
  const wanted = sets.map(({ writes }) => quoteLiteral(writes.functionName)).join(", ");
  return `do ${dollarQuoted(`
declare
  statement text;
begin
  for statement in
    select w.statement from deltad.writing_to_take_back() w where w.function_name is null or w.function_name <> all (array[${wanted}]::name[])
  loop
    execute statement;
  end loop;
  delete from deltad.written;
end
`)};`;
}

/** Takes all of it away. */
const WITHOUT_WRITES = `-- Clients write nothing any more. Locks nothing of yours.
do ${dollarQuoted(`
declare
  statement text;
  writer    name;
  writers   constant name[] := array(
    select distinct r.rolname from pg_proc p join pg_roles r on r.oid = p.proowner
     where p.pronamespace = 'deltad'::regnamespace and p.proname like 'write\\_%' and starts_with(r.rolname::text, 'deltad_writer_'));
begin
  if to_regclass('deltad.written') is null then
    return;
  end if;
  for statement in select w.statement from deltad.writing_to_take_back() w loop
    execute statement;
  end loop;
  drop function deltad.refuse_operation, deltad.begin_operation, deltad.end_operation, deltad.refused_outcome,
                deltad.prune_operations, deltad.writing_to_take_back;
  drop table deltad.operation, deltad.operator_client, deltad.written;
  foreach writer in array writers loop
    execute format('drop owned by %I', writer);
    if not deltad.is_used_elsewhere(writer) then
      execute format('drop role %I', writer);
    end if;
  end loop;
end
`)};
`;
