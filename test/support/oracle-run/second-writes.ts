/** Random writes to the second configuration's tables. */
import { BAD_ZONE } from "./history.ts";
import { HARD_ZONES } from "./hard-zones.ts";
import type { Values } from "./values.ts";
import type { Write } from "./write.ts";

const id = (index: number): string => `00000000-0000-4000-8000-0000000000${String(index).padStart(2, "0")}`;

export const SECOND_OWNERS = {
  lasting: HARD_ZONES.map((_, index) => id(index + 1)),
  passing: [id(21), id(22)],
  never: id(99),
} as const;

const HANGARS = 30;
/** Numbers of stays come from here; one that is taken is written over. */
const STAYS = 160;

export function secondRows(v: Values): string[] {
  const owners = HARD_ZONES.map((zone, index) => `('${id(index + 1)}', 'owner', '${zone}', 'EUR')`);
  const hangars = Array.from(
    { length: HANGARS },
    (_, index) => `(${index + 1}, ${owner(v)}, ${open(v)}, ${area(v)}, ${order(v)})`,
  );
  return [
    `insert into hangar.hangar_owners values ${owners.join(", ")}`,
    `insert into hangar."Hangar_Listings" values ${hangars.join(", ")}`,
    upsertStays(v, 90),
  ];
}

const owner = (v: Values): string => `'${v.pick(SECOND_OWNERS.lasting)}'::uuid`;
const zone = (v: Values): string => `'${v.chance(0.3) ? BAD_ZONE : v.pick(HARD_ZONES)}'`;
const open = (v: Values): string => v.word("open", "open", "reserved only", "closed", "closed ");
const area = (v: Values): string => v.maybe(v.pick(["12.5", "-3", "0.1", "'NaN'::numeric"]));
const order = (v: Values): string => v.maybe(String(v.integer(-1, 2)));
const state = (v: Values): string => v.word("checked in", "checked in", "asked", "gone ", "__proto__");
const payment = (v: Values): string => `${v.word("settled", "settled", "open", "refunded")}::hangar.payment`;
const cents = (v: Values): string => String(v.chance(0.03) ? 2_147_483_647 : v.integer(-5_000, 90_000));

const guests = (v: Values): string => v.maybe(String(v.integer(1, 10)));
const discount = (v: Values): string => v.maybe(v.pick(["0", "0.125", "0.005", "0.999", "'NaN'::numeric"]));

/** The reading of some clock, odd ones among them. */
const timestamp = (v: Values): string =>
  v.chance(0.05)
    ? `timestamp '${v.pick(["infinity", "-infinity", "294276-12-31 23:59:59", "4713-01-01 BC"])}'`
    : `((${v.instant()}) at time zone '${v.pick(["UTC", "America/New_York"])}')`;

function stay(v: Values, number: number): string {
  return `(${number}, ${v.integer(1, HANGARS)}, ${owner(v)}, ${state(v)}, ${payment(v)}, ${cents(v)}, ${v.maybe(v.instant())}, ${v.maybe(v.instant())}, ${v.date()}, ${v.maybe(v.instant())}, ${guests(v)}, ${discount(v)}, ${v.maybe(v.date())}, ${v.maybe(v.date())}, ${v.maybe(timestamp(v))})`;
}

/** Numbers that are taken are written over, and may change their owner by it. */
function upsertStays(v: Values, count: number): string {
  const numbers = new Set(Array.from({ length: count }, () => v.integer(1, STAYS)));
  return `insert into hangar.stays values ${[...numbers].map((number) => stay(v, number)).join(", ")}
    on conflict (stay_no) do update set host = excluded.host, state = excluded.state, cents = excluded.cents,
      payment = excluded.payment, arrives = excluded.arrives, leaves = excluded.leaves, settled_at = excluded.settled_at,
      guests = excluded.guests, discount = excluded.discount, cancel_by = excluded.cancel_by,
      due_on = excluded.due_on, checked_at = excluded.checked_at`;
}

