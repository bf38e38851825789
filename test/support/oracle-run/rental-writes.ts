/** Random writes to the rental shop: rows, and the rows through which they are their owners'. */
import { HARD_ZONES } from "./hard-zones.ts";
import { BAD_ZONE } from "./history.ts";
import type { Values } from "./values.ts";
import type { Write } from "./write.ts";

const STORES = 6;
const CUSTOMERS = 30;
const COPIES = 20;
const RENTALS = 50;
const TIERS = ["basic", "gold"];
const CATEGORIES = ["drama", "horror", "comedy"];
const RATES = ["0.00", "2.50", "3.00"];

export const RENTAL_OWNERS = {
  lasting: Array.from({ length: STORES }, (_, index) => String(index + 1)),
  passing: ["8", "9"],
  never: "99",
} as const;

export function rentalRows(v: Values): string[] {
  const numbered = (count: number, row: (number: number) => string): string =>
    Array.from({ length: count }, (_, index) => row(index + 1)).join(", ");
  return [
    `insert into cities values ${HARD_ZONES.map((zone, at) => `(${at + 1}, '${zone}', 'EUR')`).join(", ")}`,
    `insert into stores values ${numbered(STORES, (number) => `(${number}, 'city', ${number})`)}`,
    `insert into customers values ${numbered(CUSTOMERS, (number) => `(${number}, ${store(v)}, 'name')`)}`,
    `insert into inventory values ${numbered(COPIES, (number) => copyRow(v, number))}`,
    `insert into rentals values ${numbered(RENTALS, (number) => rentalRow(v, number))}`,
    // In one partition each: more rows than a bulk statement has.
    ...Array.from({ length: 5 }, () => pay(v, 15, () => v.integer(1, CUSTOMERS))),
    ...Array.from({ length: 3 }, () => charge(v, 15)),
  ];
}

const store = (v: Values): string => String(v.integer(1, STORES));
/** Few of the numbers have no customer, and those come now and then. */
const customer = (v: Values): number => v.integer(1, v.chance(0.1) ? CUSTOMERS + 5 : CUSTOMERS);
const copy = (v: Values): number => v.integer(1, COPIES + 3);
const rental = (v: Values): number => v.integer(1, RENTALS + 10);
const copyRow = (v: Values, number: number): string =>
  `(${number}, ${v.maybe(store(v))}, ${v.word("Alien", "Brazil")}, ${v.word(...CATEGORIES)}, ${v.pick(RATES)})`;
const rentalRow = (v: Values, number: number): string =>
  `(${number}, ${v.integer(1, COPIES)}, ${v.instant()}, ${v.maybe(v.instant())})`;
const values = (count: number, row: () => string): string => Array.from({ length: count }, row).join(", ");

const pay = (v: Values, count: number, by = () => customer(v)): string =>
  `insert into payments (customer_id, amount, paid_at) values ${values(count, () => `(${by()}, ${v.integer(-500, 9_000)} / 100.0, ${v.instant()})`)}`;
const charge = (v: Values, count: number, on = () => rental(v)): string =>
  `insert into fees (rental_id, amount) values ${values(count, () => `(${on()}, ${v.integer(1, 900)} / 100.0)`)}`;
const come = (v: Values, number: number): string =>
  `insert into customers values (${number}, ${store(v)}, 'new', true, ${v.word(...TIERS)}) on conflict (customer_id) do update set store_id = excluded.store_id`;
const some = (v: Values, table: string, key: string, count: number): string =>
  `${key} in (select ${key} from ${table} order by md5(${key}::text || '${v.integer(0, 1e6)}') limit ${count})`;
const few = (v: Values): number => v.integer(1, 3);
/** Now and then so many that they are a bulk statement. */
const many = (v: Values): number => (v.chance(0.2) ? 25 : v.integer(1, 4));

const city = (v: Values): number => v.integer(1, HARD_ZONES.length);
const zone = (v: Values): string => `'${v.chance(0.1) ? BAD_ZONE : v.pick(HARD_ZONES)}'`;
/** Nobody's city: it comes with whoever names it, and goes. */
const PASSING_CITY = 99;

