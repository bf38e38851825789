-- Whether deltad's objects in this database are as they must be, for a DBA's CI. Needs pgTAP, and a superuser or the role that applied
-- the migrations; leaves nothing behind.
--
--     pg_prove --dbname market test/pgtap/deltad.sql
--     pg_prove --dbname market --set watched=public.bookings,public.payouts test/pgtap/deltad.sql
--
-- `watched`: tables that must be captured; without it, those count that were watched by the last `deltad migrate apply`.
begin;
set local client_min_messages = warning;
create extension if not exists pgtap;
select * from no_plan();

-- Objects

select has_schema('deltad');
select has_table('deltad', name, format('the table deltad.%s exists', name))
  from unnest(array['attendance', 'floor', 'incarnation', 'install', 'lease_lock', 'mark', 'migration', 'pruned', 'reader', 'reset', 'revocation', 'source']::name[]) name;
select has_sequence('deltad', 'change_seq', 'the sequence deltad.change_seq exists');
select is((select count(*) from deltad.install), 1::bigint, 'deltad.install says which deltad is installed');

-- By kind: what daemons call, and what the triggers' functions call.
select has_function('deltad', name, format('the function deltad.%s exists', name))
  from unnest(array['armed_triggers', 'day_start', 'expire_revocations', 'fingerprint', 'heartbeat', 'incarnation', 'is_original', 'partition_key', 'prune',
                    'register_reader', 'release_reader', 'revoke_token',
                    'is_partition_of', 'may_skip', 'reset_source', 'return_capture', 'ring', 'row_captured', 'skip_capture', 'suspend_unread',
                    'switch_off', 'switch_on', 'switched_on']::name[]) name;

-- Roles

select ok(not (r.rolcanlogin or r.rolsuper or r.rolcreaterole or r.rolcreatedb or r.rolreplication or r.rolbypassrls),
          format('the role %s logs in nowhere and has no attributes', r.rolname))
  from pg_catalog.pg_roles r
 where r.oid = (select nspowner from pg_catalog.pg_namespace where nspname = 'deltad')
    or r.rolname = (select daemon_role from deltad.install)
 order by r.rolname;
select is_empty($$
  select c.oid::regclass::text from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
   where n.nspname = 'deltad' and c.relowner <> n.nspowner
  union all
  select p.oid::regprocedure::text from pg_catalog.pg_proc p join pg_catalog.pg_namespace n on n.oid = p.pronamespace
   where n.nspname = 'deltad' and p.proowner <> n.nspowner $$, 'everything in schema deltad belongs to the owner of the schema');

-- Rights

select ok(not has_schema_privilege('public', 'deltad', 'usage') and not has_schema_privilege('public', 'deltad', 'create'),
          'PUBLIC has no right to schema deltad');
select is_empty($$
  select p.oid::regprocedure from pg_catalog.pg_proc p
   where p.pronamespace = 'deltad'::regnamespace and has_function_privilege('public', p.oid, 'execute') $$,
  'PUBLIC may execute no function of deltad');
select is_empty($$
  select c.oid::regclass from pg_catalog.pg_class c
   where c.relnamespace = 'deltad'::regnamespace and c.relkind in ('r', 'p', 'v')
     and has_table_privilege('public', c.oid, 'select, insert, update, delete, truncate') $$, 'PUBLIC may use no table of deltad');
select is_empty($$
  select c.oid::regclass
    from pg_catalog.pg_class c
   where (c.relnamespace = 'deltad'::regnamespace
          or c.oid in (select to_regclass(format('%I.%I', s.schema_name, s.table_name)) from deltad.source s))
     and c.relkind in ('r', 'p')
     and has_table_privilege((select i.daemon_role from deltad.install i), c.oid, 'insert, update, delete, truncate') $$,
  'the role of daemons may write to no table');
select ok(has_any_column_privilege(i.daemon_role, format('%I.%I', s.schema_name, s.table_name), 'select')
          and has_table_privilege(i.daemon_role, format('deltad.%I', 'change_' || s.source), 'select'),
          format('the role of daemons may read %I.%I and its changes', s.schema_name, s.table_name))
  from deltad.source s, deltad.install i
 where to_regclass(format('%I.%I', s.schema_name, s.table_name)) is not null
 order by s.source;
select is_empty('select u.problem from deltad.install i, deltad.unsettled(i.version, i.configuration) u',
                'owners, rights and comments are as deltad migrate apply leaves them');

-- Capture

select has_table(s.schema_name, s.table_name, format('the watched table %I.%I exists', s.schema_name, s.table_name))
  from deltad.source s order by s.source;
select bag_has(
         format('select attname::text, format_type(atttypid, null) from pg_catalog.pg_attribute
                  where attrelid = to_regclass(%L) and attnum > 3 and not attisdropped', format('deltad.%I', 'change_' || s.source)),
         format('select key, value from jsonb_each_text(%L)', s.columns),
         format('the change table of %I.%I has each captured column, with its type', s.schema_name, s.table_name))
  from deltad.source s order by s.source;
select is(
         (select encode(sha256(convert_to(deltad.switched_on(p.prosrc), 'UTF8')), 'hex')
            from pg_catalog.pg_proc p
           where p.pronamespace = 'deltad'::regnamespace and p.proname = f.key and p.prosecdef),
         f.value, format('the trigger function deltad.%s is as it was generated', f.key))
  from deltad.source s, jsonb_each_text(s.functions) f
 order by f.key;
select ok(s.capture = 'on' and not exists (select from pg_catalog.pg_proc p
                                            where p.pronamespace = 'deltad'::regnamespace and s.functions ? p.proname::text
                                              and deltad.switched_on(p.prosrc) <> p.prosrc),
          format('the capture of %I.%I is on', s.schema_name, s.table_name))
  from deltad.source s order by s.source;
select has_trigger(s.schema_name, s.table_name, t.name, format('%I.%I has the trigger %s', s.schema_name, s.table_name, t.name))
  from deltad.source s, unnest(array['deltad_insert', 'deltad_update', 'deltad_delete', 'deltad_truncate']::name[]) t(name)
 where to_regclass(format('%I.%I', s.schema_name, s.table_name)) is not null
 order by s.source, t.name;
select is_empty(
         format('select trigger_name, node from deltad.armed_triggers(%L, %L) where needed and not (present and enabled)',
                format('%I.%I', s.schema_name, s.table_name), s.source),
         format('%I.%I and its partitions have every trigger that they need, enabled always', s.schema_name, s.table_name))
  from deltad.source s
 where to_regclass(format('%I.%I', s.schema_name, s.table_name)) is not null
 order by s.source;
select is_empty($$
  select t.tgname, t.tgrelid::regclass
    from pg_catalog.pg_trigger t join pg_catalog.pg_proc p on p.oid = t.tgfoid
   where p.pronamespace = 'deltad'::regnamespace and t.tgenabled in ('O', 'R') $$,
  'whatever session_replication_role is, triggers of deltad fire');
\if :{?watched}
select ok(exists (select from deltad.source s
                   where to_regclass(format('%I.%I', s.schema_name, s.table_name)) = to_regclass(name)),
          format('%s is watched', name))
  from unnest(string_to_array(:'watched', ',')) name;
\endif

select * from finish();
rollback;
