-- A wholesaler: order lines with price, quantity and discount, known by two columns together. An order is dated by a day, and shipped at a
-- time without zone, which is UTC; an employee's office knows the time zone. Domains, an enum, an array and a generated column.
create domain zone_name as text check (value <> '');
create domain pieces as integer check (value > 0);
create domain rate as numeric(4, 3) check (value between 0 and 1);
create type order_state as enum ('open', 'shipped', 'cancelled');

create table offices (
  office_id smallint primary key,
  zone      zone_name not null,
  phone     text
);

create table employees (
  employee_id integer primary key,
  office_id   smallint not null references offices,
  name        varchar(80) not null
);

create table orders (
  order_id    integer primary key,
  employee_id integer references employees,
  ordered_on  date not null,
  shipped_at  timestamp,
  state       order_state not null default 'open',
  tags        text[] not null default '{}'
);
create index on orders (employee_id);

create table order_lines (
  order_id integer not null references orders on update cascade on delete cascade deferrable initially deferred,
  line_no  smallint not null,
  product  varchar(40) not null,
  price    numeric(10, 2) not null,
  quantity pieces not null,
  discount rate not null default 0,
  net      numeric(14, 4) generated always as (price * quantity * (1 - discount)) stored,
  primary key (order_id, line_no)
);