export const RENTAL_WRITES: readonly Write[] = [
  // Stores get another zone: by another city, or by what becomes of theirs.
  {
    weight: 5,
    statements: (v) => [`update stores set city_id = ${v.maybe(String(city(v)))} where store_id = ${store(v)}`],
  },
  {
    weight: 6,
    statements: (v) => [
      `update cities set ${v.pick([`time_zone = ${zone(v)}`, `currency = ${v.word("EUR", "CHF")}`])} where city_id = ${city(v)}`,
    ],
  },
  {
    weight: 5,
    statements: (v) => [
      `update cities set time_zone = ${v.word(...HARD_ZONES)} where time_zone = '${BAD_ZONE}'`,
      `update stores set city_id = ${city(v)} where city_id is null`,
    ],
  },
  {
    weight: 4,
    statements: (v) => {
      const came = `insert into cities values (${PASSING_CITY}, ${zone(v)}, 'EUR') on conflict (city_id) do update set time_zone = excluded.time_zone`;
      const named = `update stores set city_id = ${PASSING_CITY} where store_id = ${store(v)}`;
      return [...(v.chance(0.5) ? [came, named] : [named, came]), pay(v, 2)];
    },
  },
  {
    weight: 3,
    statements: (v) => [
      `delete from cities where city_id = ${PASSING_CITY}`,
      `update stores set city_id = ${city(v)} where city_id = ${PASSING_CITY}`,
    ],
  },
  { weight: 14, statements: (v) => [pay(v, few(v))] },
  { weight: 10, statements: (v) => [charge(v, few(v))] },
  {
    weight: 14,
    statements: (v) => [
      `update payments set ${v.pick([`customer_id = ${customer(v)}`, "amount = amount + 1", `paid_at = ${v.instant()}`])} where ${some(v, "payments", "payment_id", many(v))}`,
    ],
  },
  { weight: 5, statements: (v) => [`delete from payments where ${some(v, "payments", "payment_id", many(v))}`] },
  { weight: 5, statements: (v) => [`delete from fees where ${some(v, "fees", "fee_id", many(v))}`] },
  {
    weight: 5,
    statements: (v) => [`update fees set rental_id = ${rental(v)} where ${some(v, "fees", "fee_id", many(v))}`],
  },
  // Parents move, alone and many of them.
  {
    weight: 12,
    statements: (v) => [
      `update customers set store_id = ${store(v)} where ${some(v, "customers", "customer_id", many(v))}`,
    ],
  },
  {
    weight: 12,
    statements: (v) => [
      `update inventory set store_id = ${v.maybe(store(v))} where ${some(v, "inventory", "inventory_id", few(v))}`,
    ],
  },
  {
    weight: 8,
    statements: (v) => [
      `update rentals set inventory_id = ${copy(v)} where ${some(v, "rentals", "rental_id", many(v))}`,
    ],
  },
  // What numbers below a parent depend on changes, with and without a move, and with its rows.
  {
    weight: 10,
    statements: (v) => [
      `update customers set ${v.pick([`tier = ${v.word(...TIERS)}`, `region = ${v.word("north", "south")}`])} where ${some(v, "customers", "customer_id", many(v))}`,
    ],
  },
  {
    weight: 10,
    statements: (v) => [
      `update inventory set ${v.pick([`category = ${v.word(...CATEGORIES)}`, `rate = ${v.pick(RATES)}`, `store_id = ${v.maybe(store(v))}, rate = ${v.pick(RATES)}`])} where ${some(v, "inventory", "inventory_id", few(v))}`,
    ],
  },
  {
    weight: 6,
    statements: (v) => [
      `update rentals set rented_at = ${v.instant()} where ${some(v, "rentals", "rental_id", many(v))}`,
    ],
  },
  {
    weight: 6,
    statements: (v) => {
      const number = customer(v);
      const tier = (): string => `update customers set tier = ${v.word(...TIERS)} where customer_id = ${number}`;
      return [pay(v, few(v), () => number), tier(), `delete from payments where customer_id = ${number}`, tier()];
    },
  },
  // What else is changed of a parent does not concern its children.
  { weight: 6, statements: (v) => [`update customers set active = not active where customer_id = ${customer(v)}`] },
  {
    weight: 6,
    statements: (v) => [`update rentals set returned_at = ${v.maybe(v.instant())} where rental_id = ${rental(v)}`],
  },
  // Parents go with their children, and without them where there is no foreign key.
  { weight: 4, statements: (v) => [`delete from customers where customer_id = ${customer(v)}`] },
  { weight: 4, statements: (v) => [`delete from inventory where inventory_id = ${copy(v)}`] },
  {
    weight: 4,
    statements: (v) => {
      const number = rental(v);
      return [
        ...(v.chance(0.5) ? [`delete from fees where rental_id = ${number}`] : []),
        `delete from rentals where rental_id = ${number}`,
      ];
    },
  },
  // They come, before their children and after them.
  {
    weight: 10,
    statements: (v) => {
      const number = customer(v);
      const payments = pay(v, few(v), () => number);
      return v.chance(0.5) ? [payments, come(v, number)] : [come(v, number), payments];
    },
  },
  {
    weight: 8,
    statements: (v) => {
      const [number, of] = [rental(v), copy(v)];
      const rows = [
        `insert into inventory values ${copyRow(v, of)} on conflict do nothing`,
        `insert into rentals values (${number}, ${of}, ${v.instant()}, null) on conflict do nothing`,
        charge(v, few(v), () => number),
      ];
      return v.chance(0.5) ? rows : rows.toReversed();
    },
  },
  // Keys change, and rows that name them with them, or not.
  {
    weight: 4,
    statements: (v) => [`update customers set customer_id = ${customer(v)} where customer_id = ${customer(v)}`],
  },
  { weight: 3, statements: (v) => [`update rentals set rental_id = ${rental(v)} where rental_id = ${rental(v)}`] },
  // There and back, and somewhere else in between.
  {
    weight: 4,
    statements: (v) => {
      const number = customer(v);
      return [
        `update customers set store_id = ${store(v)} where customer_id = ${number}`,
        pay(v, 1, () => number),
        `update customers set store_id = ${store(v)} where customer_id = ${number}`,
      ];
    },
  },
  { weight: 1, statements: () => ["truncate payments"] },
  { weight: 1, statements: (v) => ["truncate fees", charge(v, 10)] },
  { weight: 1, statements: () => ["truncate rentals"] },
  {
    weight: 3,
    statements: (v) => {
      const passing = v.pick(RENTAL_OWNERS.passing);
      return [
        `insert into stores values (${passing}, 'passing') on conflict do nothing`,
        `update customers set store_id = ${passing} where ${some(v, "customers", "customer_id", 3)}`,
      ];
    },
  },
  {
    weight: 3,
    statements: (v) => {
      const passing = v.pick(RENTAL_OWNERS.passing);
      return [
        `update customers set store_id = ${store(v)} where store_id = ${passing}`,
        `delete from stores where store_id = ${passing}`,
      ];
    },
  },
];
