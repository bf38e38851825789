-- A receipt of the transaction that asks, for whoever wants to know when the frames that are sent have it: GET /v1/topics/:topic/wait?for=…,
-- and caughtUp() of the client. 32 characters of base64url, the same however often the transaction asks; good also where it changes
-- nothing, or is rolled back.
--
--     grant usage on schema deltad to application;
--     grant execute on function deltad.here() to application;
--
-- It holds the transaction's id, sealed, since ids would tell an owner how busy the others are, and signed: by the secret of this life of the
-- change rows, so that another database's, and one of before a crash, a failover or a restart, is told from this one's. Where no daemon has
-- read yet in this life there is no secret, and the receipt is one that nobody knows: a write never fails because the daemon is absent.
-- daemon/stream/receipt.ts reads it.
create or replace function deltad.here() returns text
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  secret constant bytea := coalesce(deltad.present_incarnation(), uuid_send(gen_random_uuid()));
  xid    constant bigint := pg_current_xact_id()::text::bigint;
  digest constant bytea := substr(sha256(secret || convert_to('receipt ' || xid, 'UTF8')), 1, 16);
  mask   constant bytea := substr(sha256(secret || convert_to('seal ', 'UTF8') || digest), 1, 8);
begin
  return translate(encode(digest || int8send(xid # ('x' || encode(mask, 'hex'))::bit(64)::bigint), 'base64'), '+/', '-_');
end
$$;
