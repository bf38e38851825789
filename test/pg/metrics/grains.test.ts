import assert from "node:assert/strict";
import { it } from "node:test";
import { and, eq, gt, inArray, like, sql } from "drizzle-orm";
import fc from "fast-check";
import { compile } from "../../../daemon/plan/compile.ts";
import {
  count,
  at as inZone,
  day,
  earliest,
  keys,
  lastMonths,
  month,
  openIfNull,
  sum,
  trailingDays,
  trailingHours,
} from "../../../daemon/define/define.ts";
import { utcDay } from "../../../daemon/metrics/civil-date.ts";
import { FOREVER } from "../../../daemon/metrics/contribution.ts";
import { deltaSelects, loadSelects } from "../../../daemon/plan/select.ts";
import { configured, sales } from "../../support/sales-tables.ts";
import { onEachServer, type TestDatabase, type TestServer } from "../../support/servers.ts";

const plan = compile(
  configured({
    total: count(sales),
    states: count(sales).by(sales.state),
    kinds: sum(sales.price).by(sales.kind),
    codes: count(sales).by(sales.code),
    names: sum(sales.loose, { scale: 1 }).where(eq(sales.name, "Ann")).by(sales.name),
    fair: count(sales).where(and(eq(sales.fair, true), eq(sales.code, "ab"), inArray(sales.kind, ["big"]))),
    pieces: sum(sales.pieces).where(like(sales.state, "p%")),
    late: count(sales).where(gt(sales.name, "B")),
    worth: sum(sql`${sales.price} * ${sales.pieces} / 3`, { scale: 1 }),
    sizes: sum(sql`${sales.loose} * 1.5`, { scale: 0 }).by(sql`${sales.pieces} % 3`),
    days: sum(sales.price).during(trailingDays(30, sales.at)),
    months: count(sales).by(lastMonths(3, sales.at)),
    hours: sum(sales.price).during(trailingHours(3, sales.at)),
    due: sum(sales.price).during(month(sales.due)),
    today: count(sales).during(day(sales.due)),
    next: earliest(sales.due),
    open: keys(sales.shop).while(sales.at, sales.until),
    unpaid: count(sales).overdue(sales.due),
    ended: count(sales).overdue(sales.until),
    lasting: count(sales).while(openIfNull(sales.due), openIfNull(sales.until)),
    vague: count(sales).while(inZone(sales.vague, "America/Havana"), openIfNull(sales.due)),
  }),
);

/** citext and the collation of `state` call texts equal that differ in their bytes. */
const SCHEMA = `
  create table people (id integer primary key, zone text, money text);
  create collation caseless (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
  create extension citext;
  create type kind as enum ('small', 'big');
  create table sales (id uuid primary key default gen_random_uuid(), person integer, shop bigint, state varchar(9) collate caseless, kind kind, code char(4), name citext, fair boolean,
    extra jsonb, price numeric(12, 2), whole numeric(12), loose numeric, custom numeric(10, 3), pieces integer, weight float, length real,
    at timestamptz, until timestamptz, vague timestamp, due date, tags text[]);
  create index on sales (person, at);
  create table shops (id bigint primary key, owner integer not null);
  insert into people values (1, 'UTC', 'BRL'), (2, 'America/Havana', 'BRL'), (3, 'Mars/Olympus', 'BRL'), (4, null, 'BRL')`;

const ZONES = ["UTC", "America/Havana"];
const EVERYONE = ["1", "2", "3", "4"];
/** So early that nothing is expired. */
const FROM_THE_BEGINNING = Date.UTC(1901, 0) * 1000;
const NOW = Date.UTC(2025, 10, 2, 4) * 1000;

interface GrainRow {
  readonly tag: number;
  readonly owner: string;
  readonly key: string | null;
  readonly day: number | null;
  readonly from_us: string | null;
  readonly until_us: string | null;
  readonly m: string;
}
type Folded = Map<string, readonly bigint[]>;

