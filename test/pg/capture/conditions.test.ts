/** Conditions as PostgreSQL reads them: none may answer by the clock, however it is written. */
import assert from "node:assert/strict";
import { before, it } from "node:test";
import { sql } from "drizzle-orm";
import { bigint, date, integer, jsonb, pgTable, text, timestamp } from "drizzle-orm/pg-core";
import { validateConditions } from "../../../daemon/capture/validate-conditions.ts";
import { ConfigError } from "../../../daemon/config/errors.ts";
import { Session } from "../../../daemon/database/session.ts";
import {
  average,
  count,
  defineConfig,
  latest,
  max,
  type MetricTree,
  oldest,
  sum,
} from "../../../daemon/define/define.ts";
import { became, id } from "../../../daemon/define/define-event.ts";
import { compile } from "../../../daemon/plan/compile.ts";
import { onEachServer, type TestDatabase } from "../../support/servers.ts";

const tenants = pgTable("tenants", { id: bigint("id", { mode: "bigint" }).primaryKey(), zone: text("zone").notNull() });
const rows = pgTable("rows", {
  id: bigint("id", { mode: "bigint" }).primaryKey(),
  tenantId: bigint("tenant_id", { mode: "bigint" }).notNull(),
  amount: integer("amount"),
  note: text("note"),
  day: date("day"),
  at: timestamp("at", { withTimezone: true }),
  doc: jsonb("doc"),
});

type Sql = ReturnType<typeof sql>;

const base = {
  owner: { table: tenants, key: tenants.id, timeZone: tenants.zone },
  sources: { rows: { table: rows, key: rows.id, owner: rows.tenantId } },
} as const;

function planWith(condition: Sql) {
  return compile(
    defineConfig({
      ...base,
      metrics: { some: { rows: count(rows).where(condition) } },
      events: { row_became: became(rows, condition).data({ id: id(rows.id) }) },
    }),
  );
}

function planOf(metrics: MetricTree) {
  return compile(defineConfig({ ...base, metrics }));
}

