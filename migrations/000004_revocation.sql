-- Tokens that are no longer taken, whatever their signature says. Logged, so that it survives crashes and failovers.
-- Written by deltad.revoke_token() alone; the daemon only reads.
create table deltad.revocation (
  -- Grows in the order of commits: deltad.revoke_token() takes its lock first.
  id           bigint      generated always as identity primary key,
  -- The claim jti of one token.
  token_id     text,
  -- The claim sub: every token of it whose iat is not later than issued_until.
  subject      text,
  issued_until timestamptz,
  revoked_at   timestamptz not null default clock_timestamp(),
  -- When no such token can be valid any more, and the row may go. None: never.
  expires_at   timestamptz,
  constraint revocation_means_tokens check (
    (token_id is not null and subject is null and issued_until is null)
    or (token_id is null and subject is not null and issued_until is not null)
  )
);
create index revocation_expires_at on deltad.revocation (expires_at);
alter table deltad.revocation owner to deltad_capture;
grant select on deltad.revocation to deltad_daemon;
