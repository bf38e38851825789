/** What clients do to rows, by the whole daemon: who hears what, when, and that nothing is done twice. */
import assert from "node:assert/strict";
import { after, before, it } from "node:test";
import type { Answer } from "../../../protocol/operation.ts";
import { BOARDS, BOARD_ROWS, clientId, widget } from "../../support/boards.ts";
import { BoardWriter, place } from "../../support/board-writer.ts";
import { eventually } from "../../support/real-time.ts";
import { createMarketplace, type MarketplaceDaemon, startMarketplaceDaemon } from "../../support/running-daemon.ts";
import { freePort } from "../../../daemon/database/cluster.ts";
import { onEachServer, type TestDatabase } from "../../support/servers.ts";

const ROUNDS = 60;

interface Site {
  readonly database: TestDatabase;
  readonly daemons: readonly { readonly port: number; readonly daemon: MarketplaceDaemon }[];
}

await onEachServer("what clients do to rows, by daemons", (server) => {
  let site: Site;

  before(async () => {
    const database = await server.createDatabase();
    await createMarketplace(database, BOARDS);
    await database.query(BOARD_ROWS);
    await database.query("update widgets set x = 0, y = 0");
    // Each value that a widget ever had, in the order in which it had them.
    await database.query(`create table history (id bigint generated always as identity, key uuid, x integer);
      create function history() returns trigger language plpgsql security definer as
      $$ begin insert into public.history (key, x) values (new.id, new.x); return null; end $$;
      create trigger history after update of x on widgets for each row when (old.x is distinct from new.x) execute function history()`);
    const open = async () => {
      const port = await freePort();
      const daemon = await startMarketplaceDaemon(database, BOARDS, port);
      return { port, daemon };
    };
    site = { database, daemons: [await open(), await open()] };
  });
  after(async () => {
    for (const { daemon } of site.daemons) await daemon.stop();
  });

  const enter = async (user: string, number: number, at = 0): Promise<BoardWriter> => {
    const writer = new BoardWriter(user, number);
    const { port, daemon } = site.daemons[at] ?? assert.fail("no such daemon");
    await writer.connect(port, daemon.token({ sub: user }));
    return writer;
  };
  const settled = (writer: BoardWriter): Promise<void> =>
    eventually(`answers for ${writer.user}`, () => writer.waiting === 0);

  /** Three clients of two users at two daemons, and somebody with SQL, write to the same two widgets; each value is written once. */
  const crowd = async () => {
    const { database } = site;
    const keys = [widget(1), widget(2)];
    const writers = [await enter("ana", 1), await enter("bob", 2, 1), await enter("ana", 3, 1)];
    const sent = writers.map(
      () => new Map<number, { readonly key: string; readonly value: number; readonly base: number }>(),
    );
    const seen: { readonly writer: number; readonly key: string; readonly x: number; readonly answered: number }[] = [];
    for (const [at, writer] of writers.entries())
      writer.onFrame = () => {
        for (const key of keys)
          seen.push({ writer: at, key, x: Number(writer.shown.get(key)?.["x"]), answered: writer.settled.size });
      };
    let value = 1_000;
    for (let round = 0; round < ROUNDS; round++) {
      for (const [at, writer] of writers.entries()) {
        const key = keys[(round + at) % 2] ?? "";
        const base = Number(writer.shown.get(key)?.["x"]);
        value += 1;
        sent[at]?.set(writer.send([place(key, value, base)]), { key, value, base });
      }
      if (round % 5 === 0)
        await database.query(`update widgets set x = ${(value += 1)} where id = '${keys[round % 2]}'`);
      if (round % 3 === 0) for (const writer of writers) await settled(writer);
    }
    for (const writer of writers) {
      await settled(writer);
      writer.cut();
    }
    const rows = await database.query<{ key: string; x: number }>("select key::text, x from history order by id");
    const had = new Map(keys.map((key) => [key, [0, ...rows.filter((row) => row.key === key).map(({ x }) => x)]]));
    /** The how manieth value of its row it was. */
    const placeOf = (key: string, x: number): number => {
      const at = had.get(key)?.indexOf(x) ?? -1;
      assert.ok(at >= 0, `${x} was a value of ${key}`);
      return at;
    };
    return { writers, sent, seen, had, placeOf };
  };
  let ran: ReturnType<typeof crowd> | undefined;
  const run = (): ReturnType<typeof crowd> => (ran ??= crowd());

  it("D2 An answer never overtakes nor trails its value", async () => {
    const { writers, sent, seen, placeOf } = await run();
    for (const [at, writer] of writers.entries())
      for (const [seq, { shown }] of writer.settled) {
        const { key, value } = sent[at]?.get(seq) ?? assert.fail("it was sent");
        const now = placeOf(key, Number(shown.get(key)?.["x"]));
        assert.ok(now >= placeOf(key, value), `the answer to ${seq} overtook its value`);
      }
    for (const { writer, key, x, answered } of seen)
      for (const seq of [...(writers[writer]?.settled.keys() ?? [])].slice(answered)) {
        const own = sent[writer]?.get(seq);
        if (own?.key !== key) continue;
        assert.ok(placeOf(key, x) < placeOf(key, own.value), `the answer to ${seq} trailed its value`);
      }
  });

  it("D3 Whatever is overwritten was told to its writer", async () => {
    const { writers, sent, had, placeOf } = await run();
    let told = 0;
    for (const [at, writer] of writers.entries()) {
      assert.equal(writer.settled.size, ROUNDS);
      for (const [seq, { outcome }] of writer.settled) {
        assert.ok(outcome.outcome === "applied");
        const { key, value, base } = sent[at]?.get(seq) ?? assert.fail("it was sent");
        const was = had.get(key)?.[placeOf(key, value) - 1];
        if (was !== base) told += 1;
        assert.deepEqual(outcome.overwrote, was === base ? undefined : { x: was, y: 0 });
      }
    }
    assert.ok(told > 0, "something was overwritten");
  });

  it("who may not write hears the same whether the row, or the channel, is there; an administrator is no member", async () => {
    const [{ port, daemon } = assert.fail("no daemon")] = site.daemons;
    const asked = async (claims: object, number: number, topic: string, key: string): Promise<unknown> => {
      const operation = { seq: 1, topic, rows: "widgets", op: "delete", key };
      const answer = await fetch(`http://127.0.0.1:${port}/v1/sync`, {
        method: "POST",
        headers: { authorization: `Bearer ${daemon.token(claims)}` },
        body: JSON.stringify({ client: clientId(number), operations: [operation] }),
      });
      assert.equal(answer.status, 200);
      const { answers } = (await answer.json()) as { answers: readonly Answer[] };
      return answers.map(({ client: _client, ...told }) => told);
    };
    const refused = [{ seq: 1, outcome: "forbidden" }];
    let number = 10;
    for (const claims of [{ sub: "cid" }, { sub: "dan" }, { sub: "root", role: "admin" }])
      for (const topic of ["board:1", "board:99", "board:x", "none:1"])
        for (const key of [widget(1), widget(99)])
          assert.deepEqual(
            await asked(claims, (number += 1), topic, key),
            refused,
            JSON.stringify([claims, topic, key]),
          );
    assert.deepEqual(await asked({ sub: "ana" }, 9, "board:01", widget(4)), [{ seq: 1, outcome: "applied" }]);
  });

  it("who is removed while an answer is under way asks again, and hears it", async () => {
    const { database } = site;
    await database.query("insert into board_members values (1, 'eve', 'editor')");
    const eve = await enter("eve", 8);
    const seq = eve.send([place(widget(3), 77)]);
    await database.query("delete from board_members where user_id = 'eve'");
    await settled(eve);
    const outcome = eve.settled.get(seq)?.outcome;
    const first = outcome?.outcome === "duplicate" ? outcome.first : outcome;
    const [row] = await database.query<{ x: number }>(`select x from widgets where id = '${widget(3)}'`);
    assert.equal(first?.outcome, row?.x === 77 ? "applied" : "forbidden");
    eve.cut();
  });
});
