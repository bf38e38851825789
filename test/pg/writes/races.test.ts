/** Many who write to one row at once, by two daemons' sessions and by SQL: nobody's change is lost without a word. */
import assert from "node:assert/strict";
import { after, before, it } from "node:test";
import type { Answer } from "../../../protocol/operation.ts";
import { type Boards, clientId, openBoards, Operators, set, widget } from "../../support/boards.ts";
import { pause } from "../../support/real-time.ts";
import { onEachServer } from "../../support/servers.ts";

const ROUNDS = 1_000;

await onEachServer("writers of one register", (server) => {
  let boards: Boards;
  let daemons: readonly [Operators, Operators];

  before(async () => {
    boards = await openBoards(server);
    daemons = [new Operators(boards), new Operators(boards)];
    // What the row held before each change, whoever made it.
    await boards.database.query(`
      create table changed (n bigserial, before_x integer, after_x integer, before_title text, after_title text);
      create function note() returns trigger language plpgsql security definer set search_path = public as $$
      begin
        insert into changed (before_x, after_x, before_title, after_title) values (old.x, new.x, old.title, new.title);
        return null;
      end $$;
      create trigger note after update on widgets for each row execute function note()`);
  });
  after(async () => {
    for (const daemon of daemons) await daemon.stop();
  });

  /** Both clients do one operation a round; in some rounds SQL writes as well. */
  const play = async (
    asked: (client: 1 | 2, round: number) => ReturnType<typeof set>,
    told: (client: 1 | 2, round: number, answer: Answer) => void,
    sql: (round: number) => string,
  ): Promise<void> => {
    const writer = await boards.database.client();
    const client = async (of: 1 | 2): Promise<void> => {
      for (let round = 1; round <= ROUNDS; round += 1) {
        const operation = [asked(of, round)];
        let answer: Answer | undefined;
        // What may pass later is repeated, as its client does.
        do
          [answer] = await (of === 1 ? daemons[0] : daemons[1]).operate(
            of === 1 ? "ana" : "bob",
            base + of,
            round,
            operation,
          );
        while (answer?.outcome === "retry");
        told(of, round, answer ?? assert.fail());
      }
    };
    let isOver = false;
    const psql = async (): Promise<void> => {
      for (let round = 1; !isOver; round += 1) {
        await writer.query(sql(round));
        await pause(1, "chance");
      }
    };
    const others = psql();
    await Promise.all([client(1), client(2)]);
    isOver = true;
    await others;
  };
  let base = 0;

  it("D3 Whatever is overwritten was told to its writer: the last commit wins, and each change that somebody had not seen is named", async () => {
    const seen = new Map<number, number>([
      [1, 0],
      [2, 0],
    ]);
    /** By what was written: what its writer was told that it overwrote, or had seen. */
    const replaced = new Map<number, number>();
    await play(
      (client, round) => set(1, "place", { x: client * 100_000 + round, y: 0 }, { x: seen.get(client), y: 0 }),
      (client, round, answer) => {
        assert.equal(answer.outcome, "applied");
        const value = client * 100_000 + round;
        const overwrote = "overwrote" in answer ? answer.overwrote : undefined;
        replaced.set(value, overwrote === undefined ? (seen.get(client) ?? -1) : Number(overwrote["x"]));
        seen.set(client, value);
      },
      (round) => `update widgets set x = ${300_000 + round} where id = '${widget(1)}'`,
    );
    const changes = await boards.database.query<{ before: number; after: number }>(
      "select before_x as before, after_x as after from changed where before_x <> after_x order by n",
    );
    const ofClients = changes.filter(({ after: value }) => value < 300_000);
    assert.equal(ofClients.length, 2 * ROUNDS);
    assert.deepEqual(
      ofClients.filter(({ before: value, after: by }) => replaced.get(by) !== value),
      [],
    );
    const [row] = await boards.database.query<{ x: number }>("select x from widgets where id = $1", [widget(1)]);
    assert.equal(row?.x, changes.at(-1)?.after);
    assert.ok(
      changes.some(({ after: value }) => value > 300_000),
      "SQL wrote as well",
    );
  });

  it("of a checked register one of those who saw the same value wins, and the others get what is there", async () => {
    base = 10;
    await boards.database.query("truncate changed");
    const seen = new Map<number, string>([
      [1, "w2"],
      [2, "w2"],
    ]);
    /** By each title that was applied: the one that its writer had seen. */
    const applied = new Map<string, string | undefined>();
    await play(
      (client, round) => set(2, "title", { title: `${client} ${round}` }, { title: seen.get(client) }),
      (client, round, answer) => {
        if (answer.outcome === "applied") applied.set(`${client} ${round}`, seen.get(client));
        else assert.equal(answer.outcome, "conflict", JSON.stringify(answer));
        seen.set(client, answer.outcome === "conflict" ? String(answer.current["title"]) : `${client} ${round}`);
      },
      (round) => `update widgets set title = 'sql ${round}' where id = '${widget(2)}'`,
    );
    const changes = await boards.database.query<{ before: string; after: string }>(
      "select before_title as before, after_title as after from changed where before_title <> after_title order by n",
    );
    const ofClients = changes.filter(({ after: title }) => !title.startsWith("sql"));
    assert.equal(ofClients.length, applied.size);
    assert.deepEqual(
      ofClients.filter(({ before: was, after: title }) => applied.get(title) !== was),
      [],
    );
    assert.ok(applied.size > 0 && applied.size < 2 * ROUNDS, `${applied.size} were applied`);
  });

  it("one client on two daemons at once has each operation done once, with one outcome", async () => {
    base = 20;
    await boards.database.query("truncate changed");
    const rounds = 200;
    for (let round = 1; round <= rounds; round += 1) {
      const operation = [set(3, "place", { x: round, y: 0 }, { x: round - 1, y: 0 })];
      const answers = await Promise.all(daemons.map((daemon) => daemon.outcomes("ana", base, round, operation)));
      const [done, again] = answers.flat().toSorted((a) => ("first" in a ? 1 : -1));
      assert.deepEqual(done, { outcome: "applied" });
      assert.deepEqual(again, { outcome: "duplicate", first: { outcome: "applied" } });
    }
    const [{ n } = { n: 0 }] = await boards.database.query<{ n: number }>("select count(*)::int as n from changed");
    assert.equal(n, rounds);
    const [kept] = await boards.database.query(
      "select last_seq::int as last from deltad.operator_client where client = $1",
      [clientId(base)],
    );
    assert.deepEqual(kept, { last: rounds });
  });

  it("a deadlock, a row that is locked for too long, and a transaction that can't be ordered may pass later", async () => {
    base = 30;
    const holder = await boards.database.client();
    await holder.query("begin");
    await holder.query("update widgets set y = 5 where id = $1", [widget(4)]);
    const asked = [set(4, "place", { x: 1, y: 1 }, { x: 0, y: 5 }), set(1, "place", { x: 1, y: 1 })];
    assert.deepEqual(
      (await daemons[0].outcomes("ana", base, 1, asked)).map((answer) => "outcome" in answer && answer.outcome),
      ["retry", "retry"],
    );
    // Nothing was written down: repeated, it passes.
    await holder.query("commit");
    const [first, second] = await daemons[1].outcomes("ana", base, 1, asked);
    assert.deepEqual(first, { outcome: "applied" });
    assert.equal((second as { outcome: string }).outcome, "applied");
  });
});
