/** What is replayed of rows whose owner is another row's: never what was another owner's when it happened. */
import assert from "node:assert/strict";
import { before, it, type TestContext } from "node:test";
import { SessionPool } from "../../../daemon/database/session-pool.ts";
import { compile } from "../../../daemon/plan/compile.ts";
import { CachedHistory } from "../../../daemon/resume/history-cache.ts";
import { historyReader } from "../../../daemon/resume/history-reader.ts";
import { longHistory } from "../../../daemon/resume/long-history-reader.ts";
import { LongReplay } from "../../../daemon/resume/long-replay.ts";
import { ReplaySlots } from "../../../daemon/resume/replay-slots.ts";
import { withheldReader } from "../../../daemon/resume/withheld-reader.ts";
import { parseSnapshot } from "../../../daemon/stream/snapshot.ts";
import type { StreamPosition } from "../../../daemon/stream/stream-position.ts";
import { install } from "../../support/install.ts";
import { RENTAL } from "../../support/oracle.ts";
import { onEachServer, type TestDatabase } from "../../support/servers.ts";

const plan = compile(RENTAL.config);
const zones = (): readonly string[] => ["Europe/Lisbon"];

// `:1` is a customer: each time another one, as a reading begins before what it is about where a transaction is open.
const pay = (customer: number): string =>
  `insert into payments (customer_id, amount, paid_at) values (:${customer}, 5, '2026-03-01Z')`;
const move = (customer: number, store: number): string =>
  `update customers set store_id = ${store} where customer_id = :${customer}`;

/** A way to read what an owner's client missed; undefined where nobody can say. */
type Replay = (owner: string, since: StreamPosition, upto: StreamPosition) => Promise<readonly string[] | undefined>;

