-- What migrations/ and sql/ make of an empty database, made by test/pg/database/schema.test.ts; a function's body and a view's query are in sql/.

create schema deltad;
alter schema deltad owner to deltad_capture_database;
grant usage on schema deltad to deltad_daemon_database;

create sequence deltad.change_seq as bigint;
alter sequence deltad.change_seq owner to deltad_capture_database;

create unlogged table deltad.attendance (
  only_one boolean default true not null,
  seen_at timestamp with time zone default clock_timestamp() not null,
  change_seq bigint default 0 not null,
  suspend_after interval default '24:00:00'::interval not null,
  suspend_rows bigint default 10000000 not null,
  constraint attendance_only_one_check CHECK (only_one),
  constraint attendance_pkey PRIMARY KEY (only_one)
) with (fillfactor=50);
alter table deltad.attendance owner to deltad_capture_database;

create unlogged table deltad.floor (
  only_one boolean default true not null,
  upto pg_snapshot not null,
  constraint floor_only_one_check CHECK (only_one),
  constraint floor_pkey PRIMARY KEY (only_one)
);
alter table deltad.floor owner to deltad_capture_database;
grant select on table deltad.floor to deltad_daemon_database;

create unlogged table deltad.incarnation (
  only_one boolean default true not null,
  secret bytea not null,
  constraint incarnation_only_one_check CHECK (only_one),
  constraint incarnation_pkey PRIMARY KEY (only_one)
);
alter table deltad.incarnation owner to deltad_capture_database;

create table deltad.install (
  only_one boolean default true not null,
  token uuid default gen_random_uuid() not null,
  version text not null,
  configuration text not null,
  daemon_role name not null,
  database_name name not null,
  database_oid oid not null,
  system_identifier bigint not null,
  installed_at timestamp with time zone default now() not null,
  constraint install_only_one_check CHECK (only_one),
  constraint install_pkey PRIMARY KEY (only_one)
);
alter table deltad.install owner to deltad_capture_database;
grant select on table deltad.install to deltad_daemon_database;

create unlogged table deltad.lease_lock (
  
);
alter table deltad.lease_lock owner to deltad_capture_database;

create unlogged table deltad.mark (
  made_at timestamp with time zone default clock_timestamp() not null,
  snapshot pg_snapshot not null,
  change_seq bigint not null,
  constraint mark_pkey PRIMARY KEY (made_at)
);
alter table deltad.mark owner to deltad_capture_database;

create table deltad.migration (
  name text not null,
  checksum text not null,
  applied_at timestamp with time zone default now() not null,
  constraint migration_pkey PRIMARY KEY (name)
);
alter table deltad.migration owner to deltad_capture_database;
grant select on table deltad.migration to deltad_daemon_database;

create unlogged table deltad.pruned (
  change_table name not null,
  upto pg_snapshot not null,
  constraint pruned_pkey PRIMARY KEY (change_table)
) with (fillfactor=50);
alter table deltad.pruned owner to deltad_capture_database;

create unlogged table deltad.reader (
  id uuid not null,
  cursor pg_snapshot not null,
  registered_at timestamp with time zone default clock_timestamp() not null,
  seen_at timestamp with time zone default clock_timestamp() not null,
  application_name text default current_setting('application_name'::text) not null,
  backend_pid integer default pg_backend_pid() not null,
  constraint reader_pkey PRIMARY KEY (id)
) with (fillfactor=50);
alter table deltad.reader owner to deltad_capture_database;
grant select on table deltad.reader to deltad_daemon_database;

create unlogged table deltad.reset (
  change_xid xid8 default pg_current_xact_id() not null,
  source text not null,
  owner text,
  rows bigint,
  link text
) with (autovacuum_vacuum_scale_factor=0, autovacuum_vacuum_threshold=5000, autovacuum_vacuum_cost_delay=0, vacuum_truncate=false);
CREATE INDEX reset_change_xid ON deltad.reset USING btree (change_xid, source, owner);
alter table deltad.reset owner to deltad_capture_database;
grant select on table deltad.reset to deltad_daemon_database;

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
alter table deltad.revocation owner to deltad_capture_database;
grant select on table deltad.revocation to deltad_daemon_database;

create table deltad.source (
  source text not null,
  schema_name name not null,
  table_name name not null,
  key_column name not null,
  owner_column name not null,
  columns jsonb not null,
  functions jsonb not null,
  limits jsonb not null,
  capture text default 'on'::text not null,
  switched_at timestamp with time zone,
  switched_by name,
  awaited text[],
  constraint source_capture_check CHECK ((capture = ANY (ARRAY['on'::text, 'off'::text, 'suspended'::text, 'returning'::text]))),
  constraint source_pkey PRIMARY KEY (source)
);
alter table deltad.source owner to deltad_capture_database;
grant select on table deltad.source to deltad_daemon_database;

