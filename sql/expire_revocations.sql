-- Removes revocations of tokens that have expired by themselves.
create or replace function deltad.expire_revocations() returns void
language sql security definer
set search_path = pg_catalog, pg_temp
as $$
  delete from deltad.revocation where expires_at <= clock_timestamp();
$$;
alter function deltad.expire_revocations() owner to deltad_capture;
revoke all on function deltad.expire_revocations() from public;
grant execute on function deltad.expire_revocations() to deltad_daemon;
