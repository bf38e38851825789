-- deltad's own objects: one schema and its tables. PostgreSQL 14 and newer. Needs CREATE on the database; no superuser.
-- Who owns them, who may use them and what they are for is settled by the last step of every apply: see sql/settle.sql.

create schema if not exists deltad;

-- What was applied to this database, and by which text.
create table deltad.migration (
  name       text        primary key,
  checksum   text        not null,
  applied_at timestamptz not null default now()
);

-- One row: this installation, and the database in which it was made. Elsewhere it is a copy.
create table deltad.install (
  only_one          boolean     primary key default true check (only_one),
  -- Another one for every installation.
  token             uuid        not null default gen_random_uuid(),
  -- Of the deltad that applied last, and the name of its configuration.
  version           text        not null,
  configuration     text        not null,
  -- The role whose members have the daemon's rights. The capture functions' role is the schema's owner.
  daemon_role       name        not null,
  database_name     name        not null,
  database_oid      oid         not null,
  system_identifier bigint      not null,
  installed_at      timestamptz not null default now()
);

-- What is captured, as the latest apply left it.
create table deltad.source (
  source       text  primary key,
  schema_name  name  not null,
  table_name   name  not null,
  key_column   name  not null,
  owner_column name  not null,
  -- Captured columns and the wide types of their images: {"id": "bigint", …}.
  columns      jsonb not null,
  -- Its trigger functions, and the SHA-256 of each one's body.
  functions    jsonb not null,
  -- {"bulkRows": …, "twoPhase": …}, as in the configuration.
  limits       jsonb not null,
  -- Whether its triggers record anything; see sql/switch_off.sql and sql/suspend_unread.sql. `returning`: they do
  -- again, and others may not have noticed.
  capture      text  not null default 'on' check (capture in ('on', 'off', 'suspended', 'returning')),
  -- When and by whom that was changed.
  switched_at  timestamptz,
  switched_by  name,
  -- While returning: the virtual transactions that may still write unrecorded; null before the first look.
  awaited      text[]
);

-- One row per owner whose rows must be read again: a bulk statement or a TRUNCATE keeps no images. No owner: all owners.
create unlogged table deltad.reset (
  change_xid xid8 not null default pg_current_xact_id(),
  source     text not null,
  owner      text,
  -- How many rows a bulk statement changed, per owner; null where nobody counted them: the whole table is named, or a row moved
  -- between partitions.
  rows       bigint
) with (
  autovacuum_vacuum_scale_factor = 0,
  autovacuum_vacuum_threshold = 5000,
  autovacuum_vacuum_cost_delay = 0,
  vacuum_truncate = false
);
create index reset_change_xid on deltad.reset (change_xid, source, owner);

-- Numbers the change rows of all tables: a transaction that changes a row after another did so has the greater number. Like the change
-- tables it begins anew after a crash, where PostgreSQL can do that (15 and newer).
do $$
begin
  execute format('create %s sequence deltad.change_seq',
                 case when current_setting('server_version_num')::int >= 150000 then 'unlogged' else '' end);
end
$$;

-- The leases of living daemons: change rows are kept until each of these has read them. Moved by deltad.heartbeat().
create unlogged table deltad.reader (
  id               uuid        primary key,
  cursor           pg_snapshot not null,
  registered_at    timestamptz not null default clock_timestamp(),
  seen_at          timestamptz not null default clock_timestamp(),
  application_name text        not null default current_setting('application_name'),
  backend_pid      integer     not null default pg_backend_pid()
) with (fillfactor = 50);

-- When a daemon was last there, and how much may pile up without one; see sql/suspend_unread.sql. Begins anew after a crash, as what piles
-- up does.
create unlogged table deltad.attendance (
  only_one      boolean     primary key default true check (only_one),
  seen_at       timestamptz not null default clock_timestamp(),
  -- Of deltad.change_seq at that time.
  change_seq    bigint      not null default 0,
  -- As the latest daemon has said; 0: never for that reason.
  suspend_after interval    not null default '24 hours',
  suspend_rows  bigint      not null default 10000000
) with (fillfactor = 50);
insert into deltad.attendance default values;

-- Without rows: locked by who prunes, and by who begins a lease, so that they exclude each other. Not an advisory lock, which any
-- role may hold.
create unlogged table deltad.lease_lock ();

-- How far each change table is pruned: rows that this snapshot sees are gone already. Kept by deltad.prune().
create unlogged table deltad.pruned (
  change_table name        primary key,
  upto         pg_snapshot not null
) with (fillfactor = 50);

-- What had committed by when: changes that an old enough mark sees may be removed. One a minute or so, made by deltad.prune().
create unlogged table deltad.mark (
  made_at    timestamptz primary key default clock_timestamp(),
  snapshot   pg_snapshot not null,
  change_seq bigint      not null
);

-- Changes that this snapshot sees may be gone, or never have been written: who has not seen all of them can't be told what it missed.
create unlogged table deltad.floor (
  only_one boolean     primary key default true check (only_one),
  upto     pg_snapshot not null
);

-- The secret that signs clients' cursors: one row, made by the first daemon that registers. Unlogged like the change tables: after a
-- crash or a failover both are empty, and with the secret every cursor ends that spoke of them. Read by deltad.incarnation() alone.
create unlogged table deltad.incarnation (
  only_one boolean primary key default true check (only_one),
  secret   bytea   not null
);

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
