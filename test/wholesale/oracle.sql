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
                from (select state, count(*) as n from line where employee_id = o.id group by 1) x)
  ) as document
from owner o