const instants = [
  "2025-11-02 03:59:59.999999Z",
  "2025-11-02 04:30Z",
  "2025-10-02 12:00Z",
  "1850-01-01Z",
  "infinity",
  "-infinity",
  "294276-12-31 23:00Z",
  "2300-06-01Z",
  null,
];
const of = <T>(...values: T[]) => fc.constantFrom(...values);
const row = fc.record({
  person: of(1, 1, 2, 2, 3, 4, null, 99),
  shop: of("1", "2", "9223372036854775807", null),
  state: of("paid", "paid ", "PAID", "", "__proto__", "a.b", null),
  kind: of("big", "small", null),
  code: of("ab", "ab  ", "AB", "", null),
  name: of("Ann", "ann", "ANN", "Bob", null),
  fair: of(true, false, null),
  price: of("0.01", "-12.35", "9999999999.99", "NaN", null),
  loose: of("0.05", "-0.05", "0.15", "1e30", "NaN", "Infinity", "-Infinity", null),
  pieces: of(1, -2147483648, 2147483647, null),
  at: of(...instants),
  until: of(...instants),
  vague: of("2025-11-02 00:30", "2025-11-01 23:59:59.999999", "294276-12-31 23:59", "4713-01-01 BC", "-infinity", null),
  due: of("2025-11-02", "2025-11-01", "infinity", "-infinity", "5874897-12-31", "0044-03-15 BC", null),
});
type Row = typeof row extends fc.Arbitrary<infer R> ? R : never;

