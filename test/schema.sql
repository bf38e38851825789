-- What migrations/ and sql/ make of an empty database, made by test/pg/database/schema.test.ts; a function's body is in sql/.

create schema deltad;
comment on schema deltad is 'deltad: change tables and capture functions for live dashboards';
alter schema deltad owner to deltad_capture;
grant usage on schema deltad to deltad_daemon;

create sequence deltad.change_seq as bigint;
alter sequence deltad.change_seq owner to deltad_capture;

create unlogged table deltad.floor (
  only_one boolean default true not null,
  upto pg_snapshot not null,
  constraint floor_only_one_check CHECK (only_one),
  constraint floor_pkey PRIMARY KEY (only_one)
);
alter table deltad.floor owner to deltad_capture;
grant select on table deltad.floor to deltad_daemon;

create unlogged table deltad.incarnation (
  only_one boolean default true not null,
  secret bytea not null,
  constraint incarnation_only_one_check CHECK (only_one),
  constraint incarnation_pkey PRIMARY KEY (only_one)
);
alter table deltad.incarnation owner to deltad_capture;

create unlogged table deltad.mark (
  made_at timestamp with time zone default clock_timestamp() not null,
  snapshot pg_snapshot not null,
  change_seq bigint not null,
  constraint mark_pkey PRIMARY KEY (made_at)
);
alter table deltad.mark owner to deltad_capture;

create table deltad.migration (
  name text not null,
  checksum text not null,
  applied_at timestamp with time zone default now() not null,
  constraint migration_pkey PRIMARY KEY (name)
);
alter table deltad.migration owner to deltad_capture;
grant select on table deltad.migration to deltad_daemon;

create unlogged table deltad.pruned (
  change_table name not null,
  upto pg_snapshot not null,
  constraint pruned_pkey PRIMARY KEY (change_table)
) with (fillfactor=50);
alter table deltad.pruned owner to deltad_capture;

create unlogged table deltad.reader (
  id uuid not null,
  cursor pg_snapshot not null,
  registered_at timestamp with time zone default clock_timestamp() not null,
  seen_at timestamp with time zone default clock_timestamp() not null,
  application_name text default current_setting('application_name'::text) not null,
  backend_pid integer default pg_backend_pid() not null,
  constraint reader_pkey PRIMARY KEY (id)
) with (fillfactor=50);
alter table deltad.reader owner to deltad_capture;
grant select on table deltad.reader to deltad_daemon;

create unlogged table deltad.reset (
  change_xid xid8 default pg_current_xact_id() not null,
  source text not null,
  owner text,
  rows bigint
) with (autovacuum_vacuum_scale_factor=0, autovacuum_vacuum_threshold=5000, autovacuum_vacuum_cost_delay=0, vacuum_truncate=false);
CREATE INDEX reset_change_xid ON deltad.reset USING btree (change_xid, source, owner);
alter table deltad.reset owner to deltad_capture;
grant select on table deltad.reset to deltad_daemon;

create table deltad.revocation (
  id bigint generated always as identity not null,
  token_id text,
  subject text,
  issued_until timestamp with time zone,
  revoked_at timestamp with time zone default clock_timestamp() not null,
  expires_at timestamp with time zone,
  constraint revocation_means_tokens CHECK ((((token_id IS NOT NULL) AND (subject IS NULL) AND (issued_until IS NULL)) OR ((token_id IS NULL) AND (subject IS NOT NULL) AND (issued_until IS NOT NULL)))),
  constraint revocation_pkey PRIMARY KEY (id)
);
CREATE INDEX revocation_expires_at ON deltad.revocation USING btree (expires_at);
alter table deltad.revocation owner to deltad_capture;
grant select on table deltad.revocation to deltad_daemon;

create function deltad.after_ddl()
  returns event_trigger
  language plpgsql volatile security definer
  set search_path=pg_catalog, pg_temp
  set jit=off;
alter function deltad.after_ddl() owner to deltad_capture;

