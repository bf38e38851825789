/** Laws of the ledger: what was done is done once, and is told with its rows. */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, it } from "node:test";
import type { ChannelChanges } from "../../../daemon/capture/batch.ts";
import { parseReply } from "../../../daemon/capture/batch-row.ts";
import { HEARTBEAT } from "../../../daemon/capture/capture-options.ts";
import { readChannels } from "../../../daemon/capture/read-kind.ts";
import { openReaderSession } from "../../../daemon/capture/reader-session.ts";
import { type BatchStatements, batchStatements } from "../../../daemon/capture/statement.ts";
import type { Session } from "../../../daemon/database/session.ts";
import { sourcesOfRows } from "../../../daemon/plan/channel-select.ts";
import { type Asked, type Boards, clientId, openBoards, Operators, set, widget } from "../../support/boards.ts";
import { onEachServer } from "../../support/servers.ts";

await onEachServer("the ledger", (server) => {
  let boards: Boards;
  let operators: Operators;
  let session: Session;
  let statements: BatchStatements;
  let cursor = "";
  let client = 100;

  before(async () => {
    boards = await openBoards(server);
    operators = new Operators(boards);
    const { channels } = boards.compiled;
    session = await openReaderSession({ url: boards.daemonUrl, heartbeat: HEARTBEAT });
    const kinds = channels.map((plan, at) => readChannels(plan, at));
    statements = batchStatements(boards.compiled.tables, kinds, channels.flatMap(sourcesOfRows));
    const [row] = await session.query<{ cursor: string }>("select pg_current_snapshot()::text as cursor");
    cursor = row?.cursor ?? "";
  });
  after(async () => {
    await operators.stop();
    await session.close();
  });

  /** What the batch statement says since it was asked last. */
  const told = async (wanted: readonly string[] | null = null, form: "read" | "cut" = "read") => {
    if (form === "cut") await session.script("begin");
    const rows = await session.rows(statements[form], [cursor, randomUUID(), [], wanted, null]);
    if (form === "cut") await session.script("commit");
    const { batches, found } = parseReply(rows, "epoch", 0, 2);
    cursor = batches[0].snapshot;
    const { rows: changed = [], ops = [] }: Partial<ChannelChanges> = batches[0].channels ?? {};
    return {
      found,
      changed: changed.map(({ key, row }) => [key, row?.data ?? null]),
      ops: ops.map(({ client: of, seq, channel, subject, outcome }) => [of, seq, channel, subject, outcome.outcome]),
    };
  };
  const ledger = () =>
    boards.database.query<{ seq: number; outcome: string }>(
      "select seq::int, outcome ->> 'outcome' as outcome from deltad.operation where client = $1 order by seq",
      [clientId(client)],
    );
  const move = (x: number): Asked => set(1, "place", { x, y: 0 });

  it("D1 An operation is applied at most once, and its repetition hears what became of it", async () => {
    client += 1;
    const asked = [move(1), set(1, "title", { title: "no" }, { title: "never" }), move(2)];
    const first = await operators.outcomes("ana", client, 1, asked);
    assert.deepEqual(first[1], { outcome: "conflict", current: { title: "w1" } });
    await boards.database.query("update widgets set x = 50 where id = $1", [widget(1)]);
    const again = await operators.outcomes("ana", client, 1, asked);
    assert.deepEqual(
      again,
      first.map((outcome) => ({ outcome: "duplicate", first: outcome })),
    );
    const [row] = await boards.database.query("select x from widgets where id = $1", [widget(1)]);
    assert.equal(row?.["x"], 50);
    await told();
  });

  it("what became of an operation is read with the rows that it changed, and without any, and again where it is repeated", async () => {
    client += 1;
    const of = (seq: number, outcome: string) => [clientId(client), seq, "1", "ana", outcome];
    await operators.operate("ana", client, 1, [move(3)]);
    const { changed, ops, found } = await told();
    assert.deepEqual(
      changed.map(([key]) => key),
      [widget(1)],
    );
    assert.deepEqual({ ops, found }, { ops: [of(1, "applied")], found: true });
    await operators.operate("ana", client, 2, [
      move(3),
      set(1, "title", { title: "a" }, { title: "b" }),
      set(99, "place", { x: 1, y: 1 }),
    ]);
    assert.deepEqual(await told(), {
      found: true,
      changed: [],
      ops: [of(2, "applied"), of(3, "conflict"), of(4, "gone")],
    });
    assert.deepEqual(await told(), { found: false, changed: [], ops: [] });
    await operators.operate("ana", client, 1, [move(3)]);
    assert.deepEqual(await told(null, "cut"), { found: true, changed: [], ops: [of(1, "applied")] });
  });

  it("only operations of channels that are wanted are told", async () => {
    client += 1;
    await operators.operate("ana", client, 1, [move(4)]);
    assert.deepEqual(await told(["2"]), { found: true, changed: [], ops: [] });
  });

  it("a transaction that is rolled back, or is of another life of the data, tells nothing", async () => {
    client += 1;
    await boards.database.query(
      `insert into deltad.operator_client values ($1, 'ana', 1);
       `.trim(),
      [clientId(client)],
    );
    await boards.database.query(
      `insert into deltad.operation (client, seq, digest, subject, kind, channel, outcome, change_xid)
       values ($1, 1, '', 'ana', 'board', '1', '{"outcome": "applied"}', (pg_current_xact_id()::text::bigint + 1000000)::text::xid8)`,
      [clientId(client)],
    );
    assert.deepEqual((await told()).ops, []);
    await boards.database.query("delete from deltad.operation where client = $1", [clientId(client)]);
  });

  it("a number that was used for something else, a missing one and a client of somebody else are refused, and nothing is written down", async () => {
    client += 1;
    await operators.operate("ana", client, 1, [move(5)]);
    assert.deepEqual(await operators.outcomes("ana", client, 1, [move(6)]), [{ outcome: "id_reused" }]);
    assert.deepEqual(await operators.outcomes("bob", client, 1, [move(5)]), [{ outcome: "id_reused" }]);
    assert.deepEqual(await operators.outcomes("bob", client, 2, [move(5)]), [{ outcome: "id_reused" }]);
    assert.deepEqual(await operators.outcomes("ana", client, 3, [move(6), move(7)]), [
      { outcome: "gap", expected: 2 },
      { outcome: "gap", expected: 2 },
    ]);
    assert.deepEqual(await ledger(), [{ seq: 1, outcome: "applied" }]);
    // The names of a value in another order are the same operation.
    assert.deepEqual(await operators.outcomes("ana", client, 1, [set(1, "place", { y: 0, x: 5 })]), [
      { outcome: "duplicate", first: { outcome: "applied", overwrote: { x: 4, y: 0 } } },
    ]);
    client += 1;
    assert.deepEqual(await operators.outcomes("ana", client, 4, [move(5)]), [{ outcome: "pruned" }]);
    assert.deepEqual(await ledger(), []);
  });

  it("what is 30 days old is pruned with the changes, and who repeats it is told so", async () => {
    client += 1;
    await operators.operate("ana", client, 1, [move(8), move(9), move(10)]);
    await boards.database.query(
      "update deltad.operation set done_at = now() - interval '31 days' where client = $1 and seq < 3",
      [clientId(client)],
    );
    await session.query("select deltad.prune(5000)");
    assert.deepEqual(await ledger(), [{ seq: 3, outcome: "applied" }]);
    assert.deepEqual(await operators.outcomes("ana", client, 1, [move(8)]), [{ outcome: "pruned" }]);
    assert.deepEqual(await operators.outcomes("ana", client, 4, [move(9)]), [
      { outcome: "applied", overwrote: { x: 10, y: 0 } },
    ]);
    await boards.database.query(
      "update deltad.operator_client set used_on = current_date - case client when $1 then 400 else 300 end",
      [clientId(client)],
    );
    await session.query("select deltad.prune(5000)");
    assert.deepEqual(await operators.outcomes("ana", client, 5, [move(9)]), [{ outcome: "pruned" }]);
    client -= 1;
    const [kept] = await boards.database.query(
      "select count(*)::int as n from deltad.operator_client where used_on < current_date",
    );
    assert.ok(Number(kept?.["n"]) > 2);
  });

  it("of an atomic batch all is done or nothing, and each number is used up", async () => {
    client += 201;
    await boards.database.query("update widgets set x = 0, y = 0, title = 'w' || right(id::text, 1)");
    const failing = [move(1), set(2, "title", { title: "t" }, { title: "unseen" }), move(2)];
    const failed = [
      { outcome: "aborted", failed: 2 },
      { outcome: "conflict", current: { title: "w2" } },
      { outcome: "aborted", failed: 2 },
    ];
    assert.deepEqual(await operators.outcomes("ana", client, 1, failing, { isAtomic: true }), failed);
    const [row] = await boards.database.query("select x from widgets where id = $1", [widget(1)]);
    assert.equal(row?.["x"], 0);
    assert.deepEqual(
      await operators.outcomes("ana", client, 1, failing, { isAtomic: true }),
      failed.map((first) => ({ outcome: "duplicate", first })),
    );
    // Two titles change places: the constraint is checked when both are done.
    const swapped = [
      set(2, "title", { title: "w3" }, { title: "w2" }),
      set(3, "title", { title: "w2" }, { title: "w3" }),
    ];
    assert.deepEqual(await operators.outcomes("ana", client, 4, swapped, { isAtomic: true }), [
      { outcome: "applied" },
      { outcome: "applied" },
    ]);
    const clashing = [move(3), set(3, "title", { title: "w3" }, { title: "w2" })];
    assert.deepEqual(await operators.outcomes("ana", client, 6, clashing, { isAtomic: true }), [
      { outcome: "aborted", failed: 7 },
      {
        outcome: "invalid",
        constraint: "one_title",
        reason: "a constraint refuses what the batch leaves behind (23505)",
      },
    ]);
    assert.deepEqual(await operators.outcomes("ana", client, 9, [move(3)], { isAtomic: true }), [
      { outcome: "gap", expected: 8 },
    ]);
    assert.deepEqual(
      (await ledger()).map(({ outcome }) => outcome),
      ["aborted", "conflict", "aborted", "applied", "applied", "aborted", "invalid"],
    );
  });
});