create view deltad.status (
  version text,
  configuration text,
  source text,
  watched text,
  triggers text,
  capture text,
  change_rows bigint,
  change_bytes bigint,
  daemons bigint,
  unread_for interval,
  unseen_for interval
);
alter table deltad.status owner to deltad_capture_database;
grant select on table deltad.status to deltad_daemon_database;

create function deltad.after_ddl()
  returns event_trigger
  language plpgsql volatile security definer
  set search_path=pg_catalog, pg_temp
  set jit=off;
alter function deltad.after_ddl() owner to deltad_capture_database;

create function deltad.armed_triggers(watched regclass, source text)
  returns TABLE(node regclass, trigger_name name, needed boolean, present boolean, enabled boolean, armed boolean)
  language sql stable
  set search_path=pg_catalog, pg_temp
  set jit=off;
alter function deltad.armed_triggers(watched regclass, source text) owner to deltad_capture_database;
grant execute on function deltad.armed_triggers(watched regclass, source text) to deltad_daemon_database;

create function deltad.attend(away interval DEFAULT NULL::interval, unread bigint DEFAULT NULL::bigint)
  returns void
  language plpgsql volatile
  set search_path=pg_catalog, pg_temp;
alter function deltad.attend(away interval, unread bigint) owner to deltad_capture_database;

create function deltad.change_tables()
  returns SETOF name
  language sql stable;
alter function deltad.change_tables() owner to deltad_capture_database;

create function deltad.daemon_rights()
  returns TABLE(object name, privilege text)
  language sql stable
  set search_path=pg_catalog, pg_temp;
alter function deltad.daemon_rights() owner to deltad_capture_database;

create function deltad.day_start(d date, tz text)
  returns timestamp with time zone
  language sql stable;
alter function deltad.day_start(d date, tz text) owner to deltad_capture_database;
grant execute on function deltad.day_start(d date, tz text) to deltad_daemon_database;

create function deltad.discard_unread()
  returns void
  language plpgsql volatile
  set search_path=pg_catalog, pg_temp;
alter function deltad.discard_unread() owner to deltad_capture_database;

create function deltad.expire_readers()
  returns void
  language sql volatile;
alter function deltad.expire_readers() owner to deltad_capture_database;

create function deltad.expire_revocations()
  returns void
  language sql volatile security definer
  set search_path=pg_catalog, pg_temp;
alter function deltad.expire_revocations() owner to deltad_capture_database;
grant execute on function deltad.expire_revocations() to deltad_daemon_database;

create function deltad.fingerprint(watched json)
  returns text
  language plpgsql stable
  set search_path=pg_catalog, pg_temp
  set jit=off;
alter function deltad.fingerprint(watched json) owner to deltad_capture_database;
grant execute on function deltad.fingerprint(watched json) to deltad_daemon_database;

create function deltad.follow_columns(source text, renamed name DEFAULT NULL::name)
  returns text[]
  language plpgsql volatile
  set search_path=pg_catalog, pg_temp;
alter function deltad.follow_columns(source text, renamed name) owner to deltad_capture_database;

create function deltad.forget_uncaptured()
  returns void
  language sql volatile
  set search_path=pg_catalog, pg_temp;
alter function deltad.forget_uncaptured() owner to deltad_capture_database;

create function deltad.heartbeat(id uuid, cursor pg_snapshot, probe text)
  returns boolean
  language plpgsql volatile security definer
  set search_path=pg_catalog, pg_temp;
alter function deltad.heartbeat(id uuid, cursor pg_snapshot, probe text) owner to deltad_capture_database;
grant execute on function deltad.heartbeat(id uuid, cursor pg_snapshot, probe text) to deltad_daemon_database;

create function deltad.here()
  returns text
  language plpgsql volatile security definer
  set search_path=pg_catalog, pg_temp;
alter function deltad.here() owner to deltad_capture_database;

create function deltad.horizon(retention interval, max_kept bigint)
  returns pg_snapshot
  language plpgsql volatile
  set search_path=pg_catalog, pg_temp;
alter function deltad.horizon(retention interval, max_kept bigint) owner to deltad_capture_database;

create function deltad.incarnation()
  returns bytea
  language plpgsql volatile security definer
  set search_path=pg_catalog, pg_temp;
alter function deltad.incarnation() owner to deltad_capture_database;
grant execute on function deltad.incarnation() to deltad_daemon_database;

