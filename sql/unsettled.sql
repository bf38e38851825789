-- What is not as it must be about the owners, rights and comments of deltad's objects, in the order in which the statements mend it.
-- Everything in schema deltad belongs to one role, which nobody logs in as, but for the functions by which clients write: those are another
-- one's, which may do nothing but what deltad.written says; PUBLIC may do nothing; the role of daemons may do what
-- deltad.daemon_rights() says, and read the captured columns; a partitioned table's owner may make partitions of it; what others were granted is theirs. Every comment begins with the version,
-- that of a trigger, which is on a table of others, with that of the deltad that made or changed it: a newer one leaves the table alone.
create or replace function deltad.unsettled(version text, configuration text) returns table (problem text, statement text)
language plpgsql stable
set search_path = pg_catalog, pg_temp
set jit = off
as $$
declare
  holder      constant name := (select pg_get_userbyid(n.nspowner) from pg_namespace n where n.nspname = 'deltad');
  capture     constant name := deltad.wanted_role('deltad_capture_', holder);
  capture_oid constant oid := to_regrole(quote_ident(capture));
  known       constant name := (select i.daemon_role from deltad.install i);
  daemon      constant name := deltad.wanted_role('deltad_daemon_', known);
  daemon_oid  constant oid := to_regrole(quote_ident(daemon));
  former_oid  constant oid := case when known <> daemon then to_regrole(quote_ident(known)) end;
  -- Null where clients write nothing.
  writer      constant name := (
    select deltad.wanted_role('deltad_writer_', pg_get_userbyid(p.proowner))
      from pg_proc p where p.pronamespace = 'deltad'::regnamespace and p.proname like 'write\_%'
     order by starts_with(pg_get_userbyid(p.proowner)::text, 'deltad_writer_') desc limit 1);
  writer_oid  constant oid := to_regrole(quote_ident(writer));
  -- In a copy, the original's.
  past_writer constant name := (
    select distinct pg_get_userbyid(p.proowner)
      from pg_proc p
     where p.pronamespace = 'deltad'::regnamespace and p.proname like 'write\_%'
       and starts_with(pg_get_userbyid(p.proowner)::text, 'deltad_writer_') and pg_get_userbyid(p.proowner) <> writer
     limit 1);
  modern      constant boolean := current_setting('server_version_num')::int >= 160000;
