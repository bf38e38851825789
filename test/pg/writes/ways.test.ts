/** One recorded script of operations by WebSocket, by server-sent events with HTTP, and by HTTP alone. */
import assert from "node:assert/strict";
import { it } from "node:test";
import { freePort } from "../../../daemon/database/cluster.ts";
import type { DownFrame } from "../../../protocol/down.ts";
import type { Answer, Outcome } from "../../../protocol/operation.ts";
import { BOARDS, clientId } from "../../support/boards.ts";
import { BoardWriter, type Wanted } from "../../support/board-writer.ts";
import { TestEventStream } from "../../support/event-stream.ts";
import { eventually } from "../../support/real-time.ts";
import { ShownRows } from "../../support/rooms.ts";
import { createMarketplace, startMarketplaceDaemon } from "../../support/running-daemon.ts";
import { onEachServer } from "../../support/servers.ts";

/** What clients ask for together, or SQL that somebody else runs. */
type Step =
  | { readonly ops: readonly Wanted[]; readonly atomic?: boolean; readonly again?: boolean }
  | { readonly sql: string };

/** The key of a widget of a board; each way has one of its own. */
const key = (board: number, n: number): string => `00000000-0000-4000-8${board}00-${String(n).padStart(12, "0")}`;

const script = (board: number): readonly Step[] => {
  const one = key(board, 1);
  const title = (of: string, value: string, base: string): Wanted => ({
    op: "set",
    key: of,
    register: "title",
    value: { title: value },
    base: { title: base },
  });
  const x = (of: string, value: number): Wanted => ({
    op: "set",
    key: of,
    register: "place",
    value: { x: value, y: 0 },
    base: { x: 0, y: 0 },
  });
  return [
    { ops: [x(one, 5)] },
    { ops: [x(one, 6)] },
    { ops: [title(one, "a", "w1")] },
    { sql: `update widgets set title = 'by sql' where id = '${one}'` },
    { ops: [title(one, "b", "a"), title(one, "c", "by sql")] },
    {
      ops: [
        {
          op: "insert",
          key: key(board, 9),
          value: { title: "new", kind: "text", tags: ["t"], settings: { deep: [null, { a: 1 }] } },
        },
      ],
    },
    { ops: [x(key(board, 9), 3)], again: true },
    { ops: [x(key(board, 2), -1)] },
    { ops: [x(key(board, 2), 7), x(key(board, 3), -1), x(key(board, 4), 7)], atomic: true },
    { ops: [x(key(board, 2), 8), x(key(board, 3), 8)], atomic: true },
    { ops: [{ op: "delete", key: key(board, 4) }, x(key(board, 4), 1)] },
    { ops: [{ op: "set", key: one, register: "none", value: {} }, title(one, "last", "c")] },
  ];
};

/** After each step: what became of its operations, and what is shown when that is known. */
type Ending = readonly (readonly [outcomes: readonly Outcome[], shown: readonly unknown[]])[];

interface Way {
  readonly operate: (wanted: readonly Wanted[], atomic: boolean) => Promise<readonly Outcome[]>;
  /** Sends the last operations once more. */
  readonly again: () => Promise<readonly Outcome[]>;
  readonly shown: () => readonly unknown[];
  readonly stop: () => void;
}

interface At {
  readonly board: number;
  readonly port: number;
  readonly authorization: string;
  readonly token: string;
}

const first = (outcome: Outcome): Outcome => (outcome.outcome === "duplicate" ? outcome.first : outcome);
const outcomeOf = ({ client: _client, seq: _seq, ...outcome }: Answer): Outcome => first(outcome);

async function socketWay({ board, port, token }: At): Promise<Way> {
  const writer = new BoardWriter("ana", board, `board:${board}`);
  await writer.connect(port, token);
  await eventually("rows", () => writer.isThere);
  let asked: readonly number[] = [];
  const answered = async (): Promise<readonly Outcome[]> => {
    await eventually("answers", () => writer.waiting === 0);
    return asked.map((seq) => writer.settled.get(seq)?.outcome ?? assert.fail(`no answer to ${seq}`));
  };
  return {
    operate: (wanted, atomic) => {
      const from = writer.send(wanted, atomic);
      asked = wanted.map((_, at) => from + at);
      return answered();
    },
    again: () => {
      writer.again(asked[0] ?? 0);
      return answered();
    },
    shown: () => [...writer.shown],
    stop: () => writer.cut(),
  };
}