create function deltad.armed_triggers(watched regclass, capture text)
  returns TABLE(node regclass, trigger_name name, needed boolean, present boolean, enabled boolean, armed boolean)
  language sql stable
  set search_path=pg_catalog, pg_temp
  set jit=off;
alter function deltad.armed_triggers(watched regclass, capture text) owner to deltad_capture;
grant execute on function deltad.armed_triggers(watched regclass, capture text) to deltad_daemon;

create function deltad.change_tables()
  returns SETOF name
  language sql stable;
alter function deltad.change_tables() owner to deltad_capture;

create function deltad.day_start(d date, tz text)
  returns timestamp with time zone
  language sql stable;
alter function deltad.day_start(d date, tz text) owner to deltad_capture;
grant execute on function deltad.day_start(d date, tz text) to deltad_daemon;

create function deltad.expire_readers()
  returns void
  language sql volatile;
alter function deltad.expire_readers() owner to deltad_capture;

create function deltad.expire_revocations()
  returns void
  language sql volatile security definer
  set search_path=pg_catalog, pg_temp;
alter function deltad.expire_revocations() owner to deltad_capture;
grant execute on function deltad.expire_revocations() to deltad_daemon;

create function deltad.fingerprint(watched json)
  returns text
  language plpgsql stable
  set search_path=pg_catalog, pg_temp
  set jit=off;
alter function deltad.fingerprint(watched json) owner to deltad_capture;
grant execute on function deltad.fingerprint(watched json) to deltad_daemon;

create function deltad.forget_uncaptured()
  returns void
  language sql volatile
  set search_path=pg_catalog, pg_temp;
alter function deltad.forget_uncaptured() owner to deltad_capture;

create function deltad.guarded_columns(source text, watched regclass)
  returns name[]
  language sql stable;
alter function deltad.guarded_columns(source text, watched regclass) owner to deltad_capture;

create function deltad.heartbeat(id uuid, cursor pg_snapshot, probe text)
  returns boolean
  language plpgsql volatile security definer
  set search_path=pg_catalog, pg_temp;
alter function deltad.heartbeat(id uuid, cursor pg_snapshot, probe text) owner to deltad_capture;
grant execute on function deltad.heartbeat(id uuid, cursor pg_snapshot, probe text) to deltad_daemon;

create function deltad.horizon(retention interval, max_kept bigint)
  returns pg_snapshot
  language plpgsql volatile
  set search_path=pg_catalog, pg_temp;
alter function deltad.horizon(retention interval, max_kept bigint) owner to deltad_capture;

create function deltad.incarnation()
  returns bytea
  language plpgsql volatile security definer
  set search_path=pg_catalog, pg_temp;
alter function deltad.incarnation() owner to deltad_capture;
grant execute on function deltad.incarnation() to deltad_daemon;

create function deltad.is_partition_of(partition oid, schema_name name, table_name name)
  returns boolean
  language plpgsql stable;
alter function deltad.is_partition_of(partition oid, schema_name name, table_name name) owner to deltad_capture;

create function deltad.make_mark(retention interval, max_kept bigint)
  returns void
  language plpgsql volatile
  set search_path=pg_catalog, pg_temp;
alter function deltad.make_mark(retention interval, max_kept bigint) owner to deltad_capture;

create function deltad.partition_key(watched regclass)
  returns name[]
  language sql stable;
alter function deltad.partition_key(watched regclass) owner to deltad_capture;
grant execute on function deltad.partition_key(watched regclass) to deltad_daemon;

create function deltad.prune(max_rows integer, retention interval DEFAULT '00:00:00'::interval, max_kept bigint DEFAULT 0)
  returns bigint
  language plpgsql volatile security definer
  set search_path=pg_catalog, pg_temp;
alter function deltad.prune(max_rows integer, retention interval, max_kept bigint) owner to deltad_capture;
grant execute on function deltad.prune(max_rows integer, retention interval, max_kept bigint) to deltad_daemon;

create function deltad.prune_table(change_table name, seen pg_snapshot, max_rows bigint)
  returns bigint
  language plpgsql volatile
  set search_path=pg_catalog, pg_temp
  set enable_seqscan=off;
