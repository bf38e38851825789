/** Owners that several columns name: one text for each, and rows that are found by their columns. */
import assert from "node:assert/strict";
import { before, it } from "node:test";
import fc from "fast-check";
import type { Batch } from "../../../daemon/capture/batch.ts";
import { canonicalOwners } from "../../../daemon/database/canonical-owner.ts";
import { SessionPool } from "../../../daemon/database/session-pool.ts";
import { compileKinds } from "../../../daemon/plan/compile.ts";
import { isAmong, partsOf, spelled } from "../../../daemon/plan/owner-key.ts";
import { loadSelects } from "../../../daemon/plan/select.ts";
import type { OwnerKey } from "../../../daemon/plan/watched-table.ts";
import { listOwners } from "../../../daemon/verify/listed-owners.ts";
import { spellKey } from "../../../protocol/key.ts";
import { TENANTS } from "../../support/oracle.ts";
import { onEachServer, type TestDatabase } from "../../support/servers.ts";
import { resetsOf, shopBatches, toldIn } from "../../support/shop-batches.ts";

const [PLAN, DEPOTS = PLAN] = compileKinds(TENANTS.config).plans;

/** Account n of "a/b" and of "a": order 1 is of "a/b", order 2 of "a", order 3 is nobody's. */
const ROWS = `
  truncate accounts, depots, orders, items;
  insert into accounts select tenant, n, 'Europe/Lisbon' from generate_series(1, 2) n, unnest('{a/b,a,%2F}'::text[]) tenant;
  insert into orders values (1, 'a/b', 1, null, null, null, 'open', 1, '2026-03-01Z'), (2, 'a', 1, null, null, null, 'open', 2, '2026-03-01Z'),
                            (3, 'a', null, 'pt', 'x', 1, 'open', 4, '2026-03-01Z');
  insert into items (order_id, pieces) values (1, 10), (2, 20), (3, 40);`;

const order = (id: number, tenant: string | null, account: number | null): string =>
  `insert into orders values (${id}, ${tenant === null ? "null" : `'${tenant}'`}, ${account}, null, null, null, 'open', 8, '2026-03-01Z')`;

/** What the batch adds to a source's sums, by owner. */
function sums({ grains }: Batch, source: string): Record<string, bigint> {
  const found: Record<string, bigint> = {};
  for (const { owner, projection, values } of grains) {
    const { source: of, key, time, measures } = PLAN.projections[projection] ?? assert.fail();
    const at = measures.findIndex(({ value }) => value.op === "sum");
    if (of === source && key === undefined && time.kind === "none" && at >= 0)
      found[owner] = (found[owner] ?? 0n) + (values[at] ?? 0n);
  }
  return found;
}

await onEachServer("owners that several columns name", (server) => {
  const { written } = shopBatches(server, { schema: TENANTS.schema, plan: PLAN, rows: ROWS, bulkRows: 20 });

  it("are told of their rows by all of the columns, however near their texts are", async () => {
    const batch = await written(
      order(4, "a/b", 2),
      order(5, "%2F", 1),
      order(6, "a", 2),
      order(7, "a/b/1", 1),
      order(8, "b", 1),
    );
    assert.deepEqual(resetsOf(batch), []);
    assert.deepEqual(sums(batch, "orders"), { "a%2Fb/2": 800n, "%252F/1": 800n, "a/2": 800n });
    assert.deepEqual(toldIn(batch), ["%252F/1 order_placed", "a%2Fb/2 order_placed", "a/2 order_placed"]);
    const packed = await written("insert into items (order_id, pieces) values (1, 3), (2, 5), (3, 7)");
    assert.deepEqual(sums(packed, "items"), { "a%2Fb/1": 3n, "a/1": 5n });
    assert.deepEqual(
      packed.events.map(({ data }) => data["state"]),
      ["open", "open"],
    );
  });

  it("have none of the rows of which one of the columns is NULL", async () => {
    const batch = await written(order(4, null, 1), order(5, "a", null), "update orders set tenant = null where id = 1");
    assert.deepEqual([resetsOf(batch), sums(batch, "orders")], [["a%2Fb/1 items"], { "a%2Fb/1": -100n }]);
    assert.deepEqual(toldIn(batch), ["a%2Fb/1 order_gone"]);
  });

  it("are read again, each by its text, after a bulk statement, and where a row that leads to them moves", async () => {
    const bulk = await written(
      "insert into orders select 100 + n, (array['a/b', 'a', null])[1 + n % 3], 1, null, null, null, 'open', 1, null from generate_series(1, 30) n",
    );
    assert.deepEqual(resetsOf(bulk), ["a%2Fb/1 orders", "a/1 orders"]);
    const items = await written(
      "insert into items (order_id, pieces) select 1 + n % 3, 1 from generate_series(1, 30) n",
    );
    assert.deepEqual(resetsOf(items), ["a%2Fb/1 items", "a/1 items"]);
    const nobodys = await written(
      "update orders set country = 'es' where id = 3",
      "update orders set state = 'paid' where id = 3",
    );
    assert.deepEqual(resetsOf(nobodys), []);
    const moved = await written(
      "update orders set tenant = '%2F' where id = 2",
      "insert into items (order_id, pieces) values (1, 1)",
    );
    assert.deepEqual(resetsOf(moved), ["%252F/1 items", "a/1 items"]);
    assert.deepEqual(
      [sums(moved, "orders"), sums(moved, "items")],
      [{ "%252F/1": 200n, "a/1": -200n }, { "a%2Fb/1": 1n }],
    );
  });

  it("are read again where their own row changes in what is shown", async () => {
    const batch = await written(
      "update accounts set zone = 'UTC' where tenant = 'a/b' and number = 2",
      "delete from accounts where tenant = 'a'",
    );
    assert.deepEqual(batch.dimensions.toSorted(), ["a%2Fb/2", "a/1", "a/2"]);
  });
});

