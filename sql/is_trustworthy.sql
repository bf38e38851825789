-- Whether a role of this name would let in nobody but those to whom who applies, or a superuser, grants it: there is none yet, or one
-- that an earlier installation in this database has left.
create or replace function deltad.is_trustworthy(role name) returns boolean
language sql stable
set search_path = pg_catalog, pg_temp
as $$
  select not deltad.is_used_elsewhere(role)
     and not exists (
       select from pg_roles r
        where r.rolname = role
          and (r.rolcanlogin or r.rolsuper or exists (
                 select from pg_auth_members m
                   join pg_roles member on member.oid = m.member
                   left join pg_roles grantor on grantor.oid = m.grantor
                  where m.roleid = r.oid
                    and not (member.rolsuper or member.rolname = current_user)
                    and (m.admin_option or (grantor.rolsuper or grantor.rolname = current_user) is not true))))
$$;
