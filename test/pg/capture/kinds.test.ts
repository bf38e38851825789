import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { before, beforeEach, it } from "node:test";
import type { Batch } from "../../../daemon/capture/batch.ts";
import { parseReply } from "../../../daemon/capture/batch-row.ts";
import { captureFunctions } from "../../../daemon/capture/capture-function.ts";
import { readKind } from "../../../daemon/capture/read-kind.ts";
import { batchStatements } from "../../../daemon/capture/statement.ts";
import { Session } from "../../../daemon/database/session.ts";
import { compile, compileKinds } from "../../../daemon/plan/compile.ts";
import { sourcesOfEvents } from "../../../daemon/plan/event-select.ts";
import { install, LIMITS } from "../../support/install.ts";
import { KINDS } from "../../support/oracle.ts";
import { onEachServer, type TestDatabase } from "../../support/servers.ts";

const BULK_ROWS = 20;
const { plans, tables } = compileKinds(KINDS.config);
const ROWS = `insert into stays (host_id, room_id, city, state, amount)
  select 1 + g % 2, 1 + g % 3, 'lis', 'booked', g from generate_series(1, 30) g`;

await onEachServer("several kinds of topics over one source", (server) => {
  let database: TestDatabase;
  let session: Session;
  let cursor = "";

  before(async () => {
    database = await server.createDatabase();
    await database.query(KINDS.schema);
    await install(database, tables, { bulkRows: BULK_ROWS, twoPhase: true });
    await database.query(`insert into hosts values (1, 'UTC'), (2, 'UTC');
      insert into rooms select g, 1, 'UTC', 'open' from generate_series(1, 3) g;
      insert into cities values ('lis', 'UTC', 'EUR')`);
    session = await Session.open({ url: database.url, role: "reader", statementTimeoutMs: 30_000, settings: {} });
    return async () => session.close();
  });

  beforeEach(async () => {
    await database.query("delete from deltad.reset");
    const [row] = await database.query<{ cursor: string }>("select pg_current_snapshot()::text as cursor");
    cursor = row?.cursor ?? "";
  });

  /** What each kind is told of what was written since, of all topics or of those wanted. */
  async function read(
    wanted: readonly (readonly string[] | null)[] = plans.map(() => null),
  ): Promise<readonly Batch[]> {
    const { read: statement } = batchStatements(tables, plans.map(readKind), plans.flatMap(sourcesOfEvents));
    const rows = await session.rows(statement, [cursor, randomUUID(), ["UTC"], ...wanted]);
    return parseReply(rows, "e", 0, plans.length).batches;
  }

  const owners = ({ resets }: Batch): string[] =>
    resets.map(({ source, owner, rows }) => `${source} ${owner ?? "all"} ${rows ?? "?"}`).toSorted();

  it("a bulk statement names the topics of each kind, with their rows, and those of no other", async () => {
    await database.query(ROWS);
    const batches = await read();
    assert.deepEqual(batches.map(owners), [
      ["stays 1 15", "stays 2 15"],
      ["stays 1 10", "stays 2 10", "stays 3 10"],
      ["stays lis 30"],
      ["stays all 30"],
    ]);
    assert.equal(batches[3]?.resets[0]?.owner, "all", "the one topic, by its key");
  });

  it("where a bulk statement changes too many topics of one kind to name them, the others' are named", async () => {
    await database.query(`insert into stays (host_id, room_id, city, state, amount)
      select 1, g, null, 'booked', 1 from generate_series(1, 1100) g`);
    const [hosts, rooms, cities, platform] = (await read()).map((batch) => new Set(owners(batch)));
    assert.deepEqual([hosts, cities, platform], [new Set(["stays 1 1100"]), new Set(), new Set(["stays all 1100"])]);
    assert.ok(rooms?.has("stays all ?"), "all rooms are read again");
    assert.equal(rooms?.size, 1, "and none of them is named besides");
  });

  it("what no trigger saw concerns all kinds, also after a bulk statement with too many topics of one to name them", async () => {
    const manyRooms = `insert into stays (host_id, room_id, city, state, amount)
      select 1, g, null, 'booked', 1 from generate_series(1, 1100) g`;
    const all = new Set(["stays all ?"]);
    const concerned = async (): Promise<ReadonlySet<string>[]> =>
      (await read()).map((batch) => new Set(owners(batch).filter((said) => said.includes("all ?"))));
    await database.query(`begin; ${manyRooms}; select deltad.reset_source('stays'); commit`);
    assert.deepEqual(await concerned(), [all, all, all, all]);
    // As on a partition that was made since, more rows than are kept one by one.
    await database.query("delete from deltad.reset");
    await database.query(`begin; ${manyRooms};
      create trigger apart after insert on stays for each row execute function deltad.row_stays();
      insert into stays (host_id, room_id, city, state, amount) select 2, 1, 'lis', 'booked', g from generate_series(1, ${BULK_ROWS + 1}) g;
      drop trigger apart on stays; commit`);
    assert.deepEqual(await concerned(), [all, all, all, all]);
  });

  it("a bulk statement over rows that are nobody's is one of the topic of everything", async () => {
    await database.query(`insert into stays (state, amount) select 'booked', 1 from generate_series(1, 30)`);
    assert.deepEqual((await read()).map(owners), [[], [], [], ["stays all 30"]]);
  });

  it("a TRUNCATE concerns the kinds that have to do with the table, and all of their topics", async () => {
    await database.query("truncate rooms");
    assert.deepEqual((await read()).map(owners), [["rooms all ?"], ["rooms all ?"], [], ["rooms all ?"]]);
    await database.query("insert into rooms select g, 1, 'UTC', 'open' from generate_series(1, 3) g");
  });

  it("each kind is given the grains and events of its own topics, of those that it wants", async () => {
    await database.query(
      "insert into stays (id, host_id, room_id, city, state, amount, paid_at) values (5000, 1, 2, 'lis', 'booked', 7, now())",
    );
    await database.query("update stays set room_id = 3 where id = 5000");
    const named = (batches: readonly Batch[]): unknown =>
      batches.map(({ grains, events }) => [
        [...new Set(grains.map(({ owner }) => owner))].toSorted(),
        events.map(({ name, owner }) => `${name} ${owner}`),
      ]);
    assert.deepEqual(named(await read()), [
      [["1"], ["stay_made 1"]],
      // The second transaction took the stay from room 2, of which no number is left.
      [["3"], ["stay_gone 2"]],
      [["lis"], []],
      [["all"], []],
    ]);
    assert.deepEqual(named(await read([["2"], ["3"], [], ["all"]])), [
      [[], []],
      [["3"], []],
      [[], []],
      [["all"], []],
    ]);
  });

  it("a row of a kind's own concerns its topic only where a column changed that this kind shows", async () => {
    const dimensions = async (): Promise<unknown> => (await read()).map(({ dimensions: own }) => own);
    await database.query("update rooms set state = 'shut' where id = 2");
    assert.deepEqual(await dimensions(), [[], [], [], []]);
    await database.query("update rooms set zone = 'Asia/Tokyo' where id = 2");
    assert.deepEqual(await dimensions(), [[], ["2"], [], []]);
    await database.query("update cities set motto = 'x'; update hosts set zone = 'Asia/Tokyo' where id = 1");
    assert.deepEqual(await dimensions(), [["1"], ["2"], [], []]);
  });

  it("costs a write nothing but in bulk: its trigger function is the same up to the names of a bulk statement", () => {
    const stays = tables.find(({ source }) => source === "stays");
    const alone = compile(KINDS.config).tables.find(({ source }) => source === "stays");
    assert.ok(stays && alone && stays.links?.length === 4);
    const bodies = (table: typeof stays): string[] =>
      [...captureFunctions(table, LIMITS)]
        .filter(([name]) => !name.startsWith("row_"))
        .map(([, body]) => body.replace(/ {6}insert into deltad\.reset \(source, link[\s\S]*end if;\n {4}end if;/, ""));
    assert.deepEqual(bodies(stays), bodies(alone));
  });

  it("a daemon is told what an installation lacks that names other topics, and content with one that names more", async () => {
    const { databaseCheck } = await import("../../../daemon/capture/check-database.ts");
    const [owner] = plans;
    const ofOwners = { channels: [], plans: [owner], tables: owner.tables } as const;
    assert.deepEqual(await databaseCheck(ofOwners, LIMITS)(database), []);
    await install(database, owner.tables, { bulkRows: BULK_ROWS, twoPhase: true });
    const findings = await databaseCheck({ channels: [], plans, tables }, LIMITS)(database);
    assert.ok(
      findings.some(({ meaning }) =>
        meaning.startsWith("Each row by its key and owner of public.stays is not captured"),
      ),
      findings.map(({ meaning }) => meaning).join("\n"),
    );
    await install(database, tables, { bulkRows: BULK_ROWS, twoPhase: true });
  });
});
