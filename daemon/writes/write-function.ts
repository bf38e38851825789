/**
 * The function of one set of rows by which clients change them: `deltad."write_<kind>.<set>"`. It does one operation, or finds that it was done
 * before, and writes down what became of it, all in the caller's transaction.
 *
 * It runs as a role that may do nothing but what `writes` declares (`rightsOf` of written-set.ts), so that the application's constraints,
 * triggers and row-level security apply, and a mistake here can change no other column. Its search_path is pinned; names are quoted into the
 * text; values come as JSON and are never part of a text but as literals that PostgreSQL quotes.
 *
 * The row is locked, and read once more by a statement of its own: what is compared with the client's base is the latest committed
 * value, whoever wrote it, and nobody changes it before this transaction ends. Two who write at the same time take turns, on whichever daemons.
 *
 * A local block catches what PostgreSQL refuses, and its changes are gone; the refusal is then the outcome. What may pass later is raised
 * again: nothing is written down, and the client repeats it.
 */
import { dollarQuoted, qualifiedName, quoteIdentifier, quoteLiteral } from "../database/identifier.ts";
import { wideRow } from "../plan/channel-select.ts";
import type { InsertPlan, RegisterPlan, WrittenField } from "../plan/writes-plan.ts";
import { columnOf, functionOf, readColumns, type WrittenSet } from "./written-set.ts";
import { mayWrite } from "./writer-sql.ts";

/** The types of its arguments. */
export const ARGUMENTS = "uuid, bigint, bytea, text, text[], jsonb, text, jsonb, boolean";

/** `create or replace function …`, without a semicolon. */
export function writeFunction(written: WrittenSet): string {
  return `create or replace function ${functionOf(written.writes)}(
  _client uuid, _seq bigint, _digest bytea, _subject text, _topics text[], _claims jsonb, _channel text, _asked jsonb, _is_alone boolean
) returns jsonb
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as ${dollarQuoted(writeBody(written))}`;
}

/** As PostgreSQL keeps it in `pg_proc.prosrc`. */
export function writeBody(written: WrittenSet): string {
  const { plan, writes } = written;
  const { registers, insert, isDeletable, by, claims } = writes;
  const branches = [
    ...registers.map((register) => [
      `_asked ->> 'op' = 'set' and _asked ->> 'register' = ${quoteLiteral(register.name)}`,
      setBlock(written, register),
    ]),
    ...(insert === undefined ? [] : [["_asked ->> 'op' = 'insert'", insertBlock(written, insert)]]),
    ...(isDeletable ? [["_asked ->> 'op' = 'delete'", deleteBlock(written)]] : []),
  ];
  return `
#variable_conflict use_variable
declare
  _outcome    jsonb := deltad.begin_operation(_client, _seq, _digest, _subject);
  _state      text;
  _constraint text;
begin
  if _outcome is not null then
    return _outcome;
  end if;${claims === undefined ? "" : `\n  perform set_config(${quoteLiteral(claims)}, _claims::text, true);`}
  _outcome := '{"outcome": "forbidden"}';
  if ${mayWrite(plan, by)} then
    begin
      ${branches.map(([condition, block]) => `if ${condition} then${block}`).join("\n      els")}
      end if;
      -- A constraint that is checked at the commit is checked here, where its refusal can be written down.
      if _is_alone then
        set constraints all immediate;
      end if;
    exception when others then
      get stacked diagnostics _state = returned_sqlstate, _constraint = constraint_name;
      _outcome := deltad.refused_outcome(_state, _constraint);
      if _outcome is null then
        raise;
      end if;
    end;
  end if;
  return deltad.end_operation(_client, _seq, _digest, _subject, ${quoteLiteral(plan.kind)}, _channel, _outcome);
end
`;
}

