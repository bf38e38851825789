-- Says that changes seen by this snapshot may be gone, or may never have been written. The floor only rises.
create or replace function deltad.raise_floor(upto pg_snapshot) returns void
language sql
set search_path = pg_catalog, pg_temp
as $$
  insert into deltad.floor as f (upto) values (raise_floor.upto)
  on conflict (only_one) do update set upto = excluded.upto
   where pg_snapshot_xmax(excluded.upto) >= pg_snapshot_xmax(f.upto)
$$;
