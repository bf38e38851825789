-- The wholesaler's document by hand, as test/support/oracle.sql is the demo's. $1: T in microseconds (bigint); $2: owners (integer[]), NULL for all.
with clock as (
  select timestamptz 'epoch' + ($1::bigint / 1000000) * interval '1 second' + ($1::bigint % 1000000) * interval '1 microsecond' as t
),
owner as (
  select e.employee_id as id, z.zone, (c.t at time zone z.zone)::date as today
    from employees e join offices z on z.office_id = e.office_id cross join clock c
   where $2::integer[] is null or e.employee_id = any($2::integer[])
),
line as (
  select o.employee_id, o.state::text as state, to_char(o.ordered_on, 'YYYY-MM') as month, o.ordered_on, l.*
    from order_lines l join orders o on o.order_id = l.order_id
),
delivered as (
  select l.employee_id, l.state, l.product, d.pieces
    from deliveries d join line l on l.order_id = d.order_id and l.line_no = d.line_no
),
client as (
  select t.employee_id, t.kind, c.client_id, c.tier from clients c join territories t on t.country = c.country and t.region = c.region
),
visited as (
  select c.employee_id, c.kind, c.tier, v.minutes from visits v join client c on c.client_id = v.client_id
)
select o.id::text as owner,
  jsonb_build_object(
    'orders', jsonb_build_object(
      'byState', (select coalesce(jsonb_object_agg(x.state, x.n), '{}')
                    from (select state::text, count(*) as n from orders where employee_id = o.id group by 1) x),
      'shippedToday', (select count(*) from orders
                        where employee_id = o.id and case when shipped_at >= '1900-01-03' and shipped_at < '2199-12-30'
                                                          then (shipped_at at time zone 'UTC' at time zone o.zone)::date = o.today end),
      'byTag', (select coalesce(jsonb_object_agg(x.tag, x.n), '{}')
                  from (select tags[1] as tag, count(*) as n from orders where employee_id = o.id and tags[1] is not null group by 1) x)),
    'revenue', jsonb_build_object(
      'all', (select coalesce(sum(net), 0.0000)::text from line where employee_id = o.id),
      'open', (select coalesce(sum(net), 0.0000)::text from line where employee_id = o.id and state = 'open'),
      'thisMonth', (select coalesce(sum(net), 0.0000)::text from line
                     where employee_id = o.id and month = to_char(o.today, 'YYYY-MM')),
      'perMonth', (select coalesce(jsonb_object_agg(x.month, x.net), '{}')
                     from (select month, sum(net)::text as net from line
                            where employee_id = o.id and ordered_on >= date_trunc('month', o.today) - interval '11 months'
                              and ordered_on < date_trunc('month', o.today) + interval '1 month' group by 1) x),
      'best', (select coalesce(jsonb_object_agg(x.product, x.net), '{}')
                 from (select product, sum(net)::text as net from line where employee_id = o.id
                        group by product order by sum(net) desc, product limit 2) x),
      'discount', (select coalesce(sum(round(price * quantity * discount, 2)), 0.00)::text from line where employee_id = o.id)),
    'pieces', (select coalesce(sum(quantity), 0)::text from line where employee_id = o.id),
    'lines', (select coalesce(jsonb_object_agg(x.state, x.n), '{}')
                from (select state, count(*) as n from line where employee_id = o.id group by 1) x),
    'deliveries', jsonb_build_object(
      'pieces', (select coalesce(sum(pieces), 0)::text from delivered where employee_id = o.id),
      'ofOpen', (select count(*) from delivered where employee_id = o.id and state = 'open'),
      'byProduct', (select coalesce(jsonb_object_agg(x.product, x.n), '{}')
                      from (select product, count(*) as n from delivered where employee_id = o.id group by 1) x)),
    'clients', (select coalesce(jsonb_object_agg(x.kind, x.n), '{}')
                  from (select kind, count(*) as n from client where employee_id = o.id group by 1) x),
    'visits', jsonb_build_object(
      'minutes', (select coalesce(sum(minutes), 0)::text from visited where employee_id = o.id),
      'ofGold', (select count(*) from visited where employee_id = o.id and tier = 'gold'),
      'byKind', (select coalesce(jsonb_object_agg(x.kind, x.minutes), '{}')
                   from (select kind, sum(minutes)::text as minutes from visited where employee_id = o.id group by 1) x))
  ) as document
from owner o