await onEachServer("a replay of rows whose owner is another row's", (server) => {
  let database: TestDatabase;
  let customers = 0;
  const write = (statement: string): Promise<unknown> =>
    database.query(statement.replaceAll(/:(\d+)/g, (_, number: string) => String(customers + Number(number))));

  before(async () => {
    database = await server.createDatabase();
    await database.query(RENTAL.schema);
    await install(database, plan.tables, { bulkRows: 20, twoPhase: true });
    await database.query("insert into cities values (1, 'Europe/Lisbon', 'EUR')");
    await database.query("insert into stores select n, 'city' from generate_series(1, 3) n");
    // Each reading begins here, whatever it is about.
    const open = await database.client();
    await open.query("begin; select pg_current_xact_id()");
  });

  async function position(): Promise<StreamPosition> {
    const [row] = await database.query<{ snapshot: string; incarnation: string; at: string }>(
      `select pg_current_snapshot()::text as snapshot, encode(deltad.incarnation(), 'hex') as incarnation,
              (extract(epoch from clock_timestamp()) * 1000000)::bigint::text as at`,
    );
    if (row === undefined) throw new Error("no row");
    return { incarnation: row.incarnation, snapshot: row.snapshot, asOf: Number(row.at) };
  }

  /** New customers 1 and 2 of stores 1 and 2; what happens in each of the two stretches; what store 1 and store 2 then hear of the first. */
  async function heard(
    replay: Replay,
    first: readonly string[],
    afterwards: readonly string[] = [],
  ): Promise<readonly (readonly string[] | undefined)[]> {
    customers += 1_000;
    await write("insert into customers values (:1, 1, 'one'), (:2, 2, 'two')");
    const since = await position();
    for (const statement of first) await write(statement);
    const upto = await position();
    for (const statement of afterwards) await write(statement);
    return [await replay("1", since, upto), await replay("2", since, upto)];
  }

  const inOneRead = (t: TestContext): Replay => {
    const read = historyReader({ plan, sessions: pool(t), zones });
    return async (owner, since, upto) => {
      const request = { owner, firstXid: parseSnapshot(since.snapshot).xmin, sinceUs: since.asOf };
      const missed = new CachedHistory(request, await read([request])).missed({ since, upto });
      assert.notEqual(missed, "too_many");
      return typeof missed === "object" ? missed.written.map(({ event }) => event.name) : undefined;
    };
  };
  const pageByPage = (t: TestContext, betweenParts?: () => Promise<unknown>): Replay => {
    const history = longHistory({ plan, sessions: pool(t), zones });
    return async (owner, since, upto) => {
      const options = {
        history: {
          ...history,
          page: async (...asked: Parameters<typeof history.page>) => {
            await betweenParts?.();
            return history.page(...asked);
          },
        },
        slots: new ReplaySlots(1),
        insist: <T>(read: () => Promise<T>): Promise<T> => read(),
      };
      const replay = new LongReplay(owner, { since, upto }, options);
      const names: string[] = [];
      for (;;) {
        const part = await replay.next();
        if (part === undefined) return undefined;
        names.push(...part.events.map(({ event }) => event.name));
        if (part.isLast) return names;
      }
    };
  };
  function pool(t: TestContext): SessionPool {
    const made = new SessionPool({ url: database.url, role: "pool", statementTimeoutMs: 10_000 }, 1);
    t.after(() => made.stop());
    return made;
  }

  for (const [way, replayBy] of [
    ["in one read", inOneRead],
    ["page by page", pageByPage],
  ] as const) {
    it(`${way}: tells each owner of its own`, async (t) => {
      const replay = replayBy(t);
      assert.deepEqual(await heard(replay, [pay(1), pay(2), pay(2)]), [
        ["payment_taken"],
        ["payment_taken", "payment_taken"],
      ]);
      const come = "insert into customers values (:3, 1, 'three')";
      assert.deepEqual(await heard(replay, [pay(2), come, pay(3)]), [["payment_taken"], ["payment_taken"]]);
      assert.deepEqual(
        await heard(replay, [pay(1), "update customers set active = false where customer_id in (:1, :2)", pay(2)]),
        [["payment_taken"], ["payment_taken"]],
      );
    });

    it(`${way}: tells of rows whose parent went, whenever that was`, async (t) => {
      const replay = replayBy(t);
      const gone = "delete from customers where customer_id = :1";
      assert.deepEqual(await heard(replay, [pay(1), gone]), [["payment_taken", "payment_withdrawn"], []]);
      assert.deepEqual(await heard(replay, [pay(1)], [gone]), [["payment_taken"], []]);
    });

    it(`${way}: nobody can say what rows told whose parent has moved since, in the stretch or after it`, async (t) => {
      const replay = replayBy(t);
      assert.deepEqual(await heard(replay, [pay(1), move(1, 2), pay(1)]), [undefined, undefined]);
      assert.deepEqual(await heard(replay, [pay(1)], [move(1, 2)]), [undefined, undefined]);
      const many = "insert into customers select n, 1, 'many' from generate_series(:100, :130) n";
      await heard(replay, [many], []);
      assert.deepEqual(
        await heard(replay, [pay(1)], [many, "update customers set store_id = 2 where customer_id >= :100"]),
        [undefined, undefined],
      );
    });

    it(`${way}: what moved before the client went is no doubt`, async (t) => {
      const replay = replayBy(t);
      await heard(replay, []);
      const old = await position();
      await write(move(1, 2));
      const since = await position();
      await write(pay(1));
      const upto = await position();
      assert.deepEqual(await replay("2", since, upto), ["payment_taken"]);
      assert.deepEqual(await replay("1", since, upto), []);
      assert.equal(await replay("1", old, upto), undefined);
    });
  }

  it("in one read of several clients: what moved before one of them went is no doubt to that one", async (t) => {
    const read = historyReader({ plan, sessions: pool(t), zones });
    await heard(async () => [], []);
    const first = await position();
    await write(move(1, 2));
    const second = await position();
    await write(pay(1));
    const upto = await position();
    const request = { owner: "2", firstXid: parseSnapshot(first.snapshot).xmin, sinceUs: first.asOf };
    const known = new CachedHistory(request, await read([request]));
    assert.equal(known.missed({ since: first, upto }), undefined);
    const missed = known.missed({ since: second, upto });
    assert.ok(typeof missed === "object");
    assert.deepEqual(
      missed.written.map(({ event }) => event.name),
      ["payment_taken"],
    );
  });

  it("page by page: a parent that moves while pages are read ends the replay", async (t) => {
    const replay = pageByPage(t, () => write(move(1, 2)));
    assert.deepEqual((await heard(replay, [pay(1)]))[0], undefined);
  });

  it("what a batch came without is read by whose rows they were then, or not at all", async (t) => {
    const reader = withheldReader({ plan, sessions: pool(t), zones });
    await heard(async () => [], []);
    const since = await position();
    await write(pay(1));
    const upto = await position();
    const read = async (owner: string, from = since, to = upto): Promise<string[]> => {
      const { events, resets } = await reader(owner, { since: from.snapshot, upto: to.snapshot }, from.incarnation);
      const bulk = resets.filter((reset) => reset.owner === owner).map(({ source }) => `${source} in bulk`);
      return [...[...events].map(({ event }) => event.name), ...bulk];
    };
    assert.deepEqual([await read("1"), await read("2")], [["payment_taken"], []]);
    await write(move(1, 2));
    await assert.rejects(read("1"), /rows came to another owner/);
    await assert.rejects(read("2"), /rows came to another owner/);
    assert.deepEqual(await read("3"), []);
    const later = await position();
    assert.deepEqual(
      [await read("1", since, later), await read("2", since, later)],
      [["payments in bulk"], ["payments in bulk"]],
    );
  });
});
