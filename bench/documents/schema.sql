create table accounts (id bigint primary key, time_zone text not null default 'UTC');
create table boards (id bigint primary key, account_id bigint not null references accounts);
create table board_members (board_id bigint not null, user_id text not null, primary key (board_id, user_id));
create table widgets (id uuid primary key, board_id bigint not null, title text not null, x integer not null default 0, y integer not null default 0);
create index on widgets (board_id);
