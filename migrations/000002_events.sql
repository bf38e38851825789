-- What events need: how many rows a bulk statement changed, and an order of changes across all tables.

-- Per owner; null where nobody counted them: the whole table is named, or a row moved between partitions.
alter table deltad.reset add column rows bigint;

-- Numbers the change rows of all tables: a transaction that changes a row after another did so has the greater number. Like the change
-- tables it begins anew after a crash, where PostgreSQL can do that (15 and newer).
do $$
declare
  change_table regclass;
  used         bigint;
  next         bigint := 1;
begin
  execute format('create %s sequence deltad.change_seq',
                 case when current_setting('server_version_num')::int >= 150000 then 'unlogged' else '' end);
  alter sequence deltad.change_seq owner to deltad_capture;
  for change_table in
    select c.oid::regclass
      from pg_class c
      join pg_attribute a on a.attrelid = c.oid and a.attname = 'change_seq' and a.attidentity <> ''
     where c.relnamespace = 'deltad'::regnamespace and c.relkind = 'r'
  loop
    execute format('select coalesce(max(change_seq), 0) + 1 from %s', change_table) into used;
    next := greatest(next, used);
    execute format(
      'alter table %s alter change_seq drop identity, alter change_seq set default nextval(''deltad.change_seq'')', change_table);
  end loop;
  perform setval('deltad.change_seq', next, false);
end
$$;
