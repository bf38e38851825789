/** Random writes where the same rows are several kinds of topics' at once. */
import { HARD_ZONES } from "./hard-zones.ts";
import type { Values } from "./values.ts";
import type { Write } from "./write.ts";

const HOSTS = 4;
const ROOMS = 8;
const CITIES = ["lis", "opo", "fao"];
const STAYS = 40;
const STATES = ["booked", "open", "cancelled"];

export const KINDS_OWNERS = {
  lasting: ["1", "2", "3", "room:1", "room:2", "room:3", "city:lis", "city:opo", "platform:all", "platform:all"],
  passing: ["8", "room:9", "room:10", "city:new"],
  never: "room:99",
} as const;

export function kindsRows(v: Values): string[] {
  const numbered = (count: number, row: (number: number) => string): string =>
    Array.from({ length: count }, (_, index) => row(index + 1)).join(", ");
  return [
    `insert into hosts values ${numbered(HOSTS, (number) => `(${number}, ${zone(v)})`)}`,
    `insert into rooms values ${numbered(ROOMS, (number) => `(${number}, ${host(v)}, ${zone(v)}, ${state(v)})`)}`,
    `insert into cities values ${CITIES.map((code) => `('${code}', ${zone(v)}, 'EUR')`).join(", ")}`,
    ...Array.from({ length: 4 }, () => book(v, 10)),
    tip(v, 15),
  ];
}

const zone = (v: Values): string => v.word(...HARD_ZONES);
const state = (v: Values): string => v.word(...STATES);
const host = (v: Values): string => v.maybe(String(v.integer(1, HOSTS + 1)));
const room = (v: Values): string => v.maybe(String(v.integer(1, ROOMS + 2)));
const city = (v: Values): string => v.maybe(v.word(...CITIES, "new"));
const amount = (v: Values): string => `${v.integer(-30_000, 90_000)} / 100.0`;
const rowsOf = (count: number, row: () => string): string => Array.from({ length: count }, row).join(", ");
/** Now and then so many that they are a bulk statement. */
const many = (v: Values): number => (v.chance(0.25) ? 25 : v.integer(1, 4));
const some = (v: Values, table: string, count: number): string =>
  `id in (select id from ${table} order by md5(id::text || '${v.integer(0, 1e6)}') limit ${count})`;

const book = (v: Values, count: number): string =>
  `insert into stays (host_id, room_id, city, state, amount, check_in, check_out, paid_at) values ${rowsOf(
    count,
    () =>
      `(${[host(v), room(v), city(v), state(v), amount(v), v.maybe(v.instant()), v.maybe(v.instant()), v.maybe(v.instant())].join(", ")})`,
  )}`;
const tip = (v: Values, count: number): string =>
  `insert into tips (stay_id, amount) values ${rowsOf(count, () => `(${v.integer(1, STAYS + 10)}, ${amount(v)})`)}`;

export const KINDS_WRITES: readonly Write[] = [
  { weight: 16, statements: (v) => [book(v, many(v))] },
  { weight: 10, statements: (v) => [tip(v, many(v))] },
  // From one topic to another, of one kind and of several at once.
  {
    weight: 22,
    statements: (v) => [
      `update stays set ${v.pick([`host_id = ${host(v)}`, `room_id = ${room(v)}`, `city = ${city(v)}`, `host_id = ${host(v)}, room_id = ${room(v)}, city = ${city(v)}`])} where ${some(v, "stays", many(v))}`,
    ],
  },
  {
    weight: 14,
    statements: (v) => [
      `update stays set ${v.pick([`state = ${state(v)}`, "amount = amount + 1", `paid_at = ${v.instant()}`, `check_out = ${v.maybe(v.instant())}`])} where ${some(v, "stays", many(v))}`,
    ],
  },
  { weight: 6, statements: (v) => [`delete from stays where ${some(v, "stays", many(v))}`] },
  { weight: 4, statements: (v) => [`delete from tips where ${some(v, "tips", many(v))}`] },
  {
    weight: 5,
    statements: (v) => [`update tips set stay_id = ${v.integer(1, STAYS + 10)} where ${some(v, "tips", many(v))}`],
  },
  // Rows that are a kind's own, and another's source.
  {
    weight: 8,
    statements: (v) => [
      `update rooms set ${v.pick([`state = ${state(v)}`, `host_id = ${host(v)}`])} where id = ${v.integer(1, ROOMS)}`,
    ],
  },
  { weight: 4, statements: (v) => [`update rooms set zone = ${zone(v)} where id = ${v.integer(1, ROOMS)}`] },
  {
    weight: 3,
    statements: (v) => [`update rooms set id = ${v.integer(1, ROOMS + 2)} where id = ${v.integer(1, ROOMS + 2)}`],
  },
  {
    weight: 5,
    statements: (v) => {
      const number = v.pick([9, 10]);
      return [
        v.chance(0.5)
          ? `delete from rooms where id = ${number}`
          : `insert into rooms values (${number}, ${host(v)}, ${zone(v)}, ${state(v)}) on conflict do nothing`,
      ];
    },
  },
  { weight: 3, statements: (v) => [`update hosts set zone = ${zone(v)} where id = ${v.integer(1, HOSTS)}`] },
  {
    weight: 3,
    statements: (v) => [
      v.chance(0.5)
        ? "delete from hosts where id = 8"
        : `insert into hosts values (8, ${zone(v)}) on conflict do nothing`,
    ],
  },
  {
    weight: 4,
    statements: (v) => [
      `update cities set ${v.pick([`zone = ${zone(v)}`, `currency = ${v.word("EUR", "USD")}`, "motto = motto || '.'"])} where code = ${v.word(...CITIES)}`,
    ],
  },
  {
    weight: 3,
    statements: (v) => [
      v.chance(0.5)
        ? "delete from cities where code = 'new'"
        : `insert into cities values ('new', ${zone(v)}, 'EUR') on conflict do nothing`,
    ],
  },
  { weight: 1, statements: () => ["truncate stays"] },
  { weight: 1, statements: (v) => ["truncate tips", tip(v, 5)] },
  { weight: 1, statements: (v) => ["truncate stays", book(v, 25)] },
];
