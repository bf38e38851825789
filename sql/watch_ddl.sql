-- Makes the event triggers by which DDL on a watched table tells of itself, if the role may make any; PostgreSQL lets superusers.
-- Without them, daemons notice such DDL at their next heartbeat. DDL of other kinds costs nothing, on other tables a look or two.
create or replace procedure deltad.watch_ddl()
language plpgsql
set search_path = pg_catalog, pg_temp
set client_min_messages = warning
as $$
begin
  drop event trigger if exists deltad_ddl;
  drop event trigger if exists deltad_drop;
  drop event trigger if exists deltad_rewrite;
  create event trigger deltad_ddl on ddl_command_end
    when tag in ('ALTER TABLE', 'CREATE TABLE', 'CREATE TRIGGER', 'ALTER TRIGGER', 'ALTER TYPE', 'ALTER SCHEMA', 'DROP SUBSCRIPTION')
    execute function deltad.after_ddl();
  create event trigger deltad_drop on sql_drop
    when tag in ('DROP TABLE', 'DROP TRIGGER', 'DROP SCHEMA', 'DROP OWNED', 'DROP TYPE', 'DROP DOMAIN', 'DROP EXTENSION', 'ALTER TABLE')
    execute function deltad.after_ddl();
  create event trigger deltad_rewrite on table_rewrite execute function deltad.after_ddl();
  -- Also where session_replication_role is replica.
  alter event trigger deltad_ddl enable always;
  alter event trigger deltad_drop enable always;
  alter event trigger deltad_rewrite enable always;
exception when insufficient_privilege then
  raise warning 'deltad: % may not create event triggers; daemons notice DDL at their next heartbeat', current_user;
end
$$;
