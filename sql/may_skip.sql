-- Whether the role that writes may leave its writes out, see sql/skip_capture.sql: as who it acts since SET ROLE, or has logged in.
create or replace function deltad.may_skip() returns boolean
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return has_function_privilege(
    case current_setting('role') when 'none' then session_user else current_setting('role')::name end,
    'deltad.skip_capture(text)', 'execute');
end
$$;
