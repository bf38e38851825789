-- Null where an operation is to be done now, and nobody else does one of its client until this transaction ends. Else what is answered: what
-- became of it before, of which daemons are told once more, or why it can't be done.
create or replace function deltad.begin_operation(client uuid, seq bigint, digest bytea, subject text) returns jsonb
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  known deltad.operator_client;
  done  deltad.operation;
begin
  select c.* into known from deltad.operator_client c where c.client = begin_operation.client for update;
  if not found then
    -- Of a client whose row is gone, or was never there, nobody knows what it has done.
    if seq <> 1 then
      return '{"outcome": "pruned"}';
    end if;
    insert into deltad.operator_client (client, subject, last_seq)
    values (begin_operation.client, begin_operation.subject, 0)
    on conflict on constraint operator_client_pkey do nothing;
    select c.* into known from deltad.operator_client c where c.client = begin_operation.client for update;
  end if;
  if known.subject <> begin_operation.subject then
    return '{"outcome": "id_reused"}';
  end if;
  if seq > known.last_seq + 1 then
    return jsonb_build_object('outcome', 'gap', 'expected', known.last_seq + 1);
  end if;
  if seq > known.last_seq then
    return null;
  end if;
  update deltad.operation o set change_xid = pg_current_xact_id()
   where o.client = begin_operation.client and o.seq = begin_operation.seq and o.digest = begin_operation.digest
  returning o.* into done;
  if found then
    perform deltad.ring(writers_prepare => false);
    return jsonb_build_object('outcome', 'duplicate', 'first', done.outcome);
  end if;
  if exists (select from deltad.operation o where o.client = begin_operation.client and o.seq = begin_operation.seq) then
    return '{"outcome": "id_reused"}';
  end if;
  return '{"outcome": "pruned"}';
end
$$;
