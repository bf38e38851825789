/**
 * Compares the collations of columns that name rows, owners and channels. deltad knows each of these by one text, and PostgreSQL joins tables by
 * them: where it takes different texts for one, a row would be found that was recorded under another name; where two columns have a
 * collation each, it refuses to compare them.
 */
import { type Finding, finding, FindingsError } from "../database/findings.ts";
import type { Queryable } from "../database/session.ts";
import type { OwnerTable } from "../plan/plan.ts";
import { keyColumns, linkColumns, type WatchedTable } from "../plan/watched-table.ts";

/** The tables of one kind of topics as it sees them, and the table whose rows its topics are, where its tables' rows are joined to that. */
export interface NamedRows {
  readonly tables: readonly WatchedTable[];
  readonly owner?: Pick<OwnerTable, "schema" | "table" | "key">;
}

interface NamingColumn {
  readonly schema: string;
  readonly table: string;
  readonly column: string;
}

interface Collation {
  /** As SQL spells it. */
  readonly name: string;
  readonly isDefault: boolean;
  readonly isDeterministic: boolean;
  /** The column's type, or that beneath its domain, is citext, whose collation says nothing of it. */
  readonly isCitext: boolean;
}

/**
 * @param kinds of topics and channels
 * @throws FindingsError that names each column that names nothing reliably, and what to do
 */
export async function validateCollations(session: Queryable, kinds: readonly NamedRows[]): Promise<void> {
  const pairs = kinds.flatMap(({ tables, owner }) =>
    tables.flatMap((table) => [...comparedColumns(table), ...comparedWithOwners(table, owner)]),
  );
  const naming = kinds.flatMap(({ tables }) => tables.flatMap(namingColumns));
  const columns = new Map([...naming, ...pairs.flat()].map((column) => [told(column), column] as const));
  const found = await session.query<Collation & { at: number }>(COLLATIONS, [
    JSON.stringify([...columns.values()].map((column, at) => ({ ...column, at }))),
  ]);
  const names = [...columns.keys()];
  const collations = new Map(found.map(({ at, ...collation }) => [names[at], collation]));
  const problems = [
    ...names.flatMap((column) => ambiguous(column, collations.get(column))),
    ...new Map(pairs.flatMap((pair) => different(pair, collations)).map((one) => [one.meaning, one])).values(),
  ];
  if (problems.length > 0) throw new FindingsError(problems);
}

/** By which the table's rows, and what these name, are found. */
function namingColumns(table: WatchedTable): readonly NamingColumn[] {
  const { schema, table: name, owner, parents = [] } = table;
  const own = [...keyColumns(table), ...linkColumns(owner)].map((column) => ({ schema, table: name, column }));
  const theirs = parents.flatMap((parent) =>
    [...parent.key, ...parent.next].map((column) => ({ ...placeOf(parent), column: column.name })),
  );
  return [...own, ...theirs];
}

/** Of two tables, where PostgreSQL joins one to the other: what names a row, and the key of that row. */
type ComparedColumns = readonly [NamingColumn, NamingColumn];

function comparedWithOwners(table: WatchedTable, owners: NamedRows["owner"]): readonly ComparedColumns[] {
  if (owners?.table === undefined || table.namedIn !== undefined) return [];
  const { schema, table: name, key } = owners;
  const last = table.parents?.at(-1);
  const names = last?.next.map((column) => column.name) ?? linkColumns(table.owner);
  return key.map((column, at) => [
    { ...placeOf(last ?? table), column: names[at] ?? "" },
    { schema, table: name, column: column.name },
  ]);
}

function comparedColumns(table: WatchedTable): readonly ComparedColumns[] {
  const { owner, parents = [], namedIn } = table;
  const toParents = parents.flatMap((parent, at) => {
    const nearer = parents[at - 1];
    const names = nearer === undefined ? linkColumns(owner) : nearer.next.map(({ name }) => name);
    return parent.key.map(
      ({ name }, place) =>
        [
          { ...placeOf(nearer ?? table), column: names[place] ?? "" },
          { ...placeOf(parent), column: name },
        ] as const,
    );
  });
  const lookups = (namedIn?.by ?? []).flatMap((by) =>
    linkColumns(owner).map(
      (column) =>
        [
          { ...placeOf(namedIn ?? table), column: by },
          { ...placeOf(table), column },
        ] as const,
    ),
  );
  return [...toParents, ...lookups];
}

function placeOf({ schema, table }: Pick<NamingColumn, "schema" | "table">) {
  return { schema, table };
}

function told({ schema, table, column }: NamingColumn): string {
  return `${schema}.${table}, column ${column}`;
}

function ambiguous(column: string, collation: Collation | undefined): Finding[] {
  if (collation === undefined) return [];
  const { name, isDeterministic, isCitext } = collation;
  if (isDeterministic && !isCitext) return [];
  const [why, instead] = isCitext
    ? ["is of the type citext", "make the column text"]
    : [`has the nondeterministic collation ${name}`, "give the column a deterministic collation"];
  return [
    finding(
      "column_unsuitable",
      `${column}, ${why}, by which different texts are one: rows, owners and channels are known by one text; ${instead}, or name them by another column.`,
    ),
  ];
}

function different(
  [one, other]: readonly [NamingColumn, NamingColumn],
  collations: ReadonlyMap<string | undefined, Collation>,
): Finding[] {
  const [by, key] = [collations.get(told(one)), collations.get(told(other))];
  if (by === undefined || key === undefined || by.isDefault || key.isDefault || by.name === key.name) return [];
  return [
    finding(
      "column_unsuitable",
      `${told(one)}, has the collation ${by.name} and names rows by ${told(other)}, which has ${key.name}: PostgreSQL compares no columns of two collations; give both the same, or one of them the database's own.`,
    ),
  ];
}

const COLLATIONS = `
with recursive named as (
  select w.at, a.attcollation as collation, a.atttypid as type
    from json_to_recordset($1) as w(at int, schema text, "table" text, "column" text)
    join pg_namespace n on n.nspname = w.schema
    join pg_class c on c.relnamespace = n.oid and c.relname = w."table"
    join pg_attribute a on a.attrelid = c.oid and a.attname = w."column" and not a.attisdropped
), types as (
  select at, type from named
  union
  select y.at, t.typbasetype from types y join pg_type t on t.oid = y.type where t.typtype = 'd'
)
select n.at, k.oid::regcollation::text as name, k.oid = 'pg_catalog."default"'::regcollation as "isDefault",
       k.collisdeterministic as "isDeterministic",
       exists (select from types y join pg_type t on t.oid = y.type where y.at = n.at and t.typname = 'citext') as "isCitext"
  from named n
  join pg_collation k on k.oid = n.collation
 order by n.at`;
