create table accounts (id bigint primary key, time_zone text not null default 'UTC');
create table boards (id bigint primary key, account_id bigint not null references accounts, host text, name text not null);
create table board_members (board_id bigint not null references boards, user_id text not null, role text not null default 'viewer');
create index on board_members (board_id, user_id);
create extension if not exists btree_gist;
create table metrics_known (name text primary key);
create type widget_kind as enum ('number', 'chart', 'text');
create table widgets (
  id uuid primary key, board_id bigint not null references boards, kind widget_kind not null default 'number', title varchar(40) not null,
  x integer not null default 0 check (x >= 0), y integer not null default 0, price numeric(10, 2), tags text[] not null default '{}',
  settings jsonb, metric text references metrics_known, slot int4range,
  created_by text not null, secret text not null default 'canary', deleted_at timestamptz,
  constraint one_slot exclude using gist (board_id with =, slot with &&),
  constraint one_title unique (board_id, title) deferrable initially deferred
);
create index on widgets (board_id);
create table messages (
  id bigserial primary key, board_id bigint not null, author text not null, body text not null,
  created_at timestamptz not null default clock_timestamp()
);
create index on messages (board_id, created_at, id);
create table parts (id text primary key, board_id bigint not null, name text not null);
create index on parts (board_id);
