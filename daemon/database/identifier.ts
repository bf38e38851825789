import { ConfigError } from "../config/errors.ts";
import { KEYWORDS } from "./keywords.ts";

/** PostgreSQL cuts longer names off without an error; two of them may then mean the same. */
const MAX_BYTES = 63;

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
