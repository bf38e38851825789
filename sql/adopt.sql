-- Makes a copy of a database, a restored dump or a clone, one of its own: daemons may serve it from now on. The secret that signs clients'
-- cursors goes, so that none of the original's means anything here, and its roles may do nothing here any more. Run by who applies migrations.
create or replace procedure deltad.adopt()
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  installed constant deltad.install := (select i from deltad.install i);
begin
  -- First roles of its own, which it has not while the original's count as its.
  call deltad.settle(installed.version, installed.configuration);
  update deltad.install i
     set token = gen_random_uuid(), database_name = d.datname, database_oid = d.oid, system_identifier = c.system_identifier,
         installed_at = now()
    from pg_database d, pg_control_system() c
   where d.datname = current_database();
  delete from deltad.incarnation;
end
$$;
