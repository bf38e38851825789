-- The secret that signs clients' cursors: the same for every daemon, and another one for every life of the change rows. A crash and a
-- failover empty the table; a copy of the database, however it was made, differs in one of the other three.
create or replace function deltad.incarnation() returns bytea
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  insert into deltad.incarnation (secret) values (uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()))
  on conflict do nothing;
  return deltad.present_incarnation();
end
$$;
