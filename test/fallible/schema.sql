-- Rows that conditions of deltad.config.ts fail at, with an amount or a share of 0; and notes of any length.
create table tenants (id bigint primary key, zone text not null default 'UTC');
create table orders (
  id        bigint generated always as identity primary key,
  tenant_id bigint not null references tenants,
  amount    integer not null default 10,
  share     integer not null default 10,
  note      text
);
