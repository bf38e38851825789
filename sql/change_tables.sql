-- The tables that hold changes, resets included.
create or replace function deltad.change_tables() returns setof name
language sql stable
as $$
  select relname from pg_class
   where relnamespace = (select oid from pg_namespace where nspname = 'deltad')
     and relkind = 'r' and (relname like 'change\_%' or relname = 'reset')
   order by relname
$$;