await onEachServer("a condition", (server) => {
  let database: TestDatabase;
  before(async () => {
    database = await server.createDatabase();
  });

  async function judged(conditions: readonly Sql[], url = database.url): Promise<string[]> {
    return judgedPlans(conditions.map(planWith), url);
  }

  async function judgedPlans(plans: readonly ReturnType<typeof compile>[], url = database.url): Promise<string[]> {
    const session = await Session.open({ url, role: "test", statementTimeoutMs: 10_000 });
    try {
      const found: string[] = [];
      for (const plan of plans) {
        const error = await validateConditions(session, plan).catch((refused: unknown) => refused);
        if (error !== undefined) assert.ok(error instanceof ConfigError, error instanceof Error ? error.stack : "");
        found.push(error?.message ?? "taken");
      }
      const [left] = await session.query<{ n: string }>(
        "select count(*)::text as n from pg_class where relname like 'deltad_condition%'",
      );
      assert.equal(left?.n, "0");
      return found;
    } finally {
      await session.close();
    }
  }

  it("that makes a date or an instant of a text that is not written in it is refused, with what to do", async () => {
    const found = await judged([
      sql`${rows.day} = ('to' || 'day')::date`,
      sql`${rows.day} = date('to' || 'day')`,
      sql`${rows.day} = cast(${rows.note} as date)`,
      sql`${rows.at} > (${rows.doc} ->> 'at')::timestamptz`,
      sql`${rows.day} = any (('{' || ${rows.note} || '}')::date[])`,
      sql`${rows.day} = any (array[${rows.note}, 'to' || 'day']::date[])`,
    ]);
    for (const message of found)
      assert.match(
        message,
        /^metrics\.some\.rows: it reads a text as (date|timestamp with time zone)(\[\])?, .*: keep it in a column of that type$/,
      );
  });

  it("in which a word for the clock is read as a date or an instant is refused; where it is a text, it is taken", async () => {
    const [instants, range, bound, ...texts] = await judged([
      sql`${rows.at} = any ('{now}'::timestamptz[])`,
      sql`${rows.day} = any ('{2026-01-01,"to\\day"}'::date[])`,
      sql`${rows.at} = any (${"{2026-01-01, tomorrow}"})`,
      sql`${rows.note} = ${"see you tomorrow"}`,
      sql`${rows.note} like '%known%'`,
    ]);
    assert.match(instants ?? "", /conditions have no clock: write no now, today, tomorrow or yesterday/);
    assert.match(bound ?? "", /conditions have no clock/);
    assert.match(range ?? "", /conditions have no clock/);
    assert.deepEqual(texts, ["taken", "taken"]);
  });

  it("that PostgreSQL can't read is refused before it is used", async () => {
    const [message] = await judged([sql`${rows.note} > ${rows.amount}`]);
    assert.match(message ?? "", /^metrics\.some\.rows: PostgreSQL can't read its condition: operator does not exist/);
  });

  it("about dates, instants, numbers and documents is taken as long as it has no clock", async () => {
    const found = await judged([
      sql`${rows.day} > ${"2026-01-01"}`,
      sql`${rows.at} >= '2026-01-01T00:00:00Z' and ${rows.at}::date > '2026-01-01'`,
      sql`date_trunc('month', ${rows.at}) = ${rows.day} and ${rows.at} + interval '1 day' > ${rows.day}`,
      sql`extract(dow from ${rows.at}) in (0, 6) and to_char(${rows.amount}, '999') <> ' 1'`,
      sql`(${rows.note})::interval > '1 hour' and ${rows.note}::numeric > 1 and ${rows.amount}::text = '1'`,
      sql`concat_ws(' ', ${rows.note}, ${rows.amount}) ilike '%a%' and ${rows.doc} ->> 'a' = 'later today'`,
      sql`100 / nullif(${rows.amount}, 0) > 5`,
    ]);
    assert.deepEqual([...new Set(found)], ["taken"]);
  });

  it("and an expression are as PostgreSQL types it: sums are of whole numbers and numeric, groups of what prints the same in every session", async () => {
    const found = await judgedPlans([
      planOf({ a: sum(sql`${rows.amount} * 1.5`, { scale: 2 }), b: count(rows).by(sql`lower(${rows.note})`) }),
      planOf({ a: sum(sql`${rows.amount} / 2`, { scale: 0 }), b: count(rows).by(sql`${rows.amount} > 2`) }),
      planOf({ a: average(sql`extract(epoch from ${rows.at})`, { scale: 6 }), b: count(rows).by(sql`${rows.day}`) }),
      planOf({ a: count(rows), b: sum(sql`${rows.amount}::float8 * 2`, { scale: 2 }) }),
      planOf({ b: sum(sql`${rows.note}`, { scale: 2 }) }),
      planOf({ b: count(rows).by(sql`${rows.at}`) }),
      planOf({ b: count(rows).by(sql`${rows.amount} * 1.5::float8`) }),
      planOf({ b: count(rows).by(sql`('to' || 'day')::date`) }),
      planOf({ b: sum(sql`${rows.amount} + ${rows.note}`, { scale: 2 }) }),
    ]);
    assert.deepEqual(found.slice(0, 3), ["taken", "taken", "taken"]);
    const keys = "only text, bigint, numeric, boolean, uuid, date can be keys";
    assert.deepEqual(found.slice(3, 7), [
      "metrics.b: it is double precision: sums of floating-point numbers are never exact; make it numeric, as in ${table.column}::numeric",
      "metrics.b: it is text: only whole numbers and numeric are summed; make it numeric",
      `metrics.b: it is timestamp with time zone: ${keys}`,
      `metrics.b: it is double precision: ${keys}`,
    ]);
    assert.match(found[7] ?? "", /^metrics\.b: it reads a text as date/);
    assert.match(found[8] ?? "", /^metrics\.b: PostgreSQL can't read its expression: operator does not exist/);
  });

  it("refuses what a row can't be shown by: a text that sessions print differently, and what is no number", async () => {
    const found = await judgedPlans([
      planOf({ a: latest(sql`lower(${rows.note})`, rows.at), b: oldest(sql`${rows.amount} / 2`, rows.day) }),
      planOf({ a: latest(sql`${rows.amount} * 1.5`, rows.at, { scale: 2 }) }),
      planOf({ b: latest(sql`${rows.at}`, rows.at) }),
      planOf({ b: oldest(sql`${rows.amount}::float8`, rows.at, { scale: 2 }) }),
      planOf({ b: max(sql`${rows.amount}::float8`, { scale: 2 }) }),
      planOf({ b: oldest(sql`('to' || 'day')::date::text || ${rows.note}`, rows.at) }),
    ]);
    assert.deepEqual(found.slice(0, 5), [
      "taken",
      "taken",
      "metrics.b: it is timestamp with time zone: only text, bigint, numeric, boolean, uuid, date are shown; cast it to one of them, or give { scale: 2 } for a number",
      "metrics.b: it is double precision: only whole numbers and numeric are shown as numbers; make it numeric, as in ${table.column}::numeric",
      "metrics.b: it is double precision: only whole numbers and numeric are shown as numbers; make it numeric, as in ${table.column}::numeric",
    ]);
    assert.match(found[5] ?? "", /^metrics\.b: it reads a text as date/);
  });

  it("is not judged by a role that may make nothing temporary", async () => {
    await database.query(
      `create role judge_${database.name} login password 'test'; revoke temporary on database ${database.name} from public`,
    );
    const url = new URL(database.url);
    url.username = `judge_${database.name}`;
    url.password = "test";
    assert.deepEqual(await judged([sql`${rows.day} = ('to' || 'day')::date`], url.href), ["taken"]);
    await database.query(`drop role judge_${database.name}`);
  });
});