create function deltad.is_original()
  returns boolean
  language sql stable
  set search_path=pg_catalog, pg_temp;
alter function deltad.is_original() owner to deltad_capture_database;
grant execute on function deltad.is_original() to deltad_daemon_database;

create function deltad.is_partition_of(partition oid, schema_name name, table_name name)
  returns boolean
  language plpgsql stable;
alter function deltad.is_partition_of(partition oid, schema_name name, table_name name) owner to deltad_capture_database;

create function deltad.is_trustworthy(role name)
  returns boolean
  language sql stable
  set search_path=pg_catalog, pg_temp;
alter function deltad.is_trustworthy(role name) owner to deltad_capture_database;

create function deltad.is_used_elsewhere(role name)
  returns boolean
  language sql stable
  set search_path=pg_catalog, pg_temp;
alter function deltad.is_used_elsewhere(role name) owner to deltad_capture_database;

create function deltad.make_mark(retention interval, max_kept bigint)
  returns void
  language plpgsql volatile
  set search_path=pg_catalog, pg_temp;
alter function deltad.make_mark(retention interval, max_kept bigint) owner to deltad_capture_database;

create function deltad.may_skip()
  returns boolean
  language plpgsql stable
  set search_path=pg_catalog, pg_temp;
alter function deltad.may_skip() owner to deltad_capture_database;

create function deltad.partition_key(watched regclass)
  returns name[]
  language sql stable;
alter function deltad.partition_key(watched regclass) owner to deltad_capture_database;
grant execute on function deltad.partition_key(watched regclass) to deltad_daemon_database;

create function deltad.present_incarnation()
  returns bytea
  language sql stable
  set search_path=pg_catalog, pg_temp;
alter function deltad.present_incarnation() owner to deltad_capture_database;

create function deltad.prune(max_rows integer, retention interval DEFAULT '00:00:00'::interval, max_kept bigint DEFAULT 0)
  returns bigint
  language plpgsql volatile security definer
  set search_path=pg_catalog, pg_temp;
alter function deltad.prune(max_rows integer, retention interval, max_kept bigint) owner to deltad_capture_database;
grant execute on function deltad.prune(max_rows integer, retention interval, max_kept bigint) to deltad_daemon_database;

create function deltad.prune_table(change_table name, seen pg_snapshot, max_rows bigint)
  returns bigint
  language plpgsql volatile
  set search_path=pg_catalog, pg_temp
  set enable_seqscan=off;
alter function deltad.prune_table(change_table name, seen pg_snapshot, max_rows bigint) owner to deltad_capture_database;

create function deltad.raise_floor(upto pg_snapshot)
  returns void
  language sql volatile
  set search_path=pg_catalog, pg_temp;
alter function deltad.raise_floor(upto pg_snapshot) owner to deltad_capture_database;

create function deltad.register_reader(id uuid, away interval DEFAULT NULL::interval, unread bigint DEFAULT NULL::bigint)
  returns pg_snapshot
  language plpgsql volatile security definer
  set search_path=pg_catalog, pg_temp
  set enable_seqscan=off;
alter function deltad.register_reader(id uuid, away interval, unread bigint) owner to deltad_capture_database;
grant execute on function deltad.register_reader(id uuid, away interval, unread bigint) to deltad_daemon_database;

create function deltad.release_reader(id uuid)
  returns void
  language sql volatile security definer
  set search_path=pg_catalog, pg_temp;
alter function deltad.release_reader(id uuid) owner to deltad_capture_database;
grant execute on function deltad.release_reader(id uuid) to deltad_daemon_database;

create function deltad.reset_source(source text)
  returns void
  language plpgsql volatile
  set search_path=pg_catalog, pg_temp;
alter function deltad.reset_source(source text) owner to deltad_capture_database;

create function deltad.return_capture()
  returns text
  language plpgsql volatile security definer
  set search_path=pg_catalog, pg_temp;
alter function deltad.return_capture() owner to deltad_capture_database;
grant execute on function deltad.return_capture() to deltad_daemon_database;

create function deltad.revoke_token(token_id text, subject text, issued_until timestamp with time zone, expires_at timestamp with time zone)
  returns void
  language sql volatile security definer
  set search_path=pg_catalog, pg_temp;
alter function deltad.revoke_token(token_id text, subject text, issued_until timestamp with time zone, expires_at timestamp with time zone) owner to deltad_capture_database;

create function deltad.ring(writers_prepare boolean DEFAULT true)
  returns void
  language plpgsql volatile;
alter function deltad.ring(writers_prepare boolean) owner to deltad_capture_database;