await onEachServer("grains", (server) => {
  it("of a load are the grains of the load before and of the changes since, whatever the rows hold", async () => {
    const database = await prepared(server);
    const rows = fc.sample(row, { numRuns: 400, seed: 7 });
    await insert(database, rows.slice(0, 200));
    const before = folded(await load(database, FROM_THE_BEGINNING));
    await database.query(`create table old_sales as select * from sales`);
    await insert(database, rows.slice(200));
    await database.query("delete from sales where fair");
    await database.query(
      "update sales set person = 3 - person, state = 'p' || state where person < 3 and pieces = 1 and length(state) < 9",
    );
    await database.query(
      "update sales set name = lower(name), code = 'ab', due = due + 1 where not fair and isfinite(due) and due < '2100-01-01'",
    );
    const changes = await delta(database, "old_sales");
    const after = folded(await load(database, FROM_THE_BEGINNING));
    assert.ok(changes.length > 100, `${changes.length} changed grains`);
    assert.deepEqual(sorted(loadable(added(before, folded(changes)))), sorted(loadable(after)));
    // Each projection says something, and the zones' owners have days.
    assert.deepEqual(
      new Set([...after.keys()].map((grain) => Number(grain.split("\t")[0]))).size,
      plan.projections.length,
    );
  });

  it("of a delta are those of the named owners alone, where some are named", async () => {
    const database = await prepared(server);
    for (const person of [1, 2, 1, 2, 4]) await insert(database, [{ person, price: "10", code: "a" } as Row]);
    const none = "(select * from sales where false)";
    const all = await delta(database, none);
    assert.deepEqual(new Set(all.map(({ owner }) => owner)), new Set(["1", "2", "4"]));
    for (const named of [["2"], ["2", "4"], []]) {
      const expected = all.filter(({ owner }) => named.includes(owner));
      assert.deepEqual(sorted(folded(await delta(database, none, named))), sorted(folded(expected)));
    }
  });

  it("leave out a row whose owner, key, bound or value is NULL, and count NaN and the infinities as NULL", async () => {
    const database = await prepared(server);
    const nothing: Row = {
      person: 1,
      shop: null,
      state: null,
      kind: null,
      code: null,
      name: "Ann",
      fair: null,
      price: "NaN",
      loose: "Infinity",
      pieces: null,
      at: null,
      until: null,
      vague: null,
      due: null,
    };
    await insert(database, [
      nothing,
      { ...nothing, price: null, loose: "-Infinity", shop: "1", at: "2025-11-02Z" },
      { ...nothing, person: null, price: "1", state: "paid" },
    ]);
    const grains = await load(database, FROM_THE_BEGINNING);
    assert.deepEqual(new Set(grains.map(({ tag }) => tag)), new Set([at("total"), at("months"), at("lasting")]));
    assert.equal(grains.length, 3);
    // Without bounds it always counts.
    assert.deepEqual(
      grains.flatMap(({ tag, from_us, until_us }) => (tag === at("lasting") ? [[from_us, until_us]] : [])),
      [[String(utcDay(Date.UTC(1900, 0) * 1000)), String(FOREVER)]],
    );
  });

  it("of what is overdue count from the microsecond after the instant on, or from the day after the date", async () => {
    const database = await prepared(server);
    await insert(database, [{ person: 1, due: "2025-11-02", until: "2025-11-02 04:00Z" } as Row]);
    const grains = await load(database, FROM_THE_BEGINNING);
    const bounds = (tag: number) => grains.find((grain) => grain.tag === tag);
    const [unpaid, ended] = [bounds(at("unpaid")), bounds(at("ended"))];
    assert.deepEqual([unpaid?.from_us, unpaid?.until_us], ["9438", String(FOREVER)]);
    assert.deepEqual([ended?.from_us, ended?.until_us], [String(NOW + 1), String(FOREVER)]);
  });

  it("compare text byte by byte: case, padding and collations of the column make no two equal", async () => {
    const database = await prepared(server);
    const all: Row = {
      person: 1,
      shop: "1",
      state: "paid",
      kind: "big",
      code: "ab",
      name: "Ann",
      fair: true,
      price: "1.00",
      loose: "0.05",
      pieces: 1,
      at: null,
      until: null,
      vague: null,
      due: null,
    };
    await insert(database, [
      all,
      { ...all, name: "ANN", state: "paid ", code: "ab  " },
      { ...all, name: "ann", state: "PAID", code: "AB" },
    ]);
    const byKey = (tag: number, rows: readonly GrainRow[]) =>
      Object.fromEntries(rows.filter((grain) => grain.tag === tag).map(({ key, m }) => [key ?? "", m]));
    for (const grains of [
      await load(database, FROM_THE_BEGINNING),
      await delta(database, "(select * from sales where false)"),
    ]) {
      assert.deepEqual(byKey(at("states"), grains), { paid: "1", "paid ": "1", PAID: "1" });
      assert.deepEqual(byKey(at("codes"), grains), { ab: "2", AB: "1" });
      // Rounded by the row, half away from zero: 0.05 is 1 tenth; and counted.
      assert.deepEqual(byKey(at("names"), grains), { Ann: "1 1" });
      assert.equal(byKey(at("total"), grains)[""], "3 2 2 1 9", "rows; fair; pieces of p…; names after B; worth");
    }
  });

  it("have no day for owners whose zone is not known to be good, and do not fail for a bad one", async () => {
    const database = await prepared(server);
    const sale: Row = {
      person: 1,
      shop: "1",
      state: "paid",
      kind: "big",
      code: "ab",
      name: "Ann",
      fair: true,
      price: "1.00",
      loose: "1",
      pieces: 1,
      at: "2025-11-02 04:30Z",
      until: "infinity",
      vague: null,
      due: "2025-11-02",
    };
    await insert(
      database,
      EVERYONE.map((person) => ({ ...sale, person: Number(person) as 1 })),
    );
    const days = (rows: readonly GrainRow[]) =>
      rows
        .filter(({ tag }) => tag === at("days") || tag === at("today"))
        .map(({ owner, day }) => `${owner} ${day}`)
        .toSorted();
    const novemberSecond = 9437;
    const expected = [
      `1 ${novemberSecond}`,
      `1 ${novemberSecond}`,
      `2 ${novemberSecond}`,
      `2 ${novemberSecond}`,
      "3 null",
      "3 null",
      "4 null",
      "4 null",
    ];
    assert.deepEqual(days(await load(database, NOW)), expected);
    assert.deepEqual(days(await delta(database, "(select * from sales where false)")), expected);
  });

  it("are loaded without what has expired, and with all that has not", async () => {
    const database = await prepared(server);
    await insert(database, fc.sample(row, { numRuns: 300, seed: 11 }));
    const all = await load(database, FROM_THE_BEGINNING);
    const loaded = await load(database, NOW);
    const today = 9437;
    const live = all.filter(({ tag, day, until_us }) => {
      const time = plan.projections[tag]?.time;
      if (time?.kind === "while") return Number(until_us) > (time.until?.type === "date" ? today : NOW);
      if (time === undefined || !("spanDays" in time) || day === null) return true;
      return (time.kind === "hour" ? Math.floor(day / 24) : day) >= today - time.spanDays;
    });
    const got = folded(loaded);
    for (const [grain, values] of folded(live)) {
      // Owners without a good zone have all days in one grain, of which a load may leave out the expired ones.
      if (!/^\d+\t[34]\t/.test(grain)) assert.deepEqual(got.get(grain), values, grain);
    }
    assert.ok(loaded.length < all.length, "nothing was left out");
  });
});

