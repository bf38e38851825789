-- Whether a role owns something, or may do something, in another database of the server.
create or replace function deltad.is_used_elsewhere(role name) returns boolean
language sql stable
set search_path = pg_catalog, pg_temp
as $$
  select exists (
    select from pg_shdepend d
     where d.refclassid = 'pg_authid'::regclass and d.refobjid = to_regrole(quote_ident(role))
       and d.dbid not in (0, (select oid from pg_database where datname = current_database())))
$$;
