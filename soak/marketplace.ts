/** The demo's marketplace in such a form that every fault has something to break: partitions, and rows that say whose they are. */
import { DEMO, type Marketplace } from "../test/support/oracle.ts";

const PARTITIONS = 3;

export const MARKETPLACE: Marketplace = {
  ...DEMO,
  schema: partitioned(DEMO.schema),
};

/** An application's own triggers: whatever an owner is told of a guest or a draft must name that owner, and nobody else. */
export const STAMP_OWNERS = `
create function stamp_booking() returns trigger language plpgsql as $$
begin
  new.guest_name := 'canary-' || new.owner_id || '-';
  if new.status = '' or new.status like 'canary-%' then new.status := 'canary-' || new.owner_id || '-'; end if;
  return new;
end $$;
create function stamp_listing() returns trigger language plpgsql as $$
begin
  if new.status = 'draft' or new.status like 'canary-%' then new.status := 'canary-' || new.owner_id || '-'; end if;
  return new;
end $$;
create trigger stamp before insert or update on bookings for each row execute function stamp_booking();
create trigger stamp before insert or update on listings for each row execute function stamp_listing();`;

/** Owners whose rows a text tells of. */
export function ownersIn(text: string): Set<string> {
  return new Set([...text.matchAll(/canary-(\d+)-/g)].map(([, owner = ""]) => owner));
}

function partitioned(schema: string): string {
  const table = /create table if not exists bookings \([^;]*\n\);/;
  const [found] = table.exec(schema) ?? [];
  if (found === undefined) throw new Error("the demo has no table of bookings");
  const parts = Array.from(
    { length: PARTITIONS },
    (_, at) =>
      `create table bookings_${at} partition of bookings for values with (modulus ${PARTITIONS}, remainder ${at});`,
  );
  return schema.replace(table, `${found.slice(0, -1)} partition by hash (id);\n${parts.join("\n")}`);
}
