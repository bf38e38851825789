-- Removes revocations of tokens that have expired by themselves. Not in a copy of a database that nobody has adopted: whoever made it finds
-- what the original had.
create or replace function deltad.expire_revocations() returns void
language sql security definer
set search_path = pg_catalog, pg_temp
as $$
  delete from deltad.revocation where expires_at <= clock_timestamp() and deltad.is_original();
$$;