begin
  return query
    select format('The role %I does not exist.', wanted), format('create role %I nologin', wanted)
      from unnest(array[capture, daemon, writer]) wanted where wanted is not null and to_regrole(quote_ident(wanted)) is null;

  -- Who applies hands over what is made here, and puts its functions into triggers: from PostgreSQL 16 on that is to inherit from the
  -- role and to set it.
  return query
    select format('%I is not a member of %I.', current_user, role.name),
           format('grant %I to %I', role.name, current_user) || case when modern then ' with inherit true, set true' else '' end
      from (values (capture, capture_oid), (writer, writer_oid)) role(name, oid)
     where role.name is not null
       and not (select rolsuper from pg_roles where rolname = current_user)
       and (role.oid is null or not pg_has_role(role.oid, 'usage')
            or not pg_has_role(role.oid, case when modern then 'set' else 'member' end));

  if known is null then
    return query select 'This database is not written down as where deltad was installed.', format(
      'insert into deltad.install (version, configuration, daemon_role, database_name, database_oid, system_identifier)
       select %L, %L, %L, d.datname, d.oid, c.system_identifier from pg_database d, pg_control_system() c where d.datname = current_database()',
      version, configuration, daemon);
  elsif known <> daemon then
    return query select format('The role of daemons is %I, which this database can''t have.', known),
                        format('update deltad.install set daemon_role = %L', daemon);
  end if;
  return query
    select format('The installed version is %s, of configuration %s.', i.version, i.configuration),
           format('update deltad.install set version = %L, configuration = %L', unsettled.version, unsettled.configuration)
      from deltad.install i
     where (i.version, i.configuration) <> (unsettled.version, unsettled.configuration);

  return query
    with object as (
      select 0 as place, 'schema' as kind, quote_ident(n.nspname) as called, n.nspname as name, n.nspowner as owner,
             coalesce(n.nspacl, acldefault('n', n.nspowner)) as acl, obj_description(n.oid, 'pg_namespace') as comment,
             'change tables and capture functions for live dashboards' as purpose
        from pg_namespace n where n.nspname = 'deltad'
      union all
      select 1, case c.relkind when 'S' then 'sequence' when 'v' then 'view' else 'table' end, format('deltad.%I', c.relname), c.relname,
             c.relowner, coalesce(c.relacl, acldefault(case c.relkind when 'S' then 's' else 'r' end::"char", c.relowner)),
             obj_description(c.oid, 'pg_class'),
             case when c.relname = 'status' then 'what deltad does in this database, a row for each source'
                  when s.source is not null
                  then format(case c.relname when 'change_' || s.source then 'changes of %I.%I' else 'holds the captured columns of %I.%I fast' end,
                              s.schema_name, s.table_name) end
        from pg_class c
        left join deltad.source s on c.relname in ('change_' || s.source, 'guard_' || s.source)
       where c.relnamespace = 'deltad'::regnamespace and c.relkind in ('r', 'p', 'v', 'S')
         and not exists (select from pg_depend d
                          where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'i' and c.relkind = 'S')
      union all
      select 2, case p.prokind when 'p' then 'procedure' else 'function' end, p.oid::regprocedure::text, p.proname,
             p.proowner, coalesce(p.proacl, acldefault('f', p.proowner)), obj_description(p.oid, 'pg_proc'),
             case when p.proname like 'write\_%' then 'writes rows for clients'
                  else (select format('captures %I.%I', s.schema_name, s.table_name) from deltad.source s where s.functions ? p.proname::text limit 1)
             end
        from pg_proc p where p.pronamespace = 'deltad'::regnamespace
    ), granted as (
      select o.place, o.called, g.grantee, g.privilege_type as privilege
        from object o, aclexplode(o.acl) g where g.grantee <> o.owner
    ), wanted as (
      select o.place, o.called, o.kind, r.privilege
        from object o join deltad.daemon_rights() r on r.object = o.name and (o.place < 2) = (r.privilege <> 'EXECUTE')
    ), difference as (
      select o.place, 0 as rank, format('%s %s belongs to %I.', o.kind, o.called, pg_get_userbyid(o.owner)) as problem,
             case when o.name like 'write\_%' and o.place = 2
                  -- Only who could make a function in the schema may be given one.
                  then format('grant create on schema deltad to %2$I; alter function %1$s owner to %2$I; revoke create on schema deltad from %2$I',
                              o.called, writer)
                  else format('alter %s %s owner to %I', o.kind, o.called, capture) end as statement
        from object o
       where o.owner is distinct from case when o.name like 'write\_%' and o.place = 2 then writer_oid else capture_oid end
      union all
      select distinct o.place, 1, format('PUBLIC may use %s %s.', o.kind, o.called),
             format('revoke all on %s %s from public', case o.kind when 'view' then 'table' else o.kind end, o.called)
        from object o join granted g on g.place = o.place and g.called = o.called and g.grantee = 0
      union all
      select w.place, 2, format('%I may not %s %s.', daemon, w.privilege, w.called),
             format('grant %s on %s %s to %I', w.privilege, case w.kind when 'view' then 'table' else w.kind end, w.called, daemon)
        from wanted w
       where not exists (select from granted g
                          where g.place = w.place and g.called = w.called and g.grantee = daemon_oid and g.privilege = w.privilege)
      union all
      select o.place, 3, format('%I may %s %s.', pg_get_userbyid(g.grantee), g.privilege, o.called),
             format('revoke %s on %s %s from %I', g.privilege, case o.kind when 'view' then 'table' else o.kind end, o.called,
                    pg_get_userbyid(g.grantee))
        from object o join granted g on g.place = o.place and g.called = o.called and g.grantee in (daemon_oid, former_oid)
       where g.grantee is not distinct from former_oid
          or not exists (select from wanted w where w.place = o.place and w.called = o.called and w.privilege = g.privilege)
      union all
      select o.place, 4, format('The comment on %s %s is not of version %s.', o.kind, o.called, version),
             format('comment on %s %s is %L', o.kind, o.called, c.text)
        from object o cross join lateral (select concat_ws(': ', 'deltad ' || version, o.purpose) as text) c
       where o.comment is distinct from c.text
    )
    select d.problem, d.statement from difference d order by d.place, d.rank, d.statement collate "C";

  -- What this very transaction has written has an age of 0 or less. PostgreSQL's copies on partitions have no comments.
  return query
    with made as (
      select t.tgname as name, format('trigger %I on %I.%I', t.tgname, n.nspname, c.relname) as called, obj_description(t.oid, 'pg_trigger') as comment,
             age(t.xmin) <= 0 as is_new, format('captures %I.%I', s.schema_name, s.table_name) as purpose
        from pg_trigger t
        join pg_proc p on p.oid = t.tgfoid and p.pronamespace = 'deltad'::regnamespace
        join deltad.source s on s.functions ? p.proname::text
        join pg_class c on c.oid = t.tgrelid and pg_has_role(c.relowner, 'usage')
        join pg_namespace n on n.oid = c.relnamespace
       where t.tgparentid = 0
      union all
      select e.evtname, format('event trigger %I', e.evtname), obj_description(e.oid, 'pg_event_trigger'), age(e.xmin) <= 0, 'tells of DDL on watched tables'
        from pg_event_trigger e
        join pg_proc p on p.oid = e.evtfoid and p.pronamespace = 'deltad'::regnamespace
       where pg_has_role(e.evtowner, 'usage')
    )
    select format('The comment on %s is not of the version that made it.', m.called),
           format('comment on %s is %L', m.called, 'deltad ' || version || ': ' || m.purpose)
      from made m
     where m.comment is null or m.comment !~ '^deltad \d'
        or m.is_new and m.comment is distinct from 'deltad ' || version || ': ' || m.purpose
     order by m.called collate "C";

  return query
    with watched as (
      select c.oid, c.relnamespace, s.schema_name, s.table_name, s.columns, s.source
        from deltad.source s
        join pg_namespace n on n.nspname = s.schema_name
        join pg_class c on c.relnamespace = n.oid and c.relname = s.table_name
    ), unreadable as (
      select w.source, w.schema_name, w.table_name, string_agg(format('%I', a.attname), ', ' order by a.attnum) as columns
        from watched w
        join pg_attribute a on a.attrelid = w.oid and w.columns ? a.attname::text
       where daemon_oid is null or not has_column_privilege(daemon_oid, w.oid, a.attnum, 'select')
       group by w.source, w.schema_name, w.table_name
    )
    -- PostgreSQL copies a row trigger to a partition only for who may execute its function. Without a right to the schema nobody can
    -- name it, and so put it on another table.
    select distinct format('%I may not make partitions of %I.%I.', pg_get_userbyid(c.relowner), w.schema_name, w.table_name),
           format('grant execute on function %s to %I', p.oid::regprocedure, pg_get_userbyid(c.relowner))
      from watched w
      join pg_class c on c.oid = w.oid and c.relkind = 'p' and c.relowner is distinct from capture_oid
      join pg_trigger t on t.tgrelid = c.oid and t.tgtype & 1 = 1
      join pg_proc p on p.oid = t.tgfoid and p.pronamespace = 'deltad'::regnamespace
     where not exists (select from aclexplode(p.proacl) g where g.grantee = c.relowner and g.privilege_type = 'EXECUTE')
    union all
    select distinct format('%I may not use schema %I.', daemon, w.schema_name),
           format('grant usage on schema %I to %I', w.schema_name, daemon)
      from watched w where daemon_oid is null or not has_schema_privilege(daemon_oid, w.relnamespace, 'usage')
    union all
    select format('%I may not read %s of %I.%I.', daemon, u.columns, u.schema_name, u.table_name),
           format('grant select (%s) on %I.%I to %I', u.columns, u.schema_name, u.table_name, daemon)
      from unreadable u
    union all
    -- The role of daemons that this database had, and another one has.
    select distinct format('%I may use schema %I.', known, w.schema_name),
           format('revoke usage on schema %I from %I', w.schema_name, known)
      from watched w join pg_namespace n on n.oid = w.relnamespace, aclexplode(n.nspacl) g where g.grantee = former_oid
    union all
    select format('%I may read %I.%I.', known, w.schema_name, w.table_name),
           format('revoke select (%s) on %I.%I from %I', string_agg(format('%I', a.attname), ', ' order by a.attnum),
                  w.schema_name, w.table_name, known)
      from watched w join pg_attribute a on a.attrelid = w.oid, aclexplode(a.attacl) g
     where g.grantee = former_oid and g.privilege_type = 'SELECT'
     group by w.schema_name, w.table_name;

  if writer is null then
    return;
  end if;
  -- What the role may do by which clients write. What else it was granted, for triggers that it fires, is theirs who granted it.
  return query
    select format('%I may not use schema deltad.', writer), format('grant usage on schema deltad to %I', writer)
     where has_schema_privilege(writer_oid, 'deltad'::regnamespace, 'usage') is not true
    union all
    select format('%I may not call %s.', writer, p.oid::regprocedure), format('grant execute on function %s to %I', p.oid::regprocedure, writer)
      from pg_proc p
     where p.pronamespace = 'deltad'::regnamespace and p.proname in ('begin_operation', 'end_operation', 'refused_outcome')
       and has_function_privilege(writer_oid, p.oid, 'execute') is not true;
  return query execute $q$
    with wanted as (
      select w.privilege, c.oid, n.oid as schema_oid, n.nspname, c.relname, a.attname, a.attnum
        from deltad.written w
        join pg_namespace n on n.nspname = w.schema_name
        join pg_class c on c.relnamespace = n.oid and c.relname = w.table_name
        left join unnest(w.columns) named(name) on true
        left join pg_attribute a on a.attrelid = c.oid and a.attname = named.name and not a.attisdropped
       where w.privilege = 'DELETE' or a.attname is not null
    )
    select distinct format('%I may not use schema %I.', $1, w.nspname), format('grant usage on schema %I to %I', w.nspname, $1)
      from wanted w where has_schema_privilege($2, w.schema_oid, 'usage') is not true
    union all
    select format('%I may not %s from %I.%I.', $1, lower(w.privilege), w.nspname, w.relname),
           format('grant delete on %I.%I to %I', w.nspname, w.relname, $1)
      from (select distinct d.privilege, d.oid, d.nspname, d.relname from wanted d where d.privilege = 'DELETE') w
     where has_table_privilege($2, w.oid, 'delete') is not true
    union all
    select format('%I may not %s %s of %I.%I.', $1, lower(w.privilege), string_agg(distinct quote_ident(w.attname), ', '), w.nspname, w.relname),
           format('grant %s (%s) on %I.%I to %I', lower(w.privilege), string_agg(distinct quote_ident(w.attname), ', '), w.nspname, w.relname, $1)
      from wanted w
     where w.privilege <> 'DELETE' and has_column_privilege($2, w.oid, w.attnum, w.privilege) is not true
     group by w.privilege, w.nspname, w.relname
    union all
    -- A serial column takes its default from a sequence of its own.
    select distinct format('%I may not use sequence %I.%I.', $1, sn.nspname, s.relname),
           format('grant usage on sequence %I.%I to %I', sn.nspname, s.relname, $1)
      from (select distinct i.oid from wanted i where i.privilege = 'INSERT') w
      join pg_depend d on d.refclassid = 'pg_class'::regclass and d.refobjid = w.oid and d.classid = 'pg_class'::regclass and d.deptype = 'a'
      join pg_class s on s.oid = d.objid and s.relkind = 'S'
      join pg_namespace sn on sn.oid = s.relnamespace
     where case when s.relkind = 'S' then has_sequence_privilege($2, s.oid, 'usage') end is not true
    union all
    select format('%I may use schema %I.', $3, s.name), format('revoke usage on schema %I from %I', s.name, $3)
      from (select 'deltad'::name as name union select w.nspname from wanted w) s
      join pg_namespace n on n.nspname = s.name and exists (
             select from aclexplode(n.nspacl) g where g.grantee = to_regrole(quote_ident($3)))
    union all
    select distinct format('%I may write to %I.%I.', $3, w.nspname, w.relname), format('revoke all on table %I.%I from %I', w.nspname, w.relname, $3)
      from wanted w where $3 is not null
  $q$ using writer, writer_oid, past_writer;
end
$$;
