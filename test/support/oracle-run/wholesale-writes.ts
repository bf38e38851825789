/** Random writes to the wholesaler: order lines and territories, which two columns name, what names them, and the offices whose zone is that of employees. */
import { HARD_ZONES } from "./hard-zones.ts";
import { BAD_ZONE } from "./history.ts";
import type { Values } from "./values.ts";
import type { Write } from "./write.ts";

const EMPLOYEES = 6;
const ORDERS = 40;
const LINES = 4;
const CLIENTS = 30;
/** Of equal numbers one may have more digits. */
const REGIONS = ["1", "1.0", "2.5", "2.50", "3"];
const KINDS = ["city", "coast"];

export const WHOLESALE_OWNERS = {
  lasting: Array.from({ length: EMPLOYEES }, (_, index) => String(index + 1)),
  passing: ["8", "9"],
  never: "99",
} as const;

export function wholesaleRows(v: Values): string[] {
  return [
    `insert into offices values ${HARD_ZONES.map((zone, index) => `(${index + 1}, '${zone}')`).join(", ")}`,
    `insert into employees values ${rows(EMPLOYEES, (number) => `(${number}, ${office(v)}, 'name')`)}`,
    `insert into orders values ${rows(ORDERS, (number) => orderRow(v, number))}`,
    ...Array.from({ length: 60 }, () => add(v, 1, () => order(v))),
    deliver(v, 40),
    ...["pt", "jp"].flatMap((country) => [1, 2.5, 3].map((region) => territory(v, `'${country}'`, String(region)))),
    `insert into clients values ${rows(CLIENTS, (number) => clientRow(v, number))}`,
    visit(v, 40),
  ];
}

const rows = (count: number, row: (number: number) => string): string =>
  Array.from({ length: count }, (_, index) => row(index + 1)).join(", ");
const office = (v: Values): number => v.integer(1, HARD_ZONES.length);
const employee = (v: Values): string => v.maybe(String(v.integer(1, EMPLOYEES)));
const order = (v: Values): number => v.integer(1, ORDERS);
const state = (v: Values): string => v.word("open", "shipped", "cancelled");
const shipped = (v: Values): string => v.maybe(`((${v.instant()}) at time zone 'UTC')`);
const tags = (v: Values): string => v.pick(["'{}'", "'{a}'", "'{b, a}'", "array[null, 'a']"]);
const orderRow = (v: Values, number: number): string =>
  `(${number}, ${employee(v)}, ${v.date()}, ${shipped(v)}, ${state(v)}, ${tags(v)})`;
const deliver = (v: Values, count: number): string =>
  `insert into deliveries (order_id, line_no, pieces) values ${rows(count, () => `(${v.maybe(String(order(v)))}, ${v.maybe(String(v.integer(1, LINES)))}, ${v.integer(1, 9)})`)}`;
const country = (v: Values): string => v.word("pt", "jp");
const region = (v: Values): string => v.pick(REGIONS);
const kind = (v: Values): string => v.word(...KINDS);
const territory = (v: Values, of: string, numbered: string): string =>
  `insert into territories values (${of}, ${numbered}, ${employee(v)}, ${kind(v)})
   on conflict (country, region) do update set employee_id = excluded.employee_id`;
const client = (v: Values): number => v.integer(1, CLIENTS);
const clientRow = (v: Values, number: number): string =>
  `(${number}, ${country(v)}, ${v.maybe(region(v))}, ${v.word("basic", "gold")})`;
const visit = (v: Values, count: number, by = () => client(v)): string =>
  `insert into visits (client_id, minutes) values ${rows(count, () => `(${by()}, ${v.integer(1, 90)})`)}`;
/** Now and then so many that they are a bulk statement. */
const some = (v: Values, table: string, key: string): string =>
  `${key} in (select ${key} from ${table} order by md5(concat(${key}, '${v.integer(0, 1e6)}')) limit ${v.chance(0.2) ? 25 : v.integer(1, 4)})`;
const add = (v: Values, count: number, of: () => number): string =>
  `insert into order_lines values ${rows(count, () => `(${of()}, ${v.integer(1, LINES)}, 'product ${v.integer(1, 4)}', ${v.integer(0, 90_000)} / 100.0, ${v.integer(1, 9)}, ${v.integer(0, 1_000)} / 1000.0)`)}
   on conflict (order_id, line_no) do update set price = excluded.price, quantity = excluded.quantity`;
const someLines = (v: Values): string =>
  `(order_id, line_no) in (select order_id, line_no from order_lines order by md5(concat(order_id, line_no, '${v.integer(0, 1e6)}')) limit ${v.chance(0.2) ? 25 : v.integer(1, 4)})`;
const someOrders = (v: Values): string =>
  `order_id in (select order_id from orders order by md5(concat(order_id, '${v.integer(0, 1e6)}')) limit ${v.integer(1, 3)})`;

