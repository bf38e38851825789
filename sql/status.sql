-- What deltad does in this database, for who runs it: a row for each source. No function of deltad's is called, so that
-- `grant select on deltad.status` with `grant usage on schema deltad` is all that a reader needs.
create or replace view deltad.status as
select i.version,
       i.configuration,
       s.source,
       format('%I.%I', s.schema_name, s.table_name) as watched,
       -- Of the table itself: deltad's statement and row triggers, and how many of them fire whatever the session's role.
       case when c.oid is null then 'the table does not exist'
            else format('%s of %s always', t.always, t.present) end as triggers,
       -- Since when it is so, where it is not on.
       case when s.capture = 'on' then 'on' else concat(s.capture, ' since ' || s.switched_at) end as capture,
       -- As the statistics know it.
       pg_stat_get_live_tuples(change.oid) as change_rows,
       pg_total_relation_size(change.oid) as change_bytes,
       r.daemons,
       -- Since the slowest daemon's latest heartbeat: changes since then may be unread.
       r.unread_for,
       -- Since any daemon's.
       r.unseen_for
  from deltad.install i
 cross join deltad.source s
  left join pg_namespace n on n.nspname = s.schema_name
  left join pg_class c on c.relnamespace = n.oid and c.relname = s.table_name
  left join pg_class change on change.relname = 'change_' || s.source
                           and change.relnamespace = (select o.oid from pg_namespace o where o.nspname = 'deltad')
 cross join lateral (
   select count(*) as present, count(*) filter (where g.tgenabled = 'A') as always
     from pg_trigger g where g.tgrelid = c.oid and (g.tgname like 'deltad\_%' or g.tgname like 'zz\_deltad\_%')) t
 cross join lateral (
   select count(*) as daemons, clock_timestamp() - min(l.seen_at) as unread_for, clock_timestamp() - max(l.seen_at) as unseen_for
     from deltad.reader l) r;
