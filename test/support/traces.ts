/** What is to be compared where something must have left no trace in a database. */

/** Everything in the catalogs that somebody could have left something in; privileges as they are in force. */
export const TRACES_OF_DATABASE = `
  select 'schema', nspname::text, coalesce(nspacl, acldefault('n', nspowner))::text from pg_namespace where nspname !~ '^pg_(toast|temp)'
  union all select 'relation', c.oid::regclass::text, concat_ws(' ', c.relkind, coalesce(relacl, acldefault(case relkind when 'S' then 's' else 'r' end::"char", relowner))::text, reloptions)
    from pg_class c join pg_namespace n on n.oid = c.relnamespace where n.nspname !~ '^(pg_|information_schema)'
  union all select 'column', attrelid::regclass || '.' || attname, concat_ws(' ', attnum, nullif(attacl, '{}')::text)
    from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
   where n.nspname !~ '^(pg_|information_schema)' and a.attnum > 0
  union all select 'trigger', tgrelid::regclass || '.' || tgname, concat(pg_get_triggerdef(oid), ' ', tgenabled) from pg_trigger where not tgisinternal
  union all select 'event trigger', evtname::text, evtevent from pg_event_trigger
  union all select 'routine', p.oid::regprocedure::text, coalesce(proacl, acldefault('f', proowner))::text
    from pg_proc p join pg_namespace n on n.oid = p.pronamespace where n.nspname !~ '^(pg_|information_schema)'
  union all select 'policy', polname::text, polrelid::regclass::text from pg_policy
  union all select 'default privileges', defaclobjtype::text, defaclacl::text from pg_default_acl
  union all select 'setting', setrole::text, setconfig::text from pg_db_role_setting
  union all select 'database', datname::text, coalesce(datacl, acldefault('d', datdba))::text from pg_database where datname = current_database()
  union all select 'comment', objoid::text, description from pg_description where classoid = 'pg_namespace'::regclass
  order by 1, 2, 3`;

/** With roles, which are the server's. */
export const TRACES = `
  select 'role', rolname::text, concat_ws(' ', rolcanlogin, rolcreaterole) from pg_roles
  union all select 'member', roleid::regrole::text, member::regrole::text from pg_auth_members
  union all ${TRACES_OF_DATABASE}`;
