/**
 * The words that SQL written by hand may use in a condition: a closed list, because a condition must give the same answer for a row whenever
 * and wherever it is asked. Every other word (clocks, sequences, settings, subqueries, aggregates, unknown functions) is refused.
 */
const SYNTAX = `and or not is in null true false unknown between symmetric like ilike similar to escape any all array row case when then else end distinct from cast as
  collate at time zone for both leading trailing overlaps isnull notnull epoch century decade year quarter month week day hour minute second isoyear isodow dow doy`;

const TYPES = `smallint integer int int2 int4 int8 bigint numeric decimal real float4 float8 double precision boolean bool text varchar char character varying
  date timestamp timestamptz without with interval uuid json jsonb`;

const FUNCTIONS = `abs ceil ceiling floor round trunc sign mod div greatest least coalesce nullif lower upper initcap length char_length character_length octet_length
  btrim ltrim rtrim trim left right substr substring position strpos split_part starts_with replace translate reverse lpad rpad concat concat_ws md5 regexp_replace
  regexp_match extract date_part date_trunc make_date make_interval to_char isfinite cardinality array_length array_position array_to_string jsonb_typeof
  jsonb_array_length jsonb_extract_path jsonb_extract_path_text num_nulls num_nonnulls`;

const CLOCKS = `now current_date current_time current_timestamp localtime localtimestamp clock_timestamp statement_timestamp transaction_timestamp timeofday age`;

const words = (list: string) => new Set(list.split(/\s+/));

export const ALLOWED_WORDS: ReadonlySet<string> = words(`${SYNTAX} ${TYPES}`);
export const ALLOWED_FUNCTIONS: ReadonlySet<string> = words(FUNCTIONS);
export const CLOCK_WORDS: ReadonlySet<string> = words(CLOCKS);

/** PostgreSQL reads these as the clock where a date or a time is expected. */
export const CLOCK_LITERAL = /^\s*(now|today|tomorrow|yesterday)\b/i;
