-- deltad's own objects: one schema, two roles, four tables. PostgreSQL 14 and newer.
-- Needs CREATEROLE and CREATE on the database; no superuser. Nothing is granted to PUBLIC.

-- deltad_capture owns the schema and what is in it; nobody logs in as it.
-- deltad_daemon holds the daemon's rights: grant it to the role that the daemon logs in as.
-- Roles belong to the whole cluster: another database may have made them, or be making them at this moment.
do $$
begin
  if to_regrole('deltad_capture') is null then
    create role deltad_capture nologin;
  end if;
exception when duplicate_object or unique_violation then null;
end
$$;

do $$
begin
  if to_regrole('deltad_daemon') is null then
    create role deltad_daemon nologin;
  end if;
exception when duplicate_object or unique_violation then null;
end
$$;

-- Who applies this must be able to act as deltad_capture, to hand it what is made here and to put its functions into triggers.
-- Superusers can. Others need membership; from PostgreSQL 16 on that is to inherit from the role and to set it, both said here.
do $$
declare
  modern constant boolean := current_setting('server_version_num')::int >= 160000;
begin
  if not pg_has_role(current_user, 'deltad_capture', 'usage')
     or not pg_has_role(current_user, 'deltad_capture', case when modern then 'set' else 'member' end) then
    execute format('grant deltad_capture to %I', current_user) || case when modern then ' with inherit true, set true' else '' end;
  end if;
end
$$;

create schema deltad authorization deltad_capture;
comment on schema deltad is 'deltad: change tables and capture functions for live dashboards';
grant usage on schema deltad to deltad_daemon;

-- What was applied to this database, and by which text.
create table deltad.migration (
  name       text        primary key,
  checksum   text        not null,
  applied_at timestamptz not null default now()
);
alter table deltad.migration owner to deltad_capture;
grant select on deltad.migration to deltad_daemon;

-- One row per owner whose rows must be read again: a bulk statement or a TRUNCATE keeps no images. No owner: all owners.
create unlogged table deltad.reset (
  change_xid xid8 not null default pg_current_xact_id(),
  source     text not null,
  owner      text
) with (
  autovacuum_vacuum_scale_factor = 0,
  autovacuum_vacuum_threshold = 5000,
  autovacuum_vacuum_cost_delay = 0,
  vacuum_truncate = false
);
create index reset_change_xid on deltad.reset (change_xid, source, owner);
alter table deltad.reset owner to deltad_capture;
grant select on deltad.reset to deltad_daemon;

-- The leases of living daemons: change rows are kept until each of these has read them. Moved by deltad.heartbeat().
create unlogged table deltad.reader (
  id               uuid        primary key,
  cursor           pg_snapshot not null,
  registered_at    timestamptz not null default clock_timestamp(),
  seen_at          timestamptz not null default clock_timestamp(),
  application_name text        not null default current_setting('application_name'),
  backend_pid      integer     not null default pg_backend_pid()
) with (fillfactor = 50);
alter table deltad.reader owner to deltad_capture;
grant select on deltad.reader to deltad_daemon;

-- How far each change table is pruned: rows that this snapshot sees are gone already. Kept by deltad.prune().
create unlogged table deltad.pruned (
  change_table name        primary key,
  upto         pg_snapshot not null
) with (fillfactor = 50);
alter table deltad.pruned owner to deltad_capture;
