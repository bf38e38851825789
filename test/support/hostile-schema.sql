-- A schema that is in everybody's way: functions, operators and types of pg_catalog's names that raise an error, and tables named as
-- deltad's and as transition tables. What can't be made in their likeness is left out.
create schema hostile;

create function hostile.hijacked() returns boolean language plpgsql as $$ begin raise exception 'hijacked'; end $$;

do $$
declare
  made record;
begin
  for made in
    select p.proname, pg_catalog.oidvectortypes(p.proargtypes) as arguments, pg_catalog.format_type(p.prorettype, null) as result
      from pg_catalog.pg_proc p
     where p.pronamespace = 'pg_catalog'::regnamespace and p.prokind in ('f', 'a')
       and not exists (select from unnest(p.proargtypes || p.prorettype) type
                         join pg_catalog.pg_type t on t.oid = type and (t.typtype = 'p' and t.typname <> 'void' or t.typname like 'reg%' and t.typname <> 'regclass'))
       and p.pronargs <= 4 and not p.proretset
  loop
    begin
      execute format('create function hostile.%I(%s) returns %s language plpgsql as $x$ begin raise exception ''hijacked''; end $x$',
                     made.proname, made.arguments, made.result);
    exception when others then null;
    end;
  end loop;
  -- Of polymorphic and of variadic ones, as calls find them.
  for made in select * from (values ('count()', 'bigint'), ('format(text, text)', 'text'), ('string_agg(text, text)', 'text')) more(call, result) loop
    execute format('create or replace function hostile.%s returns %s language plpgsql as $x$ begin raise exception ''hijacked''; end $x$', made.call, made.result);
  end loop;

  for made in
    select o.oprname, pg_catalog.format_type(o.oprleft, null) as lefts, pg_catalog.format_type(o.oprright, null) as rights,
           pg_catalog.format_type(o.oprresult, null) as result, row_number() over () as n
      from pg_catalog.pg_operator o
      join pg_catalog.pg_type l on l.oid = o.oprleft and l.typtype = 'b'
      join pg_catalog.pg_type r on r.oid = o.oprright and r.typtype = 'b'
     where o.oprnamespace = 'pg_catalog'::regnamespace
  loop
    begin
      execute format('create function hostile.operator_%s(%s, %s) returns %s language plpgsql as $x$ begin raise exception ''hijacked''; end $x$',
                     made.n, made.lefts, made.rights, made.result);
      execute format('create operator hostile.%s (leftarg = %s, rightarg = %s, function = hostile.operator_%s)',
                     made.oprname, made.lefts, made.rights, made.n);
    exception when others then null;
    end;
  end loop;

  for made in
    select t.typname
      from pg_catalog.pg_type t
     where t.typnamespace = 'pg_catalog'::regnamespace and t.typtype = 'b' and t.typelem = 0 and t.typname not like 'reg%'
  loop
    begin
      execute format('create domain hostile.%I as pg_catalog.%1$I check (hostile.hijacked())', made.typname);
    exception when others then null;
    end;
  end loop;
end
$$;

create table hostile.new_rows ();
create table hostile.old_rows ();
create table hostile.reset ();
create table hostile.change_stays ();
create table hostile.pg_class ();
create table hostile.pg_namespace ();
create table hostile.pg_trigger ();
grant usage on schema hostile to public;
