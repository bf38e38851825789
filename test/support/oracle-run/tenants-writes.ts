/** Random writes to accounts that two columns name, to depots that three do, and to orders that come from one to another by any of them. */
import { spellKey } from "../../../protocol/key.ts";
import { HARD_ZONES } from "./hard-zones.ts";
import { BAD_ZONE } from "./history.ts";
import type { Values } from "./values.ts";
import type { Write } from "./write.ts";

const ORDERS = 60;
/** What would be alike if parts ran into each other, or were spelt half. */
const TENANTS = ["a", "a/1", "a%2F1", "", "%", "ç/%25"];
const NUMBERS = [1, 12];
const PASSING = ["b", "/"];
const CODES = ["x", "x/2", ""];
const NOS = [2, 3];

const accountsOf = (tenants: readonly string[]) =>
  tenants.flatMap((tenant) => NUMBERS.map((number) => [tenant, String(number)]));
const DEPOTS = CODES.flatMap((code) => NOS.map((no) => ["pt", code, String(no)]));

export const TENANTS_OWNERS = {
  lasting: [...accountsOf(TENANTS).map(spellKey), ...DEPOTS.map((key) => `depot:${spellKey(key)}`)],
  passing: accountsOf(PASSING).map(spellKey),
  never: spellKey(["a/1/1", "2"]),
} as const;

export function tenantsRows(v: Values): string[] {
  return [
    ...accountsOf(TENANTS).map(
      ([tenant = "", number]) => `insert into accounts values (${v.word(tenant)}, ${number}, '${v.pick(HARD_ZONES)}')`,
    ),
    ...DEPOTS.map(
      ([country, code = "", no]) =>
        `insert into depots values ('${country}', ${v.word(code)}, ${no}, '${v.pick(HARD_ZONES)}')`,
    ),
    `insert into orders values ${Array.from({ length: ORDERS }, (_, index) => orderRow(v, index + 1)).join(", ")}`,
    pack(v, 40),
  ];
}

const tenant = (v: Values): string => v.maybe(v.word(...TENANTS, ...PASSING));
const number = (v: Values): string => v.maybe(String(v.pick([...NUMBERS, 40_000])));
const depot = (v: Values): string =>
  `${v.maybe("'pt'")}, ${v.maybe(v.word(...CODES))}, ${v.maybe(String(v.pick(NOS)))}`;
const order = (v: Values): number => v.integer(1, ORDERS);
const state = (v: Values): string => v.word("open", "paid", "gone");
const amount = (v: Values): string => `${v.integer(0, 90_000)} / 100.0`;
const orderRow = (v: Values, id: number): string =>
  `(${id}, ${tenant(v)}, ${number(v)}, ${depot(v)}, ${state(v)}, ${amount(v)}, ${v.maybe(v.instant())})`;
const pack = (v: Values, count: number): string =>
  `insert into items (order_id, pieces) values ${Array.from({ length: count }, () => `(${v.maybe(String(order(v)))}, ${v.integer(1, 9)})`).join(", ")}`;
/** Now and then so many that they are a bulk statement. */
const some = (v: Values, table: string): string =>
  `id in (select id from ${table} order by md5(concat(id, '${v.integer(0, 1e6)}')) limit ${v.chance(0.2) ? 25 : v.integer(1, 4)})`;

export const TENANTS_WRITES: readonly Write[] = [
  {
    weight: 14,
    statements: (v) => [
      `insert into orders values ${orderRow(v, order(v))} on conflict (id) do update set amount = excluded.amount`,
    ],
  },
  // Orders come to another account, or to none, by either column or by both.
  {
    weight: 20,
    statements: (v) => [
      `update orders set ${v.pick([`tenant = ${tenant(v)}`, `account = ${number(v)}`, `tenant = ${tenant(v)}, account = ${number(v)}`, `(country, code, depot) = (${depot(v)})`, `code = ${v.word(...CODES)}`])} where ${some(v, "orders")}`,
    ],
  },
  {
    weight: 12,
    statements: (v) => [
      `update orders set ${v.pick([`state = ${state(v)}`, `amount = ${amount(v)}`, `placed_at = ${v.maybe(v.instant())}`])} where ${some(v, "orders")}`,
    ],
  },
  { weight: 5, statements: (v) => [`delete from orders where ${some(v, "orders")}`] },
  { weight: 10, statements: (v) => [pack(v, v.integer(1, 3))] },
  {
    weight: 8,
    statements: (v) => [
      `update items set ${v.pick(["pieces = pieces + 1", `order_id = ${v.maybe(String(order(v)))}`])} where ${some(v, "items")}`,
    ],
  },
  { weight: 4, statements: (v) => [`delete from items where ${some(v, "items")}`] },
  {
    weight: 8,
    statements: (v) => {
      const id = order(v);
      const both = [`insert into orders values ${orderRow(v, id)} on conflict (id) do nothing`, pack(v, 2)];
      return v.chance(0.5) ? both : both.toReversed();
    },
  },
  // Accounts come, go, are called otherwise, and live elsewhere.
  {
    weight: 5,
    statements: (v) => [
      `insert into accounts values (${v.word(...PASSING)}, ${v.pick(NUMBERS)}, '${v.pick(HARD_ZONES)}') on conflict do nothing`,
    ],
  },
  { weight: 4, statements: (v) => [`delete from accounts where tenant = ${v.word(...PASSING)}`] },
  {
    weight: 3,
    statements: (v) => [
      `update accounts set tenant = ${v.word(...PASSING)} where (tenant, number) = (${v.word(...PASSING)}, ${v.pick(NUMBERS)})
         and not exists (select from accounts b where b.tenant in (${PASSING.map((name) => `'${name}'`).join(", ")}) and b.number = accounts.number and b.tenant <> accounts.tenant)`,
    ],
  },
  {
    weight: 5,
    statements: (v) => [
      `update accounts set zone = '${v.chance(0.2) ? BAD_ZONE : v.pick(HARD_ZONES)}' where (tenant, number) = (${v.word(...TENANTS)}, ${v.pick(NUMBERS)})`,
    ],
  },
  { weight: 4, statements: (v) => [`update accounts set zone = ${v.word(...HARD_ZONES)} where zone = '${BAD_ZONE}'`] },
  {
    weight: 4,
    statements: (v) => [
      `update depots set zone = ${v.word(...HARD_ZONES)} where code = ${v.word(...CODES)} and no = ${v.pick(NOS)}`,
    ],
  },
  { weight: 1, statements: () => ["truncate orders"] },
  { weight: 1, statements: () => ["truncate items"] },
];
