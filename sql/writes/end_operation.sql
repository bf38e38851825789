-- Writes down what became of the operation that deltad.begin_operation() let pass, and wakes the daemon that tells it. Gives the outcome.
create or replace function deltad.end_operation(
  client uuid, seq bigint, digest bytea, subject text, kind text, channel text, outcome jsonb
) returns jsonb
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  insert into deltad.operation (client, seq, digest, subject, kind, channel, outcome)
  values (end_operation.client, end_operation.seq, end_operation.digest, end_operation.subject, end_operation.kind,
          end_operation.channel, end_operation.outcome);
  update deltad.operator_client c set last_seq = end_operation.seq, used_on = current_date
   where c.client = end_operation.client;
  -- Rows that changed ring as well; an operation may have changed none.
  perform deltad.ring(writers_prepare => false);
  return outcome;
end
$$;
