-- The secret that deltad.incarnation() gives, where a daemon has made one in this life of the change rows; null before. Writes nothing, so
-- that no writer ever waits for another here.
create or replace function deltad.present_incarnation() returns bytea
language sql stable
set search_path = pg_catalog, pg_temp
as $$
  select sha256(i.secret || convert_to(concat_ws(' ',
           extract(epoch from pg_postmaster_start_time()),
           (select d.oid from pg_database d where d.datname = current_database()),
           i.tableoid), 'UTF8'))
    from deltad.incarnation i
$$;
