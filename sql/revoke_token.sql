-- Revokes one token by its jti, or every token of a subject that was issued at or before an instant. For operators: who may act as
-- the schema's owner, or was granted EXECUTE; the daemon was not.
--
-- The lock makes ids grow in the order of commits: a daemon that has seen one id has seen all below it.
create or replace function deltad.revoke_token(
  token_id text, subject text, issued_until timestamptz, expires_at timestamptz
) returns void
language sql security definer
set search_path = pg_catalog, pg_temp
as $$
  lock table deltad.revocation in share row exclusive mode;
  select deltad.expire_revocations();
  insert into deltad.revocation (token_id, subject, issued_until, expires_at)
  values (revoke_token.token_id, revoke_token.subject, revoke_token.issued_until, revoke_token.expires_at);
$$;
