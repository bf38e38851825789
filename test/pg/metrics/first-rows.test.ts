import assert from "node:assert/strict";
import { it } from "node:test";
import { sql } from "drizzle-orm";
import { latest, max, min, oldest } from "../../../daemon/define/define.ts";
import { parseGrain } from "../../../daemon/capture/batch-row.ts";
import { compile } from "../../../daemon/plan/compile.ts";
import { deepened } from "../../../daemon/plan/deepened.ts";
import { loadSelects } from "../../../daemon/plan/select.ts";
import { configured, sales } from "../../support/sales-tables.ts";
import { onEachServer, type TestDatabase } from "../../support/servers.ts";

const plan = compile(
  configured({
    dearest: max(sales.price).by(sales.state),
    weight: latest(sales.weight, sales.at),
    loose: latest(sales.loose, sales.at),
    oldest: min(sales.at).while(sales.due, sales.until),
    first: oldest(sales.price, sales.at),
    double: oldest(sql`${sales.loose} * 2`, sales.at, { scale: 1 }),
    words: latest(sql`replace(${sales.state}, 's', ${"s".repeat(300)})`, sales.at),
  }),
);

const ROWS = `
  create table people (id integer primary key, zone text, money text);
  create table sales (id uuid primary key, person integer, state varchar(9), price numeric(12, 2), loose numeric, weight float, at timestamptz, until timestamptz, due date);
  insert into people values (1, 'UTC', 'EUR');
  insert into sales (id, person, state, price, at)
    select md5(i::text)::uuid, 1, 's' || i % 2, i / 2, timestamptz '2026-01-01Z' + i / 4 * interval '1 day' from generate_series(1, 200) i;
  update sales set weight = price, loose = price;
  update sales set weight = (array['NaN', 'Infinity', '-Infinity', '1.5'])[1 + price::int % 4]::float, loose = (array['NaN', 'Infinity', '1e400', '1.5'])[1 + price::int % 4]::numeric where price > 95`;

interface Place {
  readonly group: string | null;
  readonly rank: string;
  readonly tie: string | null;
  readonly shown: unknown;
  readonly values: readonly bigint[];
}

await onEachServer("ranked rows", (server) => {
  it("a load brings the first of each group and time, as many as are kept, and of the last of them that it is that", async () => {
    const database = await server.createDatabase();
    await database.query(ROWS);
    const expected = await database.query<{ shown: string; weight: number | null }>(
      `select case when weight in ('NaN', 'Infinity', '-Infinity') then null else weight end as weight, round(price, 2)::text as shown
         from sales order by at desc, id::text collate "C" desc`,
    );
    for (const depth of [1, 2]) {
      const kept = 16 * depth;
      const dearest = await places(database, "dearest", depth);
      for (const state of ["s0", "s1"]) {
        const own = dearest.filter(({ group }) => group === state).toSorted((a, b) => Number(b.rank) - Number(a.rank));
        assert.equal(own.length, kept);
        assert.equal(own[0]?.shown, state === "s0" ? "100.00" : "99.00");
        assert.deepEqual(
          own.map(({ values }) => values),
          own.map((_, at) => [1n, at === kept - 1 ? 1n : 0n]),
        );
      }
      const weights = await places(database, "weight", depth);
      assert.equal(weights.length, kept);
      assert.deepEqual(
        new Set(weights.map(({ shown }) => shown)),
        new Set(expected.slice(0, kept).map(({ weight }) => weight)),
      );
      const loose = await places(database, "loose", depth);
      assert.ok(
        loose.some(({ shown }) => shown === null) &&
          loose.every(({ shown }) => shown !== "NaN" && shown !== "Infinity"),
      );
    }
  });
});

await onEachServer("ranked rows of the oldest", (server) => {
  it("the oldest row comes first by its date and its key, and shows what an expression makes of its columns", async () => {
    const database = await server.createDatabase();
    await database.query(ROWS);
    await database.query(
      "update sales set loose = 'NaN' where at = '2026-01-01Z' and id = (select min(id::text)::uuid from sales where at = '2026-01-01Z')",
    );
    const rows = await database.query<{ price: string; double: string | null; at: string }>(
      `select price::text, case when loose <> 'NaN' then round(loose * 2, 1)::text end as double, at::text
         from sales order by at, id::text collate "C" limit 16`,
    );
    const inOrder = (found: readonly Place[]) =>
      found.toSorted((a, b) => Number(a.rank) - Number(b.rank) || ((a.tie ?? "") < (b.tie ?? "") ? -1 : 1));
    const shown = async (metric: string) => inOrder(await places(database, metric, 1)).map((place) => place.shown);
    assert.equal(rows[0]?.double, null);
    assert.deepEqual(
      await shown("first"),
      rows.map(({ price }) => price),
    );
    assert.deepEqual(
      await shown("double"),
      rows.map(({ double }) => double),
    );
    const [word] = await shown("words");
    assert.match(String(word), /^s+…$/);
    assert.equal(String(word).length, 257);
  });
});

async function places(database: TestDatabase, metric: string, depth: number): Promise<Place[]> {
  const leaf = plan.leaves.find(({ path }) => path[0] === metric)?.value ?? assert.fail();
  const { projection } = plan.accumulators["accumulator" in leaf ? leaf.accumulator : assert.fail()] ?? assert.fail();
  const select = loadSelects(deepened(plan, depth))[projection] ?? assert.fail();
  const rows = await database.query<{ owner: string; key: string; m: string }>(select, [["1"], "0", ["UTC"]]);
  return rows.map(({ owner, key, m }) => {
    const [group, rank, tie, shown] = JSON.parse(key) as [string | null, string, string | null, unknown];
    const { values } = parseGrain(projection, [String(projection), owner, key, null, null, null, m]);
    return { group, rank, tie, shown, values };
  });
}
