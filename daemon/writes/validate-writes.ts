/** Compares what clients may write with the database, before anything is made for it. */
import { nearest } from "../config/nearest.ts";
import { type Finding, finding, FindingsError } from "../database/findings.ts";
import type { Queryable } from "../database/session.ts";
import { insertedColumns } from "../plan/writes-plan.ts";
import { rightsOf, type WriteRight, type WrittenSet } from "./written-set.ts";

/** A table that a write function touches. */
interface DatabaseTable {
  readonly schema: string;
  readonly table: string;
  readonly found: boolean;
  readonly columns: readonly DatabaseColumn[];
}

interface DatabaseColumn {
  readonly name: string;
  /** Computed from others, or always an identity: nobody gives it a value. */
  readonly generated: boolean;
  /** It must have a value, and has none by itself. */
  readonly needed: boolean;
}

/** Throws one FindingsError that names every column that can't be written or looked at as declared, and why. */
export async function validateWrites(session: Queryable, sets: readonly WrittenSet[]): Promise<void> {
  if (sets.length === 0) return;
  const rights = sets.map((set) => ({ set, rights: rightsOf(set) }));
  const named = rights.flatMap((one) => one.rights.map(({ schema, table }) => ({ schema, table })));
  const tables = await session.query<DatabaseTable>(TABLES, [JSON.stringify(named)]);
  const tableOf = ({ schema, table }: Pick<WriteRight, "schema" | "table">): DatabaseTable | undefined =>
    tables.find((candidate) => candidate.schema === schema && candidate.table === table);
  const problems = rights.flatMap(({ set, rights: wanted }) => {
    const place = `channels.${set.plan.kind}.rows.${set.set.name}.writes`;
    return [
      ...wanted.flatMap((right) => rightProblems(place, right, tableOf(right))),
      ...insertProblems(place, set, tableOf(set.table)),
    ];
  });
  const unique = [...new Map(problems.map((problem) => [problem.meaning, problem])).values()];
  if (unique.length > 0) throw new FindingsError(unique);
}

function rightProblems(place: string, right: WriteRight, table: DatabaseTable | undefined): Finding[] {
  const name = `${right.schema}.${right.table}`;
  if (!table?.found) return [finding("table_missing", `${place}: there is no table or view ${name}.`)];
  return right.columns.flatMap((wanted) => {
    const column = table.columns.find((candidate) => candidate.name === wanted);
    if (column === undefined) {
      const near = nearest(
        wanted,
        table.columns.map((candidate) => candidate.name),
      );
      const hint = near === undefined ? "." : `: did you mean ${near}?`;
      return [finding("column_missing", `${place}: ${name} has no column ${wanted}${hint}`)];
    }
    if (right.privilege === "SELECT" || !column.generated) return [];
    const meaning = `${place}: ${name}, column ${wanted}, is generated always: take it out of what clients write.`;
    return [finding("column_unwritable", meaning)];
  });
}

/** An insert without them would always fail. */
function insertProblems(
  place: string,
  { set, writes, table }: WrittenSet,
  found: DatabaseTable | undefined,
): Finding[] {
  if (writes.insert === undefined || found === undefined) return [];
  const given = insertedColumns(writes.insert, set);
  return found.columns
    .filter(({ name, needed }) => needed && !given.includes(name))
    .map(({ name }) => {
      const meaning = `${place}.insert: ${table.schema}.${table.table}, column ${name}, must have a value and has no default: name it in data, in insert.columns or in insert.defaults, or give it a default.`;
      return finding("column_unwritable", meaning);
    });
}

const TABLES = `
select distinct on (w.schema, w."table") w.schema, w."table", c.oid is not null as found,
       (select coalesce(json_agg(json_build_object(
                 'name', a.attname,
                 'generated', a.attgenerated <> '' or a.attidentity = 'a',
                 -- A trigger may give it one.
                 'needed', a.attnotnull and not a.atthasdef and a.attidentity = ''
                           and not exists (select from pg_trigger t where t.tgrelid = c.oid and t.tgtype & 7 = 7))), '[]')
          from pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped) as columns
  from json_to_recordset($1) as w(schema text, "table" text)
  left join pg_namespace n on n.nspname = w.schema
  left join pg_class c on c.relnamespace = n.oid and c.relname = w."table" and c.relkind in ('r', 'p', 'v', 'm', 'f')`;
