-- The function of deltad's event triggers: where DDL concerns what is captured, the transaction itself has the daemons read the owners
-- again, and no write fail by a column that is gone; see deltad.watch_ddl(). It makes no DDL fail: what it can't do, the daemons' heartbeat notices.
create or replace function deltad.after_ddl() returns event_trigger
language plpgsql security definer
set search_path = pg_catalog, pg_temp
set jit = off
as $$
declare
  ddl       record;
  relation  oid;
  concerned text;
begin
  case tg_event
    when 'ddl_command_end' then
      -- It is told of no table, and may have filled one that no row trigger captures, all between two heartbeats.
      if tg_tag = 'DROP SUBSCRIPTION' then
        perform deltad.reset_source(s.source) from deltad.source s;
      end if;
      for ddl in select c.classid, c.objid, c.objsubid, c.object_type from pg_event_trigger_ddl_commands() c loop
        if ddl.classid in ('pg_type'::regclass, 'pg_namespace'::regclass) then
          perform deltad.reset_source(s.source)
             from pg_trigger t
             join pg_class r on r.oid = t.tgrelid
            cross join lateral deltad.sources_of(r.oid) s(source)
            where t.tgname = 'deltad_insert'
              and (ddl.classid = 'pg_namespace'::regclass and r.relnamespace = ddl.objid
                   or ddl.classid = 'pg_type'::regclass
                      and exists (select from pg_attribute a join pg_type own on own.oid = a.atttypid
                                   where a.attrelid = r.oid and ddl.objid in (own.oid, own.typbasetype)));
          continue;
        end if;
        relation := ddl.objid;
        if ddl.classid = 'pg_trigger'::regclass then
          relation := (select t.tgrelid from pg_trigger t where t.oid = ddl.objid);
        end if;
        for concerned in select deltad.sources_of(relation) loop
          if ddl.object_type = 'table column' then -- it was renamed
            perform deltad.follow_columns(concerned, (
              select a.attname from pg_attribute a where a.attrelid = ddl.objid and a.attnum = ddl.objsubid and not a.attisdropped));
          end if;
          if deltad.touched_by_ddl(concerned, relation) then
            perform deltad.reset_source(concerned);
          end if;
        end loop;
      end loop;

    when 'sql_drop' then
      for concerned in
        select distinct s.source
          from pg_event_trigger_dropped_objects() d
         cross join lateral deltad.sources_of(d.objid) s(source)
         where d.object_type = 'table column'
      loop
        perform deltad.follow_columns(concerned);
      end loop;

      for ddl in
        select d.address_names
          from pg_event_trigger_dropped_objects() d
         where d.object_type = 'trigger' and (d.object_identity like 'deltad\_%' or d.object_identity like 'zz\_deltad\_%')
      loop
        -- Names may be looked up only with a right to the schema.
        relation := (select c.oid from pg_class c join pg_namespace n on n.oid = c.relnamespace
                      where n.nspname = ddl.address_names[1] and c.relname = ddl.address_names[2]);
        if relation is not null then
          perform deltad.reset_source(source) from deltad.sources_of(relation) source;
        else
          -- A table is gone, and nothing says whose partition it was.
          perform deltad.reset_source(source)
             from (select distinct s.source
                     from pg_trigger t
                     join pg_class r on r.oid = t.tgrelid and r.relkind = 'p'
                    cross join lateral deltad.sources_of(r.oid) s(source)
                    where t.tgname = 'deltad_insert') partitioned;
        end if;
      end loop;

    when 'table_rewrite' then
      perform deltad.reset_source(source) from deltad.sources_of(pg_event_trigger_table_rewrite_oid()) source;
  end case;
exception when others then
  raise warning 'deltad: % (daemons notice this DDL at their next heartbeat)', sqlerrm;
end
$$;
