-- Creates deltad.change_<source>, the images of one watched table, or gives it exactly these columns: {"id": "bigint", …}. Does
-- nothing, and takes no lock, where it has them. Run by the watched table's owner.
--
-- Before it alters anything it keeps writers off the watched table: one that is between its trigger and its insert would still write
-- the old columns. A column of another type starts empty, and one that is no longer captured takes its images with it: the reset
-- makes a daemon that runs meanwhile read the table again.
create or replace procedure deltad.prepare_change_table(source text, watched regclass, columns json)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  change_table constant name := 'change_' || source;
  difference   record;
  altered      boolean := false;
  images_lost  boolean := false;
begin
  if to_regclass(format('deltad.%I', change_table)) is null then
    execute format(
      'create unlogged table deltad.%I (
         change_xid    xid8     not null default pg_current_xact_id(),  -- the top-level transaction, also under savepoints
         change_seq    bigint   not null default nextval(''deltad.change_seq''),
         change_weight smallint not null,                               -- -1 the old image of a row, +1 the new one
         %s
       ) with (
         -- Rows live for seconds: vacuum by their number, not by their share, at full speed, and never take the writers off
         -- the table to hand back its last pages.
         autovacuum_vacuum_scale_factor = 0,
         autovacuum_vacuum_threshold = 5000,
         autovacuum_vacuum_cost_delay = 0,
         vacuum_truncate = false
       )',
      change_table,
      (select string_agg(format('%I %s', key, value::regtype), ', ') from json_each_text(columns)));
    execute format('create index on deltad.%I (change_xid)', change_table);
    execute format('alter table deltad.%I owner to deltad_capture', change_table);
    execute format('grant select on deltad.%I to deltad_daemon', change_table);
    return;
  end if;

  for difference in
    select coalesce(wanted.name, present.attname) as name, wanted.type as wanted, present.atttypid as present
      from (select key as name, value::regtype as type from json_each_text(columns)) wanted
      full join (select attname, atttypid::regtype
                   from pg_attribute
                  where attrelid = to_regclass(format('deltad.%I', change_table)) and attnum > 3 and not attisdropped) present
        on present.attname = wanted.name
     where wanted.type is distinct from present.atttypid
  loop
    if not altered then
      execute format('lock table %s in share row exclusive mode', watched);
      altered := true;
    end if;
    if difference.present is not null then
      execute format('alter table deltad.%I drop column %I', change_table, difference.name);
      images_lost := true;
    end if;
    if difference.wanted is not null then
      execute format('alter table deltad.%I add column %I %s', change_table, difference.name, difference.wanted);
    end if;
  end loop;
  if altered then
    perform deltad.forget_uncaptured();
  end if;
  if images_lost then
    insert into deltad.reset (source) values (prepare_change_table.source);
  end if;
end
$$;
alter procedure deltad.prepare_change_table(text, regclass, json) owner to deltad_capture;
revoke all on procedure deltad.prepare_change_table(text, regclass, json) from public;