alter function deltad.prune_table(change_table name, seen pg_snapshot, max_rows bigint) owner to deltad_capture;

create function deltad.raise_floor(upto pg_snapshot)
  returns void
  language sql volatile
  set search_path=pg_catalog, pg_temp;
alter function deltad.raise_floor(upto pg_snapshot) owner to deltad_capture;

create function deltad.register_reader(id uuid)
  returns pg_snapshot
  language plpgsql volatile security definer
  set search_path=pg_catalog, pg_temp
  set enable_seqscan=off;
alter function deltad.register_reader(id uuid) owner to deltad_capture;
grant execute on function deltad.register_reader(id uuid) to deltad_daemon;

create function deltad.release_reader(id uuid)
  returns void
  language sql volatile security definer
  set search_path=pg_catalog, pg_temp;
alter function deltad.release_reader(id uuid) owner to deltad_capture;
grant execute on function deltad.release_reader(id uuid) to deltad_daemon;

create function deltad.reset_source(source text)
  returns void
  language plpgsql volatile
  set search_path=pg_catalog, pg_temp;
alter function deltad.reset_source(source text) owner to deltad_capture;

create function deltad.revoke_token(token_id text, subject text, issued_until timestamp with time zone, expires_at timestamp with time zone)
  returns void
  language sql volatile security definer
  set search_path=pg_catalog, pg_temp;
alter function deltad.revoke_token(token_id text, subject text, issued_until timestamp with time zone, expires_at timestamp with time zone) owner to deltad_capture;

create function deltad.ring(writers_prepare boolean DEFAULT true)
  returns void
  language plpgsql volatile;
alter function deltad.ring(writers_prepare boolean) owner to deltad_capture;

create function deltad.row_captured(node oid)
  returns text
  language plpgsql stable;
alter function deltad.row_captured(node oid) owner to deltad_capture;

create function deltad.seen_by_all()
  returns pg_snapshot
  language plpgsql stable;
alter function deltad.seen_by_all() owner to deltad_capture;

create function deltad.snapshot_below(bound xid8, in_progress xid8[])
  returns pg_snapshot
  language sql immutable;
alter function deltad.snapshot_below(bound xid8, in_progress xid8[]) owner to deltad_capture;

create function deltad.sources_of(relation oid)
  returns SETOF text
  language plpgsql stable
  set search_path=pg_catalog, pg_temp;
alter function deltad.sources_of(relation oid) owner to deltad_capture;

create function deltad.touched_by_ddl(source text, relation oid)
  returns boolean
  language plpgsql stable
  set search_path=pg_catalog, pg_temp;
alter function deltad.touched_by_ddl(source text, relation oid) owner to deltad_capture;

create procedure deltad.arm(IN watched regclass, IN capture text)
  language plpgsql
  set search_path=pg_catalog, pg_temp
  set client_min_messages=warning;
alter procedure deltad.arm(IN watched regclass, IN capture text) owner to deltad_capture;

create procedure deltad.guard_columns(IN source text, IN watched regclass, IN columns name[])
  language plpgsql
  set search_path=pg_catalog, pg_temp
  set client_min_messages=warning;
alter procedure deltad.guard_columns(IN source text, IN watched regclass, IN columns name[]) owner to deltad_capture;

create procedure deltad.prepare_change_table(IN source text, IN watched regclass, IN columns json)
  language plpgsql
  set search_path=pg_catalog, pg_temp;
alter procedure deltad.prepare_change_table(IN source text, IN watched regclass, IN columns json) owner to deltad_capture;

create procedure deltad.unwatch_others(IN sources text[])
  language plpgsql
  set search_path=pg_catalog, pg_temp
  set client_min_messages=warning;
alter procedure deltad.unwatch_others(IN sources text[]) owner to deltad_capture;

create procedure deltad.watch_ddl()
  language plpgsql
  set search_path=pg_catalog, pg_temp
  set client_min_messages=warning;
alter procedure deltad.watch_ddl() owner to deltad_capture;
