-- Ends a daemon's lease: nothing is kept for it any longer.
create or replace function deltad.release_reader(id uuid) returns void
language sql security definer
set search_path = pg_catalog, pg_temp
as $$
  delete from deltad.reader where reader.id = release_reader.id
$$;
