-- Whether this is the database in which deltad was installed, under whatever name, and no copy of it: a restored dump, a clone.
create or replace function deltad.is_original() returns boolean
language sql stable
set search_path = pg_catalog, pg_temp
as $$
  select exists (
    select from deltad.install i
      join pg_database d on d.oid = i.database_oid and d.datname = current_database()
     where i.system_identifier = (select system_identifier from pg_control_system()))
$$;
