-- What the role of daemons may do in schema deltad, and all that it may there. deltad.unsettled() compares; on the watched tables the
-- role may read the captured columns.
create or replace function deltad.daemon_rights() returns table (object name, privilege text)
language sql stable
set search_path = pg_catalog, pg_temp
as $$
  values
    ('deltad'::name,      'USAGE'),   -- the schema
    ('floor',             'SELECT'),
    ('install',           'SELECT'),
    ('migration',         'SELECT'),
    ('reader',            'SELECT'),
    ('reset',             'SELECT'),
    ('revocation',        'SELECT'),
    ('source',            'SELECT'),
    ('status',            'SELECT'),
    ('armed_triggers',    'EXECUTE'),
    ('day_start',         'EXECUTE'),
    ('expire_revocations', 'EXECUTE'),
    ('fingerprint',       'EXECUTE'),
    ('heartbeat',         'EXECUTE'),
    ('incarnation',       'EXECUTE'),
    ('is_original',       'EXECUTE'),
    ('partition_key',     'EXECUTE'),
    ('prune',             'EXECUTE'),
    ('register_reader',   'EXECUTE'),
    ('release_reader',    'EXECUTE'),
    ('return_capture',    'EXECUTE'),
    ('switched_on',       'EXECUTE')
  union all
  select 'change_' || s.source, 'SELECT' from deltad.source s
  union all
  -- Where clients write.
  select 'operation', 'SELECT' where to_regclass('deltad.operation') is not null
  union all
  select p.proname, 'EXECUTE' from pg_proc p
   where p.pronamespace = 'deltad'::regnamespace and (p.proname like 'write\_%' or p.proname = 'refuse_operation')
$$;
