-- What lets a client come back and get what it missed: the secret that signs its cursors, and how far back changes are kept.

-- deltad.prune() takes a retention now; see sql/prune.sql.
do $$
begin
  if to_regprocedure('deltad.prune(integer)') is not null then
    drop function deltad.prune(integer);
  end if;
end
$$;

-- One row, made by the first daemon that registers. Unlogged like the change tables: after a crash or a failover both are empty, and
-- with the secret every cursor ends that spoke of them. Read by deltad.incarnation() alone.
create unlogged table deltad.incarnation (
  only_one boolean primary key default true check (only_one),
  secret   bytea   not null
);
alter table deltad.incarnation owner to deltad_capture;

-- What had committed by when: changes that an old enough mark sees may be removed. One a minute or so, made by deltad.prune().
create unlogged table deltad.mark (
  made_at    timestamptz primary key default clock_timestamp(),
  snapshot   pg_snapshot not null,
  change_seq bigint      not null
);
alter table deltad.mark owner to deltad_capture;

-- Changes that this snapshot sees may be gone, or never have been written: who has not seen all of them can't be told what it missed.
create unlogged table deltad.floor (
  only_one boolean     primary key default true check (only_one),
  upto     pg_snapshot not null
);
alter table deltad.floor owner to deltad_capture;
grant select on deltad.floor to deltad_daemon;
