/** Finds what a database lacks of what clients may write, right now. Needs no rights beyond those of the role of daemons. */
import { createHash } from "node:crypto";
import { APPLY, type Finding, finding } from "../database/findings.ts";
import type { Queryable } from "../database/session.ts";
import { ARGUMENTS, writeBody } from "./write-function.ts";
import { functionOf, rightsOf, type WrittenSet } from "./written-set.ts";

/** None: each set's function is what `migrate apply` makes, and may do what it must. */
export async function checkWrites(session: Queryable, sets: readonly WrittenSet[]): Promise<Finding[]> {
  if (sets.length === 0) return [];
  const wanted = sets.map((set) => ({
    place: `channels.${set.plan.kind}.rows.${set.set.name}`,
    called: `${functionOf(set.writes)}(${ARGUMENTS})`,
    digest: createHash("sha256").update(writeBody(set)).digest("hex"),
    rights: rightsOf(set),
  }));
  const states = await session.query<State>(STATES, [JSON.stringify(wanted)]);
  return states.flatMap(({ place, called, same, allowed, lacking }) => {
    const lacks = (meaning: string): Finding => finding("writes_lacking", `${place}: ${meaning}`, APPLY);
    if (!same) return [lacks(`${called} is missing, or not as apply makes it.`)];
    return [
      ...(allowed ? [] : [lacks(`daemons may not call ${called}.`)]),
      ...lacking.map((right) => lacks(`its role may not ${right}.`)),
    ];
  });
}

interface State {
  readonly place: string;
  readonly called: string;
  /** The function is there, with this body, settings and an owner that is deltad's. */
  readonly same: boolean;
  /** Daemons may call it, and refuse an operation. */
  readonly allowed: boolean;
  readonly lacking: readonly string[];
}

const STATES = `
select w.place, w.called,
       coalesce(p.prosecdef and p.proconfig = array['search_path=pg_catalog, pg_temp']
                and starts_with(pg_get_userbyid(p.proowner)::text, 'deltad_writer_')
                and encode(sha256(convert_to(p.prosrc, 'UTF8')), 'hex') = w.digest, false) as same,
       coalesce(has_function_privilege(daemon.oid, p.oid, 'execute')
                and has_function_privilege(daemon.oid, refuse.oid, 'execute')
                and has_table_privilege(daemon.oid, ledger.oid, 'select'), false) as allowed,
       array(select distinct case r.privilege when 'DELETE' then 'delete from' else format('%s %s of', lower(r.privilege), quote_ident(c.name)) end
                    || format(' %I.%I', r.schema, r."table")
               from json_to_recordset(w.rights) as r(schema text, "table" text, privilege text, columns json)
               left join lateral json_array_elements_text(r.columns) c(name) on true
               left join pg_namespace n on n.nspname = r.schema
               left join pg_class t on t.relnamespace = n.oid and t.relname = r."table"
               left join pg_attribute a on a.attrelid = t.oid and a.attname = c.name and not a.attisdropped
              where case when r.privilege = 'DELETE' then has_table_privilege(p.proowner, t.oid, 'delete')
                         else has_column_privilege(p.proowner, t.oid, a.attnum, r.privilege) end is not true) as lacking
  from json_to_recordset($1::json) as w(place text, called text, digest text, rights json)
  left join pg_proc p on p.oid = to_regprocedure(w.called)
  left join pg_proc refuse on refuse.proname = 'refuse_operation' and refuse.pronamespace = p.pronamespace
  left join pg_class ledger on ledger.relname = 'operation' and ledger.relnamespace = p.pronamespace
  left join (select to_regrole(quote_ident(i.daemon_role))::oid as oid from deltad.install i) daemon on true`;