export const WHOLESALE_WRITES: readonly Write[] = [
  { weight: 14, statements: (v) => [add(v, 1, () => order(v))] },
  {
    weight: 12,
    statements: (v) => [
      `update order_lines set ${v.pick(["quantity = quantity + 1", "price = price + 1", `discount = ${v.integer(0, 1_000)} / 1000.0`, `product = 'product ${v.integer(1, 4)}'`])} where ${someLines(v)}`,
    ],
  },
  { weight: 6, statements: (v) => [`delete from order_lines where ${someLines(v)}`] },
  // A line takes the number of another, or the place of one in another order.
  {
    weight: 6,
    statements: (v) => {
      const [of, no] = [order(v), v.integer(1, LINES)];
      return [
        `delete from order_lines where (order_id, line_no) = (${of}, ${no})`,
        `update order_lines set ${v.pick([`line_no = ${no}`, `order_id = ${of}, line_no = ${no}`])} where (order_id, line_no) = (${of}, ${v.integer(1, LINES)})`,
      ];
    },
  },
  // Orders move, and change in what their lines are counted by.
  {
    weight: 20,
    statements: (v) => [
      `update orders set ${v.pick([`employee_id = ${employee(v)}`, `ordered_on = ${v.date()}`, `state = ${state(v)}`, `shipped_at = ${shipped(v)}`, `tags = ${tags(v)}`])} where ${someOrders(v)}`,
    ],
  },
  { weight: 4, statements: (v) => [`delete from orders where ${someOrders(v)}`] },
  {
    weight: 8,
    statements: (v) => {
      const number = order(v);
      const both = [
        `insert into orders values ${orderRow(v, number)} on conflict (order_id) do nothing`,
        add(v, 1, () => number),
      ];
      return v.chance(0.5) ? both : both.toReversed();
    },
  },
  { weight: 3, statements: (v) => [`update orders set order_id = ${order(v)} where order_id = ${order(v)}`] },
  {
    weight: 5,
    statements: (v) => [
      `update offices set ${v.pick([`zone = '${v.chance(0.2) ? BAD_ZONE : v.pick(HARD_ZONES)}'`, "phone = '1'"])} where office_id = ${office(v)}`,
    ],
  },
  {
    weight: 4,
    statements: (v) => [`update offices set zone = ${v.word(...HARD_ZONES)} where zone = '${BAD_ZONE}'`],
  },
  {
    weight: 4,
    statements: (v) => [`update employees set office_id = ${office(v)} where employee_id = ${v.integer(1, EMPLOYEES)}`],
  },
  {
    weight: 3,
    statements: (v) => {
      const passing = v.pick(WHOLESALE_OWNERS.passing);
      return [
        `insert into employees values (${passing}, ${office(v)}, 'passing') on conflict do nothing`,
        `update orders set employee_id = ${passing} where ${someOrders(v)}`,
      ];
    },
  },
  {
    weight: 3,
    statements: (v) => {
      const passing = v.pick(WHOLESALE_OWNERS.passing);
      return [
        `update orders set employee_id = ${employee(v)} where employee_id = ${passing}`,
        `delete from employees where employee_id = ${passing}`,
      ];
    },
  },
  // What names a line comes and goes without it.
  { weight: 10, statements: (v) => [deliver(v, v.integer(1, 3))] },
  {
    weight: 8,
    statements: (v) => [
      `update deliveries set ${v.pick(["pieces = pieces + 1", `line_no = ${v.maybe(String(v.integer(1, LINES)))}`, `order_id = ${order(v)}`])} where ${some(v, "deliveries", "delivery_id")}`,
    ],
  },
  { weight: 4, statements: (v) => [`delete from deliveries where ${some(v, "deliveries", "delivery_id")}`] },
  // Clients move, and territories, alone and many of them; and what visits are counted by changes.
  { weight: 8, statements: (v) => [visit(v, v.integer(1, 3))] },
  {
    weight: 5,
    statements: (v) => [`update visits set client_id = ${client(v)} where ${some(v, "visits", "visit_id")}`],
  },
  {
    weight: 14,
    statements: (v) => [
      `update clients set ${v.pick([`region = ${v.maybe(region(v))}`, `country = ${country(v)}`, `country = ${country(v)}, region = ${region(v)}`, `tier = ${v.word("basic", "gold")}`])} where ${some(v, "clients", "client_id")}`,
    ],
  },
  {
    weight: 14,
    statements: (v) => [
      `update territories set ${v.pick([`employee_id = ${employee(v)}`, `kind = ${kind(v)}`, `region = ${region(v)}`, `country = ${country(v)}`])} where country = ${country(v)} and region = ${region(v)}`,
    ],
  },
  {
    weight: 5,
    statements: (v) => [`delete from territories where country = ${country(v)} and region = ${region(v)}`],
  },
  {
    weight: 8,
    statements: (v) => {
      const [number, of, numbered] = [client(v), country(v), region(v)];
      const both = [
        territory(v, of, numbered),
        `insert into clients values (${number}, ${of}, ${numbered}, 'gold') on conflict (client_id) do update set country = excluded.country, region = excluded.region`,
        visit(v, 2, () => number),
      ];
      return v.chance(0.5) ? both : both.toReversed();
    },
  },
  { weight: 3, statements: (v) => [`delete from clients where client_id = ${client(v)}`] },
  { weight: 1, statements: () => ["truncate territories"] },
  { weight: 1, statements: () => ["truncate order_lines"] },
];
