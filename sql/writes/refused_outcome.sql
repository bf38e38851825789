-- What an operation has come to that PostgreSQL has refused with this SQLSTATE; null where it may pass later. The error's own message may
-- quote other people's rows: nobody is told it.
create or replace function deltad.refused_outcome(state text, constraint_name text) returns jsonb
language sql immutable
set search_path = pg_catalog, pg_temp
as $$
  select case
    -- Connections, transactions, resources, states of objects, operators, the system: nothing that the operation is at fault for.
    when left(state, 2) in ('08', '25', '40', '53', '55', '57', '58', 'F0', 'XX') then null
    -- Row-level security, or a privilege that a trigger lacks.
    when state = '42501' then '{"outcome": "forbidden"}'::jsonb
    else jsonb_strip_nulls(jsonb_build_object('outcome', 'invalid', 'constraint', nullif(constraint_name, ''), 'reason',
      case state
        when '23502' then 'a column that must have a value has none'
        when '23503' then 'a row that it names is not there, or others name it'
        when '23505' then 'there is such a row already'
        when '23514' then 'a check refuses it'
        when '23P01' then 'another row excludes it'
        when '22001' then 'a text is too long'
        when '22003' then 'a number is out of range'
        when 'P0001' then 'a trigger refuses it'
        else case left(state, 2) when '22' then 'a value is not of its column''s type' else 'the database refuses it' end
      end || ' (' || state || ')'))
  end
$$;
