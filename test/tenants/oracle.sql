-- The documents of accounts and depots by hand, as test/support/oracle.sql is the demo's: of accounts by their key, of depots by the topic's
-- name. $1: T in microseconds (bigint); $2: these (text[]), NULL for all.
with clock as (
  select timestamptz 'epoch' + ($1::bigint / 1000000) * interval '1 second' + ($1::bigint % 1000000) * interval '1 microsecond' as t
),
-- The parts of a key, character by character.
spelt as (
  select x.part, coalesce(string_agg(case x.c when '%' then '%25' when '/' then '%2F' else x.c end, '' order by x.n), '') as text
    from (select p.part, s.c, s.n
            from (select tenant::text collate "C" as part from accounts union select code from depots) p
            left join lateral regexp_split_to_table(p.part, '') with ordinality s(c, n) on true) x
   group by x.part
),
account as (
  select s.text || '/' || a.number as name, a.tenant, a.number, (c.t at time zone a.zone)::date as today, a.zone
    from accounts a join spelt s on s.part = a.tenant cross join clock c
   where $2::text[] is null or s.text || '/' || a.number = any($2::text[])
),
depot as (
  select 'depot:' || rtrim(d.country) || '/' || s.text || '/' || d.no as name, d.*, (c.t at time zone d.zone)::date as today
    from depots d join spelt s on s.part = d.code collate "C" cross join clock c
),
dated as (
  select o.*, case when o.placed_at >= '1900-01-02Z' and o.placed_at < '2199-12-31Z' then o.placed_at end as at
    from orders o
),
ordered as (
  select a.name, a.today, o.id, o.state, o.amount, (o.at at time zone a.zone)::date as day
    from account a join dated o on o.tenant = a.tenant collate "C" and o.account = a.number
),
stocked as (
  select d.name, d.today, o.id, o.state, (o.at at time zone d.zone)::date as day
    from depot d join dated o on o.country = rtrim(d.country) and o.code = d.code and o.depot = d.no
)
select a.name as owner,
  jsonb_build_object(
    'orders', (select coalesce(jsonb_object_agg(x.state, x.n), '{}') from (select state, count(*) as n from ordered where name = a.name group by 1) x),
    'amount', jsonb_build_object(
      'all', (select coalesce(sum(amount), 0.00)::text from ordered where name = a.name),
      'today', (select coalesce(sum(amount), 0.00)::text from ordered where name = a.name and day = today),
      'perMonth', (select coalesce(jsonb_object_agg(x.month, x.amount), '{}')
                     from (select to_char(day, 'YYYY-MM') as month, sum(amount)::text as amount from ordered
                            where name = a.name and day >= date_trunc('month', today) - interval '2 months'
                              and day < date_trunc('month', today) + interval '1 month' group by 1) x)),
    'pieces', jsonb_build_object(
      'all', (select coalesce(sum(i.pieces), 0)::text from ordered o join items i on i.order_id = o.id where o.name = a.name),
      'byState', (select coalesce(jsonb_object_agg(x.state, x.pieces), '{}')
                    from (select o.state, sum(i.pieces)::text as pieces from ordered o join items i on i.order_id = o.id
                           where o.name = a.name group by 1) x))) as document
  from account a
union all
select d.name,
  jsonb_build_object(
    'open', (select count(*) from stocked where name = d.name and state = 'open'),
    'today', (select count(*) from stocked where name = d.name and day = today),
    'pieces', (select coalesce(sum(i.pieces), 0)::text from stocked o join items i on i.order_id = o.id where o.name = d.name))
  from depot d
 where $2::text[] is null or d.name = any($2::text[])