async function prepared(server: TestServer): Promise<TestDatabase> {
  const database = await server.createDatabase();
  await database.query(SCHEMA);
  return database;
}

async function insert(database: TestDatabase, rows: readonly Row[]): Promise<void> {
  const columns = Object.keys(rows[0] ?? {}).join(", ");
  // Explicit casts: varchar(9) and char(4) then cut and pad as they do for an application.
  await database.query(
    `insert into sales (${columns}) select ${columns} from jsonb_populate_recordset(null::sales, $1)`,
    [JSON.stringify(rows)],
  );
}

async function load(database: TestDatabase, atUs: number): Promise<GrainRow[]> {
  return database.query<GrainRow>(loadSelects(plan).join("\nunion all\n"), [EVERYONE, String(atUs), ZONES]);
}

/** From what a table held to what it holds, through a table with the wide types of a change table. */
async function delta(database: TestDatabase, old: string, owners?: readonly string[]): Promise<GrainRow[]> {
  const columns = plan.tables[1]?.columns ?? [];
  const names = columns.map(({ name }) => name).join(", ");
  await database.query(
    `drop table if exists changes; create table changes (change_weight smallint, ${columns.map(({ name, type }) => `${name} ${type}`).join(", ")})`,
  );
  await database.query(`insert into changes select -1, ${names} from ${old} o`);
  await database.query(`insert into changes select 1, ${names} from sales`);
  return database.query<GrainRow>(
    `with delta_sales as materialized (select * from changes)
     select * from (${deltaSelects(plan).join("").replaceAll("$3", "$1").replaceAll("$4", "$2")}) s`,
    [ZONES, owners ?? null],
  );
}

/** The projection that a metric of one accumulator is made from. */
function at(metric: string): number {
  const value = plan.leaves.find(({ path }) => path[0] === metric)?.value;
  const index =
    value?.kind === "count"
      ? value.quantity.index
      : value !== undefined && "accumulator" in value
        ? value.accumulator
        : -1;
  return plan.accumulators[index]?.projection ?? assert.fail(`no metric ${metric}`);
}

/** Without what a load may leave out or not: rows from before 1900, which a grain without a day can't be told apart by. */
function loadable(grains: Folded): Folded {
  return new Map(
    [...grains].filter(([grain]) => {
      const [tag, , , day = "", , until = ""] = grain.split("\t");
      const time = plan.projections[Number(tag)]?.time;
      if (time?.kind === "while") return Number(until) > (time.until?.type === "date" ? -36_000 : FROM_THE_BEGINNING);
      return time?.kind === "none" || (day !== "" && Number(day) > -36_000);
    }),
  );
}

function folded(rows: readonly GrainRow[]): Folded {
  return added(
    new Map(),
    new Map(rows.map(({ m, ...grain }) => [Object.values(grain).join("\t"), m.split(" ").map(BigInt)])),
  );
}

function added(left: Folded, right: Folded): Folded {
  const sums = new Map(left);
  for (const [grain, values] of right) {
    const sum = values.map((value, index) => value + (sums.get(grain)?.[index] ?? 0n));
    if (sum.every((value) => value === 0n)) sums.delete(grain);
    else sums.set(grain, sum);
  }
  return sums;
}

function sorted(grains: Folded): unknown[] {
  return [...grains].map(([grain, values]) => `${grain}: ${values.join(" ")}`).toSorted();
}
