create table shops (
  id       bigint primary key,
  zone     text not null default 'Europe/Lisbon',
  currency text not null default 'EUR'
);

create table orders (
  id      bigint generated always as identity primary key,
  shop_id bigint not null references shops (id),
  item    text not null,
  amount  numeric(12, 2) not null,
  status  text not null default 'open'
);
create index on orders (shop_id, id);
