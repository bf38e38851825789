-- The name of one of deltad's two roles for this database. Roles belong to the whole server; deltad's are one database's each, because
-- who may act as another database's could do the same in this one.
--
-- The role that the database has is kept, whatever the database is called by now. It is not where the role is missing, as after a
-- restore into another server, nor in a copy whose original uses it: then the name is made of the database's, and of its oid as well
-- where somebody could have made a role of that name to be let in.
create or replace function deltad.wanted_role(prefix text, present name) returns name
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  room      constant integer := 63 - octet_length(prefix);
  called    text;
  candidate text;
  taken     text[] := '{}';
begin
  if starts_with(present::text, prefix) and to_regrole(quote_ident(present)) is not null
     and (deltad.is_original() or not deltad.is_used_elsewhere(present)) then
    return present;
  end if;
  foreach called in array array[
    current_database(), current_database() || '_' || (select oid from pg_database where datname = current_database())]
  loop
    candidate := called;
    if octet_length(called) > room then
      -- Ends in a digest of what is cut off; 9 bytes are its own.
      candidate := left(called, room - 9);
      while octet_length(candidate) > room - 9 loop
        candidate := left(candidate, -1);
      end loop;
      candidate := candidate || '_' || left(md5(called), 8);
    end if;
    candidate := prefix || candidate;
    if deltad.is_trustworthy(candidate) then
      return candidate;
    end if;
    taken := taken || candidate;
  end loop;
  raise exception 'the roles % exist, and who made them could let others into this database', array_to_string(taken, ' and ')
    using hint = format('Drop one of them: drop role %I', taken[1]);
end
$$;