create function deltad.row_captured(node oid)
  returns text
  language plpgsql stable;
alter function deltad.row_captured(node oid) owner to deltad_capture_database;

create function deltad.seen_by_all()
  returns pg_snapshot
  language plpgsql stable;
alter function deltad.seen_by_all() owner to deltad_capture_database;

create function deltad.skip_capture(source text)
  returns void
  language plpgsql volatile
  set search_path=pg_catalog, pg_temp;
alter function deltad.skip_capture(source text) owner to deltad_capture_database;

create function deltad.snapshot_below(bound xid8, in_progress xid8[])
  returns pg_snapshot
  language sql immutable;
alter function deltad.snapshot_below(bound xid8, in_progress xid8[]) owner to deltad_capture_database;

create function deltad.sources_called(name text)
  returns text[]
  language plpgsql stable
  set search_path=pg_catalog, pg_temp;
alter function deltad.sources_called(name text) owner to deltad_capture_database;

create function deltad.sources_of(relation oid)
  returns SETOF text
  language plpgsql stable
  set search_path=pg_catalog, pg_temp;
alter function deltad.sources_of(relation oid) owner to deltad_capture_database;

create function deltad.suspend_unread()
  returns void
  language plpgsql volatile
  set search_path=pg_catalog, pg_temp;
alter function deltad.suspend_unread() owner to deltad_capture_database;

create function deltad.switch_functions(source text, is_on boolean)
  returns boolean
  language plpgsql volatile
  set search_path=pg_catalog, pg_temp;
alter function deltad.switch_functions(source text, is_on boolean) owner to deltad_capture_database;

create function deltad.switch_off(watched text DEFAULT NULL::text)
  returns text[]
  language plpgsql volatile security definer
  set search_path=pg_catalog, pg_temp;
alter function deltad.switch_off(watched text) owner to deltad_capture_database;

create function deltad.switch_on(watched text DEFAULT NULL::text)
  returns text[]
  language plpgsql volatile security definer
  set search_path=pg_catalog, pg_temp;
alter function deltad.switch_on(watched text) owner to deltad_capture_database;

create function deltad.switched_off(body text)
  returns text
  language sql immutable
  set search_path=pg_catalog, pg_temp;
alter function deltad.switched_off(body text) owner to deltad_capture_database;

create function deltad.switched_on(body text)
  returns text
  language sql immutable
  set search_path=pg_catalog, pg_temp;
alter function deltad.switched_on(body text) owner to deltad_capture_database;
grant execute on function deltad.switched_on(body text) to deltad_daemon_database;

create function deltad.touched_by_ddl(source text, relation oid)
  returns boolean
  language plpgsql stable
  set search_path=pg_catalog, pg_temp;
alter function deltad.touched_by_ddl(source text, relation oid) owner to deltad_capture_database;

create function deltad.unsettled(version text, configuration text)
  returns TABLE(problem text, statement text)
  language plpgsql stable
  set search_path=pg_catalog, pg_temp
  set jit=off;
alter function deltad.unsettled(version text, configuration text) owner to deltad_capture_database;

create function deltad.wanted_role(prefix text, present name)
  returns name
  language plpgsql stable
  set search_path=pg_catalog, pg_temp;
alter function deltad.wanted_role(prefix text, present name) owner to deltad_capture_database;

create procedure deltad.adopt()
  language plpgsql
  set search_path=pg_catalog, pg_temp;
alter procedure deltad.adopt() owner to deltad_capture_database;

create procedure deltad.register_source(IN source text, IN schema_name name, IN table_name name, IN key_column name, IN owner_column name, IN functions name[], IN limits jsonb)
  language plpgsql
  set search_path=pg_catalog, pg_temp;
alter procedure deltad.register_source(IN source text, IN schema_name name, IN table_name name, IN key_column name, IN owner_column name, IN functions name[], IN limits jsonb) owner to deltad_capture_database;

create procedure deltad.settle(IN version text, IN configuration text)
  language plpgsql
  set search_path=pg_catalog, pg_temp;
alter procedure deltad.settle(IN version text, IN configuration text) owner to deltad_capture_database;

create procedure deltad.unwatch_others(IN sources text[])
  language plpgsql
  set search_path=pg_catalog, pg_temp
  set client_min_messages=warning;
alter procedure deltad.unwatch_others(IN sources text[]) owner to deltad_capture_database;

create procedure deltad.watch_ddl()
  language plpgsql
  set search_path=pg_catalog, pg_temp
  set client_min_messages=warning;
alter procedure deltad.watch_ddl() owner to deltad_capture_database;