await onEachServer("the keys of owners that several columns name", (server) => {
  let database: TestDatabase;

  before(async () => {
    database = await server.createDatabase();
    await database.query(`${TENANTS.schema}; ${ROWS}`);
  });

  it("have the same text in SQL as elsewhere, and are found again by it, whatever their values are", async () => {
    const columns: OwnerKey = [
      { name: "a", type: "text" },
      { name: "b", type: "text" },
    ];
    const part = fc.oneof(
      fc.string({ unit: "binary" }).map((text) => text.replaceAll("\0", "")),
      fc.string({ unit: fc.constantFrom("/", "%", "2", "5", "F", "f", "ß") }),
    );
    const [a, b] = partsOf(spelled(["k.a", "k.b"]), columns);
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(part, part), { minLength: 1, maxLength: 50 }), async (keys) => {
        const rows = await database.query<{ text: string; a: string; b: string; found: boolean }>(
          `select ${spelled(["k.a", "k.b"])} as text, ${a} as a, ${b} as b, ${isAmong(["k.a", "k.b"], columns, "$3::text[]")} as found
             from unnest($1::text[], $2::text[]) with ordinality k(a, b, n) order by n`,
          [keys.map(([one]) => one), keys.map(([, other]) => other), keys.map(spellKey)],
        );
        assert.deepEqual(
          rows,
          keys.map(([one, other]) => ({ text: spellKey([one, other]), a: one, b: other, found: true })),
        );
      }),
    );
  });

  it("are known by every spelling of their columns, and by none of another number of them", async (t) => {
    const pool = new SessionPool({ url: database.url, role: "pool", statementTimeoutMs: 5_000 }, 1);
    t.after(() => pool.stop());
    const canonical = canonicalOwners(["text", "smallint"], pool, () => performance.now());
    const spellings = {
      "a/7": "a/7",
      "a/07": "a/7",
      "%61%2fb/7": "a%2Fb/7",
      "é%25/ 7 ": "é%25/7",
      "/7": "/7",
      "%2525/7": "%2525/7",
    };
    for (const [name, found] of Object.entries(spellings)) assert.equal(await canonical(name, undefined), found, name);
    for (const name of ["a", "a/b/7", "a/b", "a/", "a%00/7", "%/7", "a/70000"])
      assert.equal(await canonical(name, undefined), undefined, name);
    const wide = canonicalOwners(["numeric", "text"], pool, () => performance.now());
    assert.equal(await wide("7.0/a", undefined), "7/a");
    assert.equal(await wide(`1e99/${"%25".repeat(60)}`, undefined), undefined, "a text that is longer than any key");
  });

  it("are listed for verify by all of their columns, in groups and by name", async (t) => {
    const sessions = new SessionPool({ url: database.url, role: "pool", statementTimeoutMs: 5_000 }, 1);
    t.after(() => sessions.stop());
    const all: string[] = [];
    const every = await listOwners(sessions, PLAN, { kind: "all" });
    for await (const group of every.groups(4)) all.push(...group);
    assert.deepEqual([every.total, all.toSorted()], [6, ["%252F/1", "%252F/2", "a%2Fb/1", "a%2Fb/2", "a/1", "a/2"]]);
    const named = await listOwners(sessions, PLAN, { kind: "named", owners: ["a%2fb/02", "a/1"] });
    for await (const group of named.groups(9)) assert.deepEqual(group.toSorted(), ["a%2Fb/2", "a/1"]);
    const sample = await listOwners(sessions, PLAN, { kind: "sample", count: 3, seed: "1" });
    assert.equal(sample.total, 3);
    await assert.rejects(
      listOwners(sessions, PLAN, { kind: "named", owners: ["a/b/1"] }),
      /a\/b\/1 spells no key of 2 columns: write/,
    );
  });

  it("are loaded by an index on the columns of their rows", async () => {
    const client = await database.client();
    await client.query(`insert into accounts select 't' || n, n % 100, 'UTC' from generate_series(1, 5000) n;
      insert into orders select 1000 + n, 't' || 1 + n % 5000, (1 + n % 5000) % 100, 'pt', 'c', 1 + n % 5000, 'open', 1, now() from generate_series(1, 50000) n;
      insert into items (order_id, pieces) select 1000 + n, 1 from generate_series(1, 50000) n;
      analyze; set plan_cache_mode = force_generic_plan`);
    for (const [plan, owner, index] of [
      [PLAN, "t7/7", /account = .*tenant|tenant.* = .*account/],
      [DEPOTS, "pt/c/7", /country.* = .*code.* = .*depot = /],
    ] as const)
      for (const select of loadSelects(plan)) {
        await client.query(`prepare explained(text[], bigint, text[]) as ${select}`);
        const { rows } = await client.query<{ "QUERY PLAN": string }>(
          `explain execute explained('{${owner}}', 0, '{UTC}')`,
        );
        await client.query("deallocate explained");
        const explained = rows.map((row) => row["QUERY PLAN"]).join("\n");
        assert.doesNotMatch(explained, /Seq Scan on (orders|items|accounts)/, explained);
        assert.match(explained, index, explained);
      }
  });
});
