/**
 * Looks at conditions and expressions as PostgreSQL reads them: the same row must give the same answer at any time. What a condition is written with
 * (plan/condition-text.ts) does not tell all. `('to' || 'day')::date` is a date by the clock, and so is `date('to' || 'day')`; `'{now}'` is
 * one where an array of instants is expected, and else a text like any other.
 *
 * So each is made a temporary view, which is gone again before the statement ends, and its parse tree is read. It may call
 * no volatile function, ask for no clock, and make no date of a text that is not written in it. A text that is written in it and has
 * a word for the clock must be as good as one without: if PostgreSQL can't read the condition with another word, it took this one for a date.
 * What rows are added up or grouped by must be of a type for that.
 */
import { ConfigError } from "../config/errors.ts";
import { dollarQuoted, quoteIdentifier, quoteLiteral } from "../database/identifier.ts";
import type { Queryable } from "../database/session.ts";
import { NAMES_A_GROUP } from "../plan/column-type.ts";
import { placedSql, type SqlUse } from "../plan/placed-conditions.ts";
import type { Plan } from "../plan/plan.ts";
import { watchedBy } from "../plan/row-source.ts";
import { rowColumns, type WatchedTable } from "../plan/watched-table.ts";

/** @throws ConfigError naming the first place whose condition can't be used. Where nothing temporary may be made, nothing is found. */
export async function validateConditions(session: Queryable, plan: Plan): Promise<void> {
  const conditions = placedSql(plan);
  if (conditions.length === 0) return;
  const wanted = conditions.map(({ source, sql, use }) => ({
    types: TYPES[use],
    use,
    view: viewOf(sql, watchedBy(plan, source)),
    without: CLOCK_WORD.test(sql.replaceAll("\\", ""))
      ? viewOf(sql.replaceAll(LITERAL, withoutClock), watchedBy(plan, source))
      : null,
  }));
  await session.query(judging(JSON.stringify(wanted)));
  const [row] = await session.query<{ judged: string }>("select current_setting('deltad.conditions') as judged");
  // Of each condition what it must not do, in words; null where it may be used.
  const problems = JSON.parse(row?.judged ?? "[]") as readonly (string | null)[];
  for (const [at, { place }] of conditions.entries()) {
    const problem = problems[at] ?? null;
    if (problem !== null) throw new ConfigError(`${place}: ${problem}`);
  }
}

const CLOCK_WORD = /now|today|tomorrow|yesterday/i;
const LITERAL = /'(?:[^']|'')*'/g;

/** Other words of the same lengths. A backslash says of the next letter that it stands for itself. */
function withoutClock(literal: string): string {
  return literal.replaceAll("\\", "").replaceAll(new RegExp(CLOCK_WORD, "gi"), (word) => "q".repeat(word.length));
}

/** The condition over rows `r`, and `b` for what they were, of the types that it is used with. */
function viewOf(sql: string, table: WatchedTable): string {
  const columns = rowColumns(table).map(
    ({ name, type }) => `null::${type}${type.startsWith("text") ? ' collate "C"' : ""} as ${quoteIdentifier(name)}`,
  );
  const row = `(select ${[...columns, "null::smallint as change_weight"].join(", ")})`;
  return `create temporary view deltad_condition as select (${sql}) as holds from ${row} r, ${row} b`;
}

/** Reading a text as one of these depends on the session's settings, which are always the same, and on no clock. */
const CLOCKLESS_INPUT = ["interval_in", "cash_in"];

/** Types whose text is the same in every session. */
const TEXTUAL = [...NAMES_A_GROUP, "smallint", "integer", "character varying", "character"];

const EXACT = ["smallint", "integer", "bigint", "numeric"];

/** Of what types, in the database's own words, the SQL may be. A condition is used where PostgreSQL wants a boolean. */
const TYPES: Readonly<Record<SqlUse, readonly string[] | null>> = {
  condition: null,
  sum: EXACT,
  number: EXACT,
  group: TEXTUAL,
  text: TEXTUAL,
};

function judging(wanted: string): string {
  const body = `
declare
  wanted json;
  tree text;
  found text;
  judged jsonb := '[]';
begin
  for wanted in select value from json_array_elements(${quoteLiteral(wanted)}::json) loop
    found := null;
    begin
      execute wanted ->> 'view';
      select r.ev_action::text into tree from pg_rewrite r where r.ev_class = 'pg_temp.deltad_condition'::regclass;
      select 'it reads a text as ' || min(format_type(t.oid, null)) || ', which may name an instant by the clock, as now or tomorrow do: keep it in a column of that type'
        into found
        from regexp_matches(tree, ':resulttype (\\d+) :resultcollid', 'g') m
        join pg_type t on t.oid = m[1]::oid
        join pg_proc p on p.oid = t.typinput
       where p.provolatile <> 'i' and p.proname not in (${CLOCKLESS_INPUT.map(quoteLiteral).join(", ")})
      having count(*) > 0;
      if found is null then
        select min(p.proname) || '() gives another result each time: keep one in a column' into found
          from regexp_matches(tree, ':(?:funcid|opfuncid) (\\d+)', 'g') m
          join pg_proc p on p.oid = m[1]::oid
         where p.provolatile = 'v'
        having count(*) > 0;
      end if;
      if found is null and tree ~ '{SQLVALUEFUNCTION ' then
        found := 'conditions have no clock and no user';
      end if;
      if found is null and wanted ->> 'types' is not null then
        select 'it is ' || t.type || case
            when wanted ->> 'use' = 'group' then ': only ${[...NAMES_A_GROUP].join(", ")} can be keys'
            when wanted ->> 'use' = 'text' then ': only ${[...NAMES_A_GROUP].join(", ")} are shown; cast it to one of them, or give { scale: 2 } for a number'
            when wanted ->> 'use' = 'number' then ': only whole numbers and numeric are shown as numbers; make it numeric, as in \${table.column}::numeric'
            when t.type in ('real', 'double precision') then
              ': sums of floating-point numbers are never exact; make it numeric, as in \${table.column}::numeric'
            else ': only whole numbers and numeric are summed; make it numeric' end
          into found
          from (select format_type(atttypid, null) as type from pg_attribute
                 where attrelid = 'pg_temp.deltad_condition'::regclass and attnum = 1) t
         where not (wanted -> 'types')::jsonb ? t.type;
      end if;
      if found is null and wanted ->> 'without' is not null then
        drop view pg_temp.deltad_condition;
        begin
          execute wanted ->> 'without';
        exception when data_exception then
          found := 'conditions have no clock: write no now, today, tomorrow or yesterday where a date or a time is expected';
        end;
      end if;
      raise sqlstate 'DELTA';
    exception
      when sqlstate 'DELTA' then null;
      when data_exception or syntax_error_or_access_rule_violation then
        if sqlstate <> '42501' then
          found := 'PostgreSQL can''t read its ' || case when wanted ->> 'use' = 'condition' then 'condition' else 'expression' end || ': ' || sqlerrm;
        end if;
      when others then null;
    end;
    judged := judged || jsonb_build_array(found);
  end loop;
  perform set_config('deltad.conditions', judged::text, false);
end `;
  return `do ${dollarQuoted(body)}`;
}
