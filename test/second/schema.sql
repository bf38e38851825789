-- Another marketplace than the demo's: its own schema, names in mixed case, uuid keys, an enum, varchar, money in whole cents, dates without a
-- time, and a column named like a keyword.
create schema hangar;

create type hangar.payment as enum ('open', 'settled', 'refunded');

create table hangar.hangar_owners (
  owner_key    uuid primary key,
  display_name text not null,
  tz           varchar(60) not null,
  money        char(3) not null
);

create table hangar."Hangar_Listings" (
  "listingNo" integer primary key,
  "ownerKey"  uuid not null references hangar.hangar_owners (owner_key),
  state       varchar(20) not null,
  area_m2     numeric(8, 1),
  "order"     smallint
);
create index on hangar."Hangar_Listings" ("ownerKey");

create table hangar.stays (
  stay_no    bigint primary key,
  hangar_no  integer not null references hangar."Hangar_Listings" ("listingNo"),
  host       uuid not null references hangar.hangar_owners (owner_key),
  state      varchar(20) not null,
  payment    hangar.payment not null,
  cents      integer not null,
  arrives    timestamptz(3),
  leaves     timestamptz(3),
  booked_on  date not null,
  settled_at timestamptz,
  guests     smallint,
  discount   numeric(4, 3),
  cancel_by  date,
  due_on     date,
  checked_at timestamp
);
create index on hangar.stays (host, leaves);
create index on hangar.stays (host, booked_on);
create index on hangar.stays (host, settled_at);