const someStays = (v: Values, count = 1): string =>
  `stay_no in (select stay_no from hangar.stays order by md5(stay_no::text || '${v.integer(0, 1e6)}') limit ${count})`;

function changed(v: Values): string {
  return v.pick([
    () => `settled_at = ${v.maybe(v.instant())}`,
    () => `booked_on = ${v.date()}`,
    () => `arrives = ${v.maybe(v.instant())}, leaves = ${v.maybe(v.instant())}`,
    () => `arrives = leaves, leaves = arrives`,
    () => `state = ${state(v)}`,
    () => `payment = ${payment(v)}, settled_at = ${v.instant()}`,
    () => `cents = ${cents(v)}`,
    () => `due_on = ${v.maybe(v.date())}, cancel_by = ${v.maybe(v.date())}`,
    () => `checked_at = ${v.maybe(timestamp(v))}`,
    () => `guests = ${guests(v)}, discount = ${discount(v)}`,
    () => `host = ${owner(v)}`,
    () => `hangar_no = ${v.integer(1, HANGARS)}`,
  ])();
}

export const SECOND_WRITES: readonly Write[] = [
  { weight: 20, statements: (v) => [upsertStays(v, v.integer(1, 3))] },
  { weight: 30, statements: (v) => [`update hangar.stays set ${changed(v)} where ${someStays(v, v.integer(1, 4))}`] },
  { weight: 8, statements: (v) => [`delete from hangar.stays where ${someStays(v, v.integer(1, 6))}`] },
  {
    weight: 12,
    statements: (v) => [
      `update hangar."Hangar_Listings" set ${v.pick([`state = ${open(v)}`, `"ownerKey" = ${owner(v)}`, `area_m2 = ${area(v)}`, `"order" = ${order(v)}`])} where "listingNo" % 9 = ${v.integer(0, 8)}`,
    ],
  },
  {
    weight: 4,
    statements: (v) => {
      const [to, number] = [owner(v), v.integer(1, HANGARS)];
      return [
        `update hangar."Hangar_Listings" set "ownerKey" = ${to} where "listingNo" = ${number}`,
        `update hangar.stays set host = ${to} where hangar_no = ${number}`,
      ];
    },
  },
  {
    weight: 4,
    statements: (v) => [
      upsertStays(v, 1),
      `update hangar.stays set ${changed(v)} where stay_no % 3 <> ${v.integer(0, 2)}`,
      upsertStays(v, 1),
    ],
  },
  { weight: 1, statements: () => ["truncate hangar.stays"] },
  { weight: 3, statements: (v) => [upsertStays(v, 2), "truncate hangar.stays", upsertStays(v, v.integer(1, 60))] },
  {
    weight: 6,
    statements: (v) => {
      const host = owner(v);
      return [
        `update hangar.stays set ${changed(v)} where host = ${host} and ${someStays(v, 40)}`,
        `update hangar.hangar_owners set tz = ${zone(v)} where owner_key = ${host}`,
        upsertStays(v, 2),
      ];
    },
  },
  {
    weight: 3,
    statements: (v) => [`update hangar.hangar_owners set tz = ${v.word(...HARD_ZONES)} where tz = '${BAD_ZONE}'`],
  },
  {
    weight: 3,
    statements: (v) => [
      `update hangar.hangar_owners set money = ${v.word("EUR", "BRL")} where owner_key = ${owner(v)}`,
    ],
  },
  {
    weight: 4,
    statements: (v) => {
      const passing = `'${v.pick(SECOND_OWNERS.passing)}'`;
      return [
        `insert into hangar.hangar_owners values (${passing}, 'passing', ${zone(v)}, 'CHF') on conflict do nothing`,
        `update hangar.stays set host = ${passing} where ${someStays(v, 3)}`,
      ];
    },
  },
  {
    weight: 3,
    statements: (v) => {
      const passing = `'${v.pick(SECOND_OWNERS.passing)}'`;
      return [
        `delete from hangar.stays where host = ${passing}`,
        `delete from hangar.hangar_owners where owner_key = ${passing}`,
      ];
    },
  },
];