function setBlock(written: WrittenSet, { isChecked, fields }: RegisterPlan): string {
  const { set } = written;
  const shown = fields.map(({ name, shown: value }) => `${quoteLiteral(name)}, ${value}`);
  const values = fields.map(
    (field, at) => `\n          _v${at} ${typeOf(written, field.column)} := ${valueOf(field)};`,
  );
  const assignments = fields.map(({ column }, at) => `${quoteIdentifier(column)} = _v${at}`);
  const unseen = "_now is distinct from (_asked -> 'base') and _now is distinct from (_asked -> 'value')";
  const refused = isChecked
    ? `
          elsif ${unseen} then
            _outcome := jsonb_build_object('outcome', 'conflict', 'current', _now);`
    : "";
  const overwrote = isChecked
    ? ""
    : `
                             when ${unseen}
                             then jsonb_build_object('outcome', 'applied', 'overwrote', _now)`;
  return `
        declare
          _key ${typeOf(written, set.key)} := _asked ->> 'key';
          _in ${typeOf(written, set.channel)} := _channel;${values.join("")}
          _now jsonb;
        begin
          perform from ${tableOf(written)} t where ${isRow(written)} for no key update of t;
          if found then
            select jsonb_build_object(${shown.join(", ")}) into _now
              from ${tableOf(written)} t cross join lateral (${wideRow("t", readColumns(written))}) r
             where ${isRow(written)} and ${set.where};
          end if;
          if not found then
            _outcome := '{"outcome": "gone"}';${refused}
          else
            update ${tableOf(written)} t set ${assignments.join(", ")} where ${isRow(written)};
            _outcome := case when not found then '{"outcome": "forbidden"}'::jsonb${overwrote}
                             else '{"outcome": "applied"}'::jsonb end;
          end if;
        end;`;
}

/** A column that is not given has its default, which only a statement without it can say. */
function insertBlock(written: WrittenSet, { makesKey, fields, defaults }: InsertPlan): string {
  const { set } = written;
  const given: readonly (readonly [column: string, value: string])[] = [
    ...(makesKey ? [] : ([[set.key, "_asked ->> 'key'"]] as const)),
    [set.channel, "_channel"],
    ...defaults.map(({ column, value }) => [column, value === undefined ? "_subject" : quoteLiteral(value)] as const),
  ];
  const optional = fields.map(
    (field) => `
          if _asked -> 'value' ? ${quoteLiteral(field.name)} then
            _columns := _columns || ${quoteLiteral(`, ${quoteIdentifier(field.column)}`)};
            _values := _values || ', ' || quote_nullable((${valueOf(field)})::text);
          end if;`,
  );
  const made = makesKey ? "jsonb_build_object('outcome', 'applied', 'key', _made)" : `'{"outcome": "applied"}'::jsonb`;
  return `
        declare
          _columns text := ${quoteLiteral(given.map(([column]) => quoteIdentifier(column)).join(", "))};
          _values text := ${given.map(([, value]) => `quote_nullable(${value})`).join(" || ', ' || ")};
          _made text;
        begin${optional.join("")}
          execute ${quoteLiteral(`insert into ${tableOf(written)} as t (`)} || _columns || ') values (' || _values
                  || ${quoteLiteral(`) returning ${columnOf("t", set.key)}::text`)} into _made;
          _outcome := case when _made is null then '{"outcome": "forbidden"}'::jsonb else ${made} end;
        end;`;
}

function deleteBlock(written: WrittenSet): string {
  const { set } = written;
  return `
        declare
          _key ${typeOf(written, set.key)} := _asked ->> 'key';
          _in ${typeOf(written, set.channel)} := _channel;
        begin
          delete from ${tableOf(written)} t
           where ${isRow(written)} and exists (select from (${wideRow("t", readColumns(written))}) r where ${set.where});
          _outcome := case when found then '{"outcome": "applied"}' else '{"outcome": "gone"}' end;
        end;`;
}

/** SQL of a value as JSON has it, to be taken by a variable of the column's type or by a literal. */
function valueOf({ name, form }: Pick<WrittenField, "name" | "form">): string {
  const value = `_asked -> 'value' -> ${quoteLiteral(name)}`;
  if (form === "json") return `nullif(${value}, 'null')`;
  if (typeof form === "string") return `_asked -> 'value' ->> ${quoteLiteral(name)}`;
  const items = `select i.item from jsonb_array_elements_text(${value}) with ordinality i(item, place) order by i.place`;
  return `case when jsonb_typeof(${value}) = 'array' then array(${items}) end`;
}

function isRow({ set }: WrittenSet): string {
  return `${columnOf("t", set.key)} = _key and ${columnOf("t", set.channel)} = _in`;
}

function tableOf({ table }: WrittenSet): string {
  return qualifiedName(table.schema, table.table);
}

function typeOf(written: WrittenSet, column: string): string {
  return `${tableOf(written)}.${quoteIdentifier(column)}%type`;
}