/** Operations by HTTP; `settled` waits until what they changed is shown. */
function httpWay(
  { board, port, authorization }: At,
  settled: (answers: readonly Answer[]) => Promise<void>,
): Pick<Way, "operate" | "again"> {
  const client = clientId(board);
  let seq = 0;
  let last = "";
  const again = async (): Promise<readonly Outcome[]> => {
    const answer = await fetch(`http://127.0.0.1:${port}/v1/sync`, {
      method: "POST",
      headers: { authorization },
      body: last,
    });
    assert.equal(answer.status, 200);
    const { answers } = (await answer.json()) as { answers: readonly Answer[] };
    await settled(answers);
    return answers.map(outcomeOf);
  };
  return {
    again,
    operate: (wanted, atomic) => {
      const operations = wanted.map((one) => ({ seq: (seq += 1), topic: `board:${board}`, rows: "widgets", ...one }));
      last = JSON.stringify({ client, operations, atomic });
      return again();
    },
  };
}

async function eventWay(at: At): Promise<Way> {
  const topic = `board:${at.board}`;
  const stream = await TestEventStream.open(at.port, `?topic=${topic}`, { authorization: at.authorization });
  await stream.next("rows");
  const told = (seq: number): boolean =>
    stream.messages.some(
      ({ frame }) => "ops" in frame && (frame.ops as readonly Answer[]).some((one) => one.seq === seq),
    );
  const settled = async (answers: readonly Answer[]): Promise<void> => {
    for (const { seq } of answers) await eventually(`operation ${seq} in the stream`, () => told(seq));
  };
  return {
    ...httpWay(at, settled),
    shown: () =>
      ShownRows.of(
        stream.messages.map(({ frame }) => frame),
        topic,
        "widgets",
      ).items,
    stop: () => stream.leave(),
  };
}

function pollingWay(at: At): Way {
  const topic = `board:${at.board}`;
  let items: readonly unknown[] = [];
  const settled = async (): Promise<void> => {
    const headers = { authorization: at.authorization };
    const answer = await fetch(`http://127.0.0.1:${at.port}/v1/topics/${topic}?fresh=1`, { headers });
    assert.equal(answer.status, 200);
    items = ShownRows.of([(await answer.json()) as DownFrame], topic, "widgets").items;
  };
  return { ...httpWay(at, settled), shown: () => items, stop: () => undefined };
}

await onEachServer("the three ways to write", (server) => {
  it("D5 All three ways end alike for a recorded script", async (test) => {
    const database = await server.createDatabase();
    await createMarketplace(database, BOARDS);
    const boards = [1, 2, 3];
    await database.query(`insert into accounts values (7);
      insert into boards select n, 7, 'ana', 'b' from generate_series(1, 3) n;
      insert into board_members select n, 'ana', 'editor' from generate_series(1, 3) n`);
    for (const board of boards)
      for (const n of [1, 2, 3, 4])
        await database.query(
          `insert into widgets (id, board_id, title, created_by) values ('${key(board, n)}', ${board}, 'w${n}', 'ana')`,
        );
    const port = await freePort();
    const daemon = await startMarketplaceDaemon(database, BOARDS, port);
    test.after(() => daemon.stop());
    const token = daemon.token({ sub: "ana" });
    const at = (board: number): At => ({ board, port, token, authorization: `Bearer ${token}` });
    const ways = [await socketWay(at(1)), await eventWay(at(2)), pollingWay(at(3))];
    const endings: Ending[] = [];
    for (const [n, way] of ways.entries()) {
      const ending: (readonly [readonly Outcome[], readonly unknown[]])[] = [];
      for (const step of script(n + 1)) {
        if ("sql" in step) {
          await database.query(step.sql);
          continue;
        }
        const outcomes = await way.operate(step.ops, step.atomic ?? false);
        ending.push([outcomes, way.shown()]);
        if (step.again) ending.push([await way.again(), way.shown()]);
      }
      way.stop();
      // Each board's keys differ by its number alone.
      endings.push(JSON.parse(JSON.stringify(ending).replaceAll(`-8${n + 1}00-`, "-8000-")) as Ending);
    }
    const [sockets = []] = endings;
    assert.deepEqual(
      sockets.map(([outcomes]) => outcomes.map(({ outcome }) => outcome).join(" ")),
      [
        "applied",
        "applied",
        "applied",
        "conflict applied",
        "applied",
        "applied",
        "applied",
        "invalid",
        "aborted invalid aborted",
        "applied applied",
        "applied gone",
        "invalid applied",
      ],
    );
    for (const ending of endings.slice(1)) assert.deepEqual(ending, sockets);
    // What they show in the end is what there is.
    const rows = await database.query<{ key: string; title: string }>(
      "select replace(id::text, '-8100-', '-8000-') as key, title from widgets where board_id = 1 and deleted_at is null order by id",
    );
    const shown = (sockets.at(-1)?.[1] ?? []) as [string, { title: string }][];
    assert.deepEqual(
      shown.map(([id, { title }]) => [id, title]).toSorted(([a = ""], [b = ""]) => (a < b ? -1 : 1)),
      rows.map(({ key: id, title }) => [id, title]),
    );
  });
});
