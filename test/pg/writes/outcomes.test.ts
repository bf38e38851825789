import assert from "node:assert/strict";
import { after, before, it } from "node:test";
import { type Asked, type Boards, openBoards, Operators, set, widget } from "../../support/boards.ts";
import { onEachServer } from "../../support/servers.ts";

await onEachServer("what becomes of operations", (server) => {
  let boards: Boards;
  let operators: Operators;
  /** A client of its own for each test. */
  let client = 0;

  before(async () => {
    boards = await openBoards(server);
    operators = new Operators(boards);
  });
  after(() => operators.stop());

  const outcomes = (subject: string, ...asked: readonly Asked[]): Promise<readonly object[]> => {
    client += 1;
    return operators.outcomes(subject, client, 1, asked);
  };
  const row = async (n: number): Promise<Record<string, unknown> | undefined> => {
    const [found] = await boards.database.query("select * from widgets where id = $1", [widget(n)]);
    return found;
  };

  it("the last writer wins a register, and is told what it overwrote and had not seen", async () => {
    assert.deepEqual(await outcomes("ana", set(1, "place", { x: 3, y: 4 }, { x: 0, y: 0 })), [{ outcome: "applied" }]);
    assert.deepEqual(await outcomes("bob", set(1, "place", { x: 5, y: 6 }, { x: 0, y: 0 })), [
      { outcome: "applied", overwrote: { x: 3, y: 4 } },
    ]);
    assert.deepEqual(await outcomes("ana", set(1, "place", { x: 7, y: 8 })), [
      { outcome: "applied", overwrote: { x: 5, y: 6 } },
    ]);
    const { x, y, title } = (await row(1)) ?? {};
    assert.deepEqual({ x, y, title }, { x: 7, y: 8, title: "w1" });
    assert.deepEqual(operators.warned, []);
  });

  it("a register that is checked is changed by who has seen its value alone; the others get the value", async () => {
    assert.deepEqual(await outcomes("ana", set(2, "title", { title: "mine" }, { title: "w2" })), [
      { outcome: "applied" },
    ]);
    assert.deepEqual(await outcomes("bob", set(2, "title", { title: "theirs" }, { title: "w2" })), [
      { outcome: "conflict", current: { title: "mine" } },
    ]);
    assert.equal((await row(2))?.["title"], "mine");
    // What is wanted is there already.
    assert.deepEqual(await outcomes("bob", set(2, "title", { title: "mine" }, { title: "w2" })), [
      { outcome: "applied" },
    ]);
  });

  it("another column that changes, or a touch without change, is no conflict", async () => {
    await boards.database.query("update widgets set x = x + 1, title = title where id = $1", [widget(3)]);
    assert.deepEqual(await outcomes("ana", set(3, "title", { title: "seen" }, { title: "w3" })), [
      { outcome: "applied" },
    ]);
  });

  it("values of every kind are taken and compared in the form in which clients get them", async () => {
    const settings = { deep: [1, null, { a: "é" }] };
    assert.deepEqual(
      await outcomes(
        "ana",
        set(3, "settings", { settings }, { settings: null }),
        set(3, "settings", { settings: { next: 1 } }, { settings: { deep: [1, null, { a: "é" }] } }),
        set(3, "price", { price: "1.5" }, { price: null }),
        set(3, "price", { price: "2.25" }, { price: "1.50" }),
        set(3, "labels", { tags: ["a,b", 'c"d', "", "{}"] }, { tags: [] }),
        set(3, "labels", { tags: [] }, { tags: ["a,b", 'c"d', "", "{}"] }),
        set(3, "metric", { metric: "sales" }, { metric: null }),
        set(3, "metric", { metric: null }, { metric: "sales" }),
        set(3, "slot", { slot: "[1,5)" }, { slot: null }),
        set(3, "slot", { slot: null }, { slot: "[1,5)" }),
        set(3, "settings", { settings: null }, { settings: { next: 1 } }),
      ),
      Array.from({ length: 11 }, () => ({ outcome: "applied" })),
    );
    const { settings: left, price, tags, metric, slot } = (await row(3)) ?? {};
    assert.deepEqual(
      { left, price, tags, metric, slot },
      { left: null, price: "2.25", tags: [], metric: null, slot: null },
    );
  });

  it("what the database refuses is invalid by the constraint's name, without a word of the rows", async () => {
    await boards.database.query("update widgets set slot = '[10,20)' where id = $1", [widget(4)]);
    assert.deepEqual(
      await outcomes(
        "ana",
        set(1, "place", { x: -1, y: 0 }),
        set(1, "metric", { metric: "no such" }),
        set(1, "slot", { slot: "[15,16)" }),
        set(1, "title", { title: "w4" }, { title: "w1" }),
        set(1, "title", { title: null }, { title: "w1" }),
        set(1, "title", { title: "x".repeat(41) }, { title: "w1" }),
        set(1, "place", { x: 1.5, y: 0 }),
        set(1, "place", { x: 1e10, y: 0 }),
        set(1, "slot", { slot: "no range" }),
      ),
      [
        { outcome: "invalid", constraint: "widgets_x_check", reason: "a check refuses it (23514)" },
        {
          outcome: "invalid",
          constraint: "widgets_metric_fkey",
          reason: "a row that it names is not there, or others name it (23503)",
        },
        { outcome: "invalid", constraint: "one_slot", reason: "another row excludes it (23P01)" },
        { outcome: "invalid", constraint: "one_title", reason: "there is such a row already (23505)" },
        { outcome: "invalid", reason: "a column that must have a value has none (23502)" },
        { outcome: "invalid", reason: "a text is too long (22001)" },
        { outcome: "invalid", reason: "a value is not of its column's type (22P02)" },
        { outcome: "invalid", reason: "a number is out of range (22003)" },
        { outcome: "invalid", reason: "a value is not of its column's type (22P02)" },
      ],
    );
    const { x, title, metric, slot } = (await row(1)) ?? {};
    assert.deepEqual({ x, title, metric, slot }, { x: 7, title: "w1", metric: null, slot: null });
  });

  it("what no row could make good is invalid before the database is asked, and its number is used up", async () => {
    const wrong: readonly (readonly [Asked, RegExp])[] = [
      [set(1, "nothing", { x: 1 }), /no register nothing/],
      [set(1, "place", { x: 1 }), /value must have exactly x, y/],
      [set(1, "place", { x: 1, y: 2, title: "t" }), /value must have exactly x, y/],
      [set(1, "place", { x: 1, y: 2 }, { x: 1 }), /base must have exactly x, y/],
      [set(1, "title", { title: "t" }), /base: say what/],
      [set(1, "place", { x: "1", y: 2 }), /x must be a number/],
      [set(1, "title", { title: { a: 1 } }, { title: "w1" }), /title must be a text/],
      [set(1, "labels", { tags: "a" }), /tags must be a list/],
      [set(1, "labels", { tags: [1] }), /tags must be a list/],
      [set(1, "title", { title: "a\0" }, { title: "w1" }), /NUL/],
      [set(1, "settings", { settings: { "\ud800": 1 } }, { settings: null }), /surrogate/],
      [{ op: "insert", rows: "widgets", key: widget(50), value: { createdBy: "bob" } }, /does not take createdBy/],
      [{ op: "insert", rows: "widgets", key: widget(50), value: { secret: "x" } }, /does not take secret/],
      [{ op: "delete", rows: "messages", key: "1" }, /not deleted/],
    ];
    const answers = await outcomes("ana", ...wrong.map(([asked]) => asked), set(1, "place", { x: 7, y: 8 }));
    for (const [at, [, reason]] of wrong.entries()) {
      assert.equal((answers[at] as { outcome: string }).outcome, "invalid");
      assert.match((answers[at] as { reason: string }).reason, reason);
    }
    assert.deepEqual(answers.at(-1), { outcome: "applied" });
  });

  it("an insert has what the client gives, the defaults, and what nobody else may say", async () => {
    assert.deepEqual(
      await outcomes(
        "bob",
        { op: "insert", rows: "widgets", key: widget(21), value: { title: "it's \\ new", kind: "chart", tags: ["x"] } },
        { op: "insert", rows: "widgets", key: widget(21), value: { title: "again" } },
        { op: "insert", rows: "widgets", key: widget(22), value: {} },
        { op: "insert", rows: "widgets", key: "no uuid", value: { title: "none" } },
      ),
      [
        { outcome: "applied" },
        { outcome: "invalid", constraint: "widgets_pkey", reason: "there is such a row already (23505)" },
        { outcome: "invalid", reason: "a column that must have a value has none (23502)" },
        { outcome: "invalid", reason: "a value is not of its column's type (22P02)" },
      ],
    );
    const { board_id: board, kind, title, x, tags, created_by: by } = (await row(21)) ?? {};
    assert.deepEqual(
      { board, kind, title, x, tags, by },
      { board: "1", kind: "chart", title: "it's \\ new", x: 0, tags: ["x"], by: "bob" },
    );
  });

  it("a key that the database makes is told", async () => {
    const [answer] = await outcomes("cid", {
      op: "insert",
      rows: "messages",
      key: "temporary",
      value: { body: "hello" },
    });
    const rows = await boards.database.query("select id::text, board_id::text, author, body from messages");
    assert.deepEqual(answer, { outcome: "applied", key: rows[0]?.["id"] });
    assert.deepEqual(rows, [{ id: rows[0]?.["id"], board_id: "1", author: "cid", body: "hello" }]);
  });

  it("a row that is there no more is gone: deleted, softly deleted, of another channel, or never there", async () => {
    await boards.database.query("update widgets set deleted_at = now() where id = $1", [widget(4)]);
    assert.deepEqual(
      await outcomes(
        "bob",
        { op: "delete", rows: "widgets", key: widget(21) },
        { op: "delete", rows: "widgets", key: widget(21) },
        set(21, "place", { x: 1, y: 1 }),
        set(4, "place", { x: 1, y: 1 }),
        { op: "delete", rows: "widgets", key: widget(4) },
        set(5, "place", { x: 1, y: 1 }),
        { op: "delete", rows: "widgets", key: widget(5) },
      ),
      [{ outcome: "applied" }, ...Array.from({ length: 6 }, () => ({ outcome: "gone" }))],
    );
    assert.equal((await row(5))?.["x"], 0);
    assert.ok(await row(4));
  });

  it("who may not write hears the same whether the row, or the channel, exists", async () => {
    const forbidden = { outcome: "forbidden" };
    const asked = [set(1, "place", { x: 1, y: 1 }), set(99, "place", { x: 1, y: 1 })];
    assert.deepEqual(await outcomes("cid", ...asked), [forbidden, forbidden]);
    assert.deepEqual(await outcomes("eve", ...asked), [forbidden, forbidden]);
    client += 1;
    assert.deepEqual(await operators.outcomes("ana", client, 1, asked, { board: "2" }), [forbidden, forbidden]);
    client += 1;
    assert.deepEqual(await operators.outcomes("ana", client, 1, asked, { board: "404" }), [forbidden, forbidden]);
    // A set that nobody writes, or that there is none of.
    assert.deepEqual(
      await outcomes("ana", { ...set(1, "name", { name: "x" }), rows: "parts" }, { ...set(1, "a", {}), rows: "none" }),
      [forbidden, forbidden],
    );
  });

  it("a trigger's refusal is an outcome, and it finds the claims where they are asked for", async () => {
    await boards.database.query(`
      create function refuse() returns trigger language plpgsql as $$
      begin
        if new.body = 'secret of others' then raise exception 'canary'; end if;
        new.body := new.body || ' by ' || coalesce(current_setting('request.jwt.claims', true)::json ->> 'sub', 'nobody');
        return new;
      end $$;
      create trigger refuse before insert on messages for each row execute function refuse()`);
    const say = (body: string): Asked => ({ op: "insert", rows: "messages", key: "t", value: { body } });
    const [refused, said] = await outcomes("ana", say("secret of others"), say("hi"));
    assert.deepEqual(refused, { outcome: "invalid", reason: "a trigger refuses it (P0001)" });
    assert.equal((said as { outcome: string }).outcome, "applied");
    const [found] = await boards.database.query("select body from messages order by id desc limit 1");
    assert.equal(found?.["body"], "hi by ana");
  });

  it("row-level security applies to the role that writes", async () => {
    const [role] = await boards.database.query<{ name: string }>(
      "select pg_get_userbyid(proowner) as name from pg_proc where proname = 'write_board.widgets'",
    );
    await boards.database.query(`
      alter table widgets enable row level security;
      create policy deltad_daemon on widgets for select using (true);
      create policy writers on widgets for update to ${role?.name} using (title <> 'w1') with check (x < 100)`);
    try {
      assert.deepEqual(
        await outcomes(
          "ana",
          set(1, "place", { x: 9, y: 9 }),
          set(2, "place", { x: 9, y: 9 }),
          set(2, "place", { x: 900, y: 9 }, { x: 9, y: 9 }),
          { op: "delete", rows: "widgets", key: widget(2) },
          { op: "insert", rows: "widgets", key: widget(23), value: { title: "t" } },
        ),
        [
          { outcome: "gone" },
          { outcome: "applied", overwrote: { x: 0, y: 0 } },
          { outcome: "forbidden" },
          { outcome: "gone" },
          { outcome: "forbidden" },
        ],
      );
    } finally {
      await boards.database.query("alter table widgets disable row level security");
    }
  });
});
