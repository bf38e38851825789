/** An answer that is lost on its way, at whatever byte: the operation is done once, and its repetition hears what became of it. */
import assert from "node:assert/strict";
import { after, before, it } from "node:test";
import { isDeepStrictEqual } from "node:util";
import { type Asked, type Boards, openBoards, Operators, set, widget } from "../../support/boards.ts";
import { Proxy } from "../../support/proxy.ts";
import { eventually } from "../../support/real-time.ts";
import { onEachServer } from "../../support/servers.ts";

const DUPLICATE = { outcome: "duplicate", first: { outcome: "applied" } };

await onEachServer("lost answers", (server) => {
  let boards: Boards;
  let direct: Operators;
  let proxy: Proxy;

  before(async () => {
    boards = await openBoards(server);
    direct = new Operators(boards);
    proxy = await Proxy.start(boards.daemonUrl);
    await boards.database.query(`
      create table changed (id uuid, x integer);
      create function note() returns trigger language plpgsql security definer set search_path = public as $$
      begin
        insert into changed values (new.id, new.x);
        return null;
      end $$;
      create trigger note after update on widgets for each row execute function note()`);
  });
  after(async () => {
    await direct.stop();
    await proxy.stop();
  });

  /** Loses the answer to a batch once so many bytes of it have come, and repeats it; gives what the first try came to. */
  const lose = async (client: number, asked: readonly Asked[], bytes: number, isAtomic: boolean): Promise<string> => {
    const behind = new Operators({ ...boards, daemonUrl: proxy.url }, 1);
    try {
      // The session is open, and has prepared its statement.
      assert.deepEqual(
        await behind.outcomes("bob", client + 100_000, 1, [set(4, "place", { x: 0, y: 0 }, { x: 0, y: 0 })]),
        [{ outcome: "applied" }],
      );
      proxy.cut("deltad/writes", bytes);
      const tried = await behind.outcomes("ana", client, 1, asked, { isAtomic });
      const repeated = await direct.outcomes("ana", client, 1, asked, { isAtomic });
      const [{ outcome }] = tried as [{ outcome: string }];
      const isRepeated = isDeepStrictEqual(repeated[0], DUPLICATE);
      assert.ok(isRepeated || outcome === "retry", `${outcome}, and then it was done again`);
      for (const one of repeated) assert.deepEqual(one, isRepeated ? DUPLICATE : { outcome: "applied" });
      return outcome;
    } finally {
      await behind.stop();
    }
  };
  const changes = async (x: number): Promise<number> =>
    (await boards.database.query("select from changed where x = $1", [x])).length;

  it("an operation whose answer is lost at any byte is applied once", async () => {
    const seen: string[] = [];
    for (let bytes = 1, x = 0; bytes < 160; bytes += 7) {
      x += 1;
      seen.push(await lose(x, [set(1, "place", { x, y: 0 }, { x: x - 1, y: 0 })], bytes, false));
      assert.equal(await changes(x), 1, `after ${bytes} bytes`);
    }
    assert.equal(seen[0], "retry");
    assert.equal(seen.at(-1), "applied");
  });

  it("an atomic batch whose answer is lost at any byte is applied once, and whole", async () => {
    const seen: string[] = [];
    for (let bytes = 1, x = 1_000; bytes < 620; bytes += 23) {
      x += 1;
      const base = { x: x === 1_001 ? 0 : x - 1, y: 0 };
      const batch = [2, 3].map((n) => set(n, "place", { x, y: 0 }, base));
      seen.push(await lose(x, batch, bytes, true));
      assert.equal(await changes(x), 2, `after ${bytes} bytes`);
    }
    assert.equal(seen[0], "retry");
    assert.equal(seen.at(-1), "applied");
  });

  it("a session that is killed while it waits for a row has done nothing", async () => {
    const holder = await boards.database.client();
    await holder.query("begin");
    await holder.query("update widgets set y = 7 where id = $1", [widget(4)]);
    const asked = [set(4, "place", { x: 3, y: 3 }, { x: 0, y: 7 })];
    const waiting = direct.outcomes("ana", 5_000, 1, asked);
    await eventually("the operation waits, and is killed", async () => {
      const killed = await boards.database.query(
        `select pg_terminate_backend(pid) from pg_stat_activity
          where datname = current_database() and application_name = 'deltad/writes' and wait_event_type = 'Lock'`,
      );
      return killed.length > 0;
    });
    assert.equal(((await waiting)[0] as { outcome: string }).outcome, "retry");
    await holder.query("commit");
    assert.deepEqual(await direct.outcomes("ana", 5_000, 1, asked), [{ outcome: "applied" }]);
  });
});
