import { ConfigError } from "../config/errors.ts";

/** PostgreSQL cuts longer names off without an error; two of them may then mean the same. */
const MAX_BYTES = 63;

/** Words that PostgreSQL 18 does not take as a name everywhere: `pg_get_keywords()` without category U. Older versions have fewer. */
export const KEYWORDS: ReadonlySet<string> = new Set(
  `all analyse analyze and any array as asc asymmetric authorization between bigint binary bit boolean both case cast char
  character check coalesce collate collation column concurrently constraint create cross current_catalog current_date
  current_role current_schema current_time current_timestamp current_user dec decimal default deferrable desc distinct do else
  end except exists extract false fetch float for foreign freeze from full grant greatest group grouping having ilike in
  initially inner inout int integer intersect interval into is isnull join json json_array json_arrayagg json_exists
  json_object json_objectagg json_query json_scalar json_serialize json_table json_value lateral leading least left like limit
  localtime localtimestamp merge_action national natural nchar none normalize not notnull null nullif numeric offset on only
  or order out outer overlaps overlay placing position precision primary real references returning right row select
  session_user setof similar smallint some substring symmetric system_user table tablesample then time timestamp to trailing
  treat trim true union unique user using values varchar variadic verbose when where window with xmlattributes xmlconcat
  xmlelement xmlexists xmlforest xmlnamespaces xmlparse xmlpi xmlroot xmlserialize xmltable`.split(/\s+/),
);

/** A name as SQL takes it, whatever is in it; in quotes only where it needs them. Throws ConfigError for what cannot be a name. */
export function quoteIdentifier(name: string): string {
  const bytes = Buffer.byteLength(name);
  if (bytes === 0 || name.includes("\0"))
    throw new ConfigError(`${JSON.stringify(name)} cannot be a name in PostgreSQL.`);
  if (bytes > MAX_BYTES) throw new ConfigError(`The name ${name} has ${bytes} bytes; PostgreSQL allows ${MAX_BYTES}.`);
  if (/^[a-z_][a-z0-9_]*$/.test(name) && !KEYWORDS.has(name)) return name;
  return `"${name.replaceAll('"', '""')}"`;
}

export function qualifiedName(schema: string, name: string): string {
  return `${quoteIdentifier(schema)}.${quoteIdentifier(name)}`;
}

/** A string as SQL takes it, whatever `standard_conforming_strings` says. */
export function quoteLiteral(text: string): string {
  const quoted = `'${text.replaceAll("'", "''")}'`;
  return text.includes("\\") ? `E${quoted.replaceAll("\\", "\\\\")}` : quoted;
}

/** A function's body between dollar quotes that do not occur in it. */
export function dollarQuoted(body: string): string {
  let tag = "$$";
  for (let i = 1; body.includes(tag); i += 1) tag = `$body${i}$`;
  return `${tag}${body}${tag}`;
}
