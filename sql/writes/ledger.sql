-- What clients have done to rows, and what became of it: an operation that is sent again is not done again. Logged, unlike change tables: after a
-- crash or a failover clients send again what they heard nothing of.

-- One queue of operations of one user.
create table if not exists deltad.operator_client (
  client   uuid        primary key,
  -- The claim sub of the token that used it first; nobody else's may.
  subject  text        not null,
  -- Of its latest operation; there is none after it, and none is missing before it.
  last_seq bigint      not null,
  -- The day: its index has a new entry a day at most.
  used_on  date        not null default current_date
);
create index if not exists operator_client_used_on on deltad.operator_client (used_on);

create table if not exists deltad.operation (
  client     uuid        not null,
  seq        bigint      not null,
  -- Of what was asked for: by a number that was used before nobody can do something else.
  digest     bytea       not null,
  subject    text        not null,
  -- The channel in which it was done, or was refused.
  kind       text        not null,
  channel    text        not null,
  outcome    jsonb       not null,
  done_at    timestamptz not null default clock_timestamp(),
  -- The transaction that did it, or that was asked for it again: daemons read what became of it with the rows of that transaction.
  change_xid xid8        not null default pg_current_xact_id(),
  primary key (client, seq)
);
create index if not exists operation_change_xid on deltad.operation (change_xid);

-- What the functions deltad."write_…" need: the right to do one thing to columns of one table, or to its rows. Compared by deltad.unsettled().
create table if not exists deltad.written (
  function_name name not null,
  schema_name   name not null,
  table_name    name not null,
  privilege     text not null,
  -- Of DELETE none.
  columns       text[] not null
);
