-- What capture depends on, as one short text for each source, {"bookings": "…"}: two that are equal say that nothing has happened in
-- between that lets rows change, or be captured, otherwise than the daemon believes. Compared at every heartbeat.
--
-- Looked at from the caller's snapshot, so that a batch read by the same statement and this text are of one cut. The rows of the
-- catalog are told by their xmin as well: what was changed and changed back is noticed. What is harmless is left out where it can be
-- told apart: pg_class is not compared by xmin, since TRUNCATE, which is captured, and GRANT write there; a rename also writes the
-- table's row type.
--
-- The key "" says which migrations were applied and which guards there are; where it alone differs, nothing need be read again.
create or replace function deltad.fingerprint(watched json) returns text
language plpgsql stable
set search_path = pg_catalog, pg_temp
set jit = off
as $$
begin
  return (
    with recursive root as materialized (
      select w.source, w.columns, c.oid as relid, n.xmin as schema_xmin, c.reltype, c.relrowsecurity, c.relforcerowsecurity,
             deltad.oid as deltad
        from json_to_recordset(watched) as w(source text, schema name, "table" name, columns name[])
        join pg_namespace deltad on deltad.nspname = 'deltad'
        left join pg_namespace n on n.nspname = w.schema
        left join pg_class c on c.relnamespace = n.oid and c.relname = w."table"
    ), node as (
      select source, relid, null::text as link from root where relid is not null
      union all
      select node.source, i.inhrelid, concat_ws(' ', i.inhparent, i.inhdetachpending)
        from node join pg_inherits i on i.inhparent = node.relid
    ), captured as materialized (
      select root.source, a.attname, a.attnum, a.atttypid, a.atttypmod, a.xmin as changed
        from root join pg_attribute a on a.attrelid = root.relid and a.attname = any (root.columns)
    ), type as (
      select source, atttypid as oid from captured
      union
      select type.source, t.typbasetype from type join pg_type t on t.oid = type.oid and t.typtype = 'd'
    ), fact as (
      select source,
             concat_ws(' ', 'root', relid, relrowsecurity, relforcerowsecurity, schema_xmin,
                       (select t.xmin from pg_type t where t.oid = reltype),
                       (select string_agg(concat_ws(' ', p.oid, p.xmin), ',' order by p.oid) from pg_policy p where p.polrelid = relid)) as fact
        from root
      union all
      select node.source,
             concat_ws(' ', 'node', node.relid, node.link, ours.triggers,
                       -- A TRUNCATE of a partition without statement triggers, or with disabled ones, fires none.
                       case when ours.truncates is not true then (select c.relfilenode from pg_class c where c.oid = node.relid) end,
                       (select string_agg(s.srsubid::text, ',' order by s.srsubid) from pg_subscription_rel s where s.srrelid = node.relid))
        from node,
             lateral (select string_agg(concat_ws(' ', t.oid, t.xmin), ',' order by t.oid) as triggers,
                             bool_or(t.tgname = 'deltad_truncate' and t.tgenabled = 'A') as truncates
                        from pg_trigger t
                       where t.tgrelid = node.relid and (t.tgname like 'deltad\_%' or t.tgname like 'zz\_deltad\_%')) ours
      union all
      select source, concat_ws(' ', 'column', attname, attnum, atttypid, atttypmod, changed) from captured
      union all
      select type.source, concat_ws(' ', 'label', e.oid, e.enumtypid, e.enumlabel, e.xmin)
        from type join pg_enum e on e.enumtypid = type.oid
      union all
      select root.source, concat_ws(' ', 'function', p.oid, p.xmin)
        from root join pg_proc p on p.proname in ('capture_insert_' || root.source, 'capture_update_' || root.source,
                                         'capture_delete_' || root.source, 'capture_truncate_' || root.source, 'row_' || root.source)
                          and p.pronamespace = root.deltad
      union all
      -- Whoever empties a change table by TRUNCATE takes unread changes away.
      select root.source, concat_ws(' ', 'relation', c.oid, c.relfilenode)
        from root
        join pg_class c on c.relnamespace = root.deltad
                       and c.relname in ('change_' || root.source, 'reset')
    ), print as (
      select source, md5(string_agg(fact, e'\n' order by fact)) as print from fact group by source
      union all
      select '', md5(concat((select string_agg(concat_ws(' ', m.name, m.checksum), e'\n' order by m.name) from deltad.migration m),
                            (select string_agg(c.oid::text, ' ' order by c.oid)
                               from root join pg_class c on c.relnamespace = root.deltad and c.relname = 'guard_' || root.source)))
    )
    select json_object_agg(source, print order by source)::text from print
  );
end
$$;
