/**
 * Whose text is the same in every session. A column that the configuration reads as text is captured as the text that it has in the session
 * that writes, and loaded as the one that it has in the daemon's: a type that prints itself by a setting (DateStyle, IntervalStyle,
 * extra_float_digits, bytea_output, lc_monetary, search_path, …) would count under two names. That a type's output function is called
 * immutable says nothing: those of bytea and of floats are.
 *
 * So only types on this list are taken, and what is made of them: enums, and domains, arrays, ranges, multiranges and composites over
 * them. A type that is not known is refused.
 */
import { quoteLiteral } from "../database/identifier.ts";

/** Base types of PostgreSQL. A test holds them against those of each server, by values printed under different settings. */
export const STABLE_TYPES: readonly string[] =
  `bit bool bpchar char cid cidr inet int2 int4 int8 json jsonb jsonpath macaddr macaddr8 name numeric oid
  pg_lsn pg_snapshot refcursor text tid tsquery tsvector txid_snapshot uuid varbit varchar xid xid8`.split(/\s+/);

/** Extensions all of whose types are so. */
const STABLE_EXTENSIONS = ["citext", "hstore", "ltree"];

/**
 * CTEs after one `beneath (attrelid, attnum, type)`, for a WITH RECURSIVE: `unstable (attrelid, attnum, type)` has what is in a column
 * and prints itself differently from session to session, or may do so.
 */
export const UNSTABLE = `parts as (
  select attrelid, attnum, type from beneath
  union
  select p.attrelid, p.attnum, i.type
    from parts p
    join pg_type t on t.oid = p.type
   cross join lateral (
     select t.typelem as type where t.typcategory = 'A'
     union all
     select t.typbasetype where t.typtype = 'd'
     union all
     select r.rngsubtype from pg_range r where t.oid in (r.rngtypid, r.rngmultitypid)
     union all
     select a.atttypid from pg_attribute a where t.typtype = 'c' and a.attrelid = t.typrelid and a.attnum > 0 and not a.attisdropped) i
), unstable as (
  select p.attrelid, p.attnum, p.type
    from parts p
    join pg_type t on t.oid = p.type
   where t.typtype not in ('c', 'd', 'e', 'm', 'r') and t.typcategory <> 'A'
     and not (t.typnamespace = 'pg_catalog'::regnamespace and t.typname in (${STABLE_TYPES.map(quoteLiteral).join(", ")}))
     and not exists (select from pg_depend d join pg_extension e on e.oid = d.refobjid
                      where d.classid = 'pg_type'::regclass and d.objid = t.oid and d.refclassid = 'pg_extension'::regclass and d.deptype = 'e'
                        and e.extname in (${STABLE_EXTENSIONS.map(quoteLiteral).join(", ")}))
)`;

/** Types that a configuration can read as what they are. */
const HAVE_A_FORM = /^(date|time|timestamp|interval|real|double precision)\b[^[]*$/;

/** @param base the column's type without modifiers, as PostgreSQL spells it */
export function insteadOfText(base: string): string {
  if (HAVE_A_FORM.test(base)) return "declare it there as it is";
  if (base.endsWith("range")) return "keep its bounds in columns of their own, and declare those";
  if (base === "money") return "make it numeric(p, s)";
  if (base === "bytea") return "keep encode(…, 'hex') of it in a column generated always as text, and declare that";
  if (base === "xml" || base.startsWith("reg")) return "make it text";
  return "keep what is needed of it in a text column, and declare that";
}
