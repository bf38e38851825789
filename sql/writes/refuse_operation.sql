-- Writes down that an operation was refused without a look at any row: its number is used up. Gives the outcome, or what
-- deltad.begin_operation() answers.
create or replace function deltad.refuse_operation(
  client uuid, seq bigint, digest bytea, subject text, kind text, channel text, outcome jsonb
) returns jsonb
language sql security definer
set search_path = pg_catalog, pg_temp
as $$
  select coalesce(deltad.begin_operation(client, seq, digest, subject),
                  deltad.end_operation(client, seq, digest, subject, kind, channel, outcome))
$$;
