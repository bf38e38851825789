import assert from "node:assert/strict";
import { it } from "node:test";
import { HEARTBEAT } from "../../../daemon/capture/capture-options.ts";
import { openReaderSession } from "../../../daemon/capture/reader-session.ts";
import { compile } from "../../../daemon/plan/compile.ts";
import type { Plan } from "../../../daemon/plan/plan.ts";
import { deltaSelects, loadSelects, withoutEvents } from "../../../daemon/plan/select.ts";
import { DEMO } from "../../support/oracle.ts";
import { onEachServer, type TestDatabase, type TestServer } from "../../support/servers.ts";

const plan = compile(DEMO.config);

/** Many owners with a long past, so that reading too much would cost. */
const ROWS = `
  insert into owners (name) select 'o' from generate_series(1, 5000);
  insert into listings (owner_id, hangar_number, status) select i, 'h', 'active' from generate_series(1, 5000) i;
  insert into bookings (listing_id, owner_id, guest_name, status, payment_status, payment_amount, check_in, check_out, created_at, paid_at)
    select 1 + i % 5000, 1 + i % 5000, 'g', 'confirmed', 'paid', 1, t, t, t, t
      from generate_series(1, 50000) i, lateral (select timestamptz '2025-11-01Z' - i * interval '30 minutes' as t) x;
  insert into payouts (owner_id, amount, status, due_on) select 1 + i % 5000, 1, 'pending', date '2025-11-01' - i % 900 from generate_series(1, 20000) i;
  analyze`;

interface PlanNode {
  readonly "Node Type": string;
  readonly "Relation Name"?: string;
  readonly "Index Name"?: string;
  readonly "Index Cond"?: string;
  readonly Plans?: readonly PlanNode[];
}

interface Explained {
  readonly "QUERY PLAN": readonly [{ readonly Plan: PlanNode }];
}

/** A test's client, or a session as the reader opens it. */
interface Queryable {
  query(text: string): Promise<unknown>;
}

await onEachServer("query plans", (server) => {
  let database: Promise<TestDatabase> | undefined;
  const filled = () => (database ??= createFilled(server));

  it("of a load for one owner read every table by an index on the owner, and a window by its own column too", async () => {
    const client = await (await filled()).client();
    for (const [tag, select] of loadSelects(plan).entries()) {
      const nodes = await explained(client, select, [
        "{7}",
        String(Date.UTC(2025, 10, 1) * 1000),
        "{America/Sao_Paulo}",
      ]);
      const { source, time } = plan.projections[tag] ?? assert.fail();
      const conditions = nodes.map((node) => node["Index Cond"] ?? "").join("\n");
      assert.deepEqual(sequential(nodes), [], `${source} ${time.kind}`);
      assert.match(conditions, /owner_id = ANY/, `${source} ${time.kind}`);
      if (time.kind === "while") assert.match(conditions, new RegExp(`${time.until?.column} >`));
      else if (time.kind !== "none") assert.match(conditions, new RegExp(`${time.column} >=`));
    }
  });

  it("of a delta read no watched table but the owners, by key", async () => {
    const metrics = withoutEvents(plan);
    const read = await readByDelta(metrics);
    assert.deepEqual(new Set(read), new Set(["owners by (id = c.owner_id)"]));
    assert.equal(read.length, new Set(plan.projections.map(({ source }) => source)).size);
  });

  it("of events read what they look up, by key", async () => {
    const read = new Set((await readByDelta(plan)).map((text) => text.slice(0, text.indexOf(" = "))));
    assert.deepEqual([...read].toSorted(), ["listings by (id", "owners by (id"]);
  });

  /** The relations that a batch's selects read, and how. */
  async function readByDelta(plan: Plan): Promise<string[]> {
    const session = await openReaderSession({ url: (await filled()).url, heartbeat: HEARTBEAT });
    const changed = plan.tables
      .slice(1)
      .map((table) => {
        const columns = table.columns.map(({ name, type }) => `null::${type} as ${name}`).join(", ");
        return `delta_${table.source} as materialized (select 1::smallint as change_weight, '7'::xid8 as change_xid, 8::bigint as change_seq, ${columns} from generate_series(1, 3))`;
      })
      .concat(
        "unread_resets as materialized (select null::text as source, null::text as owner, null::xid8 as change_xid)",
      )
      .join(",\n");
    const nodes = await explained(
      session,
      `with ${changed}\n${deltaSelects(plan)
        .map((select) => `(${select})`)
        .join("\nunion all\n")}`,
      [null, null, "{America/Sao_Paulo}", "{1}"],
    );
    await session.close();
    return nodes.flatMap((node) =>
      node["Relation Name"] === undefined
        ? []
        : [`${node["Relation Name"]} by ${node["Index Cond"]?.replace(/c_\d+\./, "c.")}`],
    );
  }
});

async function createFilled(server: TestServer): Promise<TestDatabase> {
  const database = await server.createDatabase();
  await database.query(DEMO.schema);
  await database.query(ROWS);
  return database;
}

/** The nodes of the generic plan, which is what a prepared statement is given. */
async function explained(client: Queryable, select: string, values: readonly (string | null)[]): Promise<PlanNode[]> {
  await client.query("set plan_cache_mode = force_generic_plan");
  await client.query(`prepare explained(text[], bigint, text[], text[]) as ${select}`);
  const literals = [0, 1, 2, 3].map((at) => ((values[at] ?? null) === null ? "null" : `'${values[at]}'`)).join(", ");
  const result = await client.query(`explain (format json) execute explained(${literals})`);
  await client.query("deallocate explained");
  return rowsOf(result).flatMap((row) => all(row["QUERY PLAN"][0].Plan));
}

function rowsOf(result: unknown): readonly Explained[] {
  return (Array.isArray(result) ? result : (result as { rows: Explained[] }).rows) as Explained[];
}

function all(node: PlanNode): PlanNode[] {
  return [node, ...(node.Plans ?? []).flatMap(all)];
}

function sequential(nodes: readonly PlanNode[]): unknown[] {
  return nodes.filter((node) => node["Node Type"] === "Seq Scan").map((node) => node["Relation Name"]);
}
