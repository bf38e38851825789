-- Partitions that come by themselves are captured by row triggers: deltad.armed_triggers() says more than it did; see sql/armed_triggers.sql.
do $$
begin
  if to_regprocedure('deltad.armed_triggers(regclass, text)') is not null then
    drop function deltad.armed_triggers(regclass, text);
  end if;
end
$$;
