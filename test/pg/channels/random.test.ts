import assert from "node:assert/strict";
import { it } from "node:test";
import fc from "fast-check";
import { eventually } from "../../support/real-time.ts";
import { another, enter, openRooms, ShownRows } from "../../support/rooms.ts";
import { onEachServer, type TestDatabase } from "../../support/servers.ts";
import type { TestSocket } from "../../support/socket.ts";

const ROWS = `
  insert into accounts values (7);
  insert into rooms (id, account_id, host, name) select n, 7, 'ana', 'room' from generate_series(1, 4) n;
  insert into room_members (room_id, user_id) select n, 'ana' from generate_series(1, 3) n;
  insert into messages (room_id, author, body, created_at)
  select 1 + n % 4, 'ana', 'old ' || n, timestamptz '2026-01-01' + make_interval(secs => n / 3) from generate_series(1, 60) n;
  insert into notes select 'n' || n, 1 + n % 4, 'note' from generate_series(1, 10) n;`;

/** One row as it must be shown, worked out by hand in SQL. */
const ORACLE = {
  messages: `select m.id::text as key, json_build_object('author', author, 'body', body, 'stars', stars, 'tags', tags, 'extra', extra,
      'createdAt', to_char(created_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'))::text as row
    from messages m where room_id = $1 and deleted_at is null order by created_at desc, id desc`,
  notes: `select slug as key, json_build_object('body', body)::text as row from notes where room_id = $1 order by slug collate "C" desc`,
} as const;

type Set = keyof typeof ORACLE;

const room = fc.integer({ min: 1, max: 4 });
const id = fc.integer({ min: 1, max: 90 });
const write = fc.oneof(
  {
    weight: 6,
    arbitrary: fc
      .tuple(room, fc.integer({ min: 0, max: 60 }))
      .map(
        ([r, at]) =>
          `insert into messages (room_id, author, body, created_at, tags, extra) values (${r}, 'bob', 'new', timestamptz '2026-01-01' + make_interval(secs => ${at}), '{a}', '{"b": [null]}')`,
      ),
  },
  { weight: 4, arbitrary: id.map((n) => `update messages set body = body || '.' where id = ${n}`) },
  { weight: 2, arbitrary: fc.tuple(id, room).map(([n, r]) => `update messages set room_id = ${r} where id = ${n}`) },
  { weight: 1, arbitrary: id.map((n) => `update messages set room_id = null where id = ${n}`) },
  {
    weight: 3,
    arbitrary: id.map(
      (n) =>
        `update messages set deleted_at = case when deleted_at is null then now() end where id between ${n} and ${n + 2}`,
    ),
  },
  {
    weight: 2,
    arbitrary: fc
      .tuple(id, fc.integer({ min: 0, max: 60 }))
      .map(
        ([n, at]) =>
          `update messages set created_at = timestamptz '2026-01-01' + make_interval(secs => ${at}) where id = ${n}`,
      ),
  },
  { weight: 2, arbitrary: id.map((n) => `delete from messages where id = ${n}`) },
  { weight: 2, arbitrary: room.map((r) => `insert into notes values (md5(random()::text), ${r}, 'noted')`) },
  {
    weight: 1,
    arbitrary: fc.constant("delete from notes where slug in (select slug from notes order by random() limit 2)"),
  },
  { weight: 1, arbitrary: fc.constant("begin; update messages set body = 'never'; rollback") },
  {
    weight: 1,
    arbitrary: fc.constant(
      "begin; savepoint s; insert into notes values ('never', 1, 'x'); rollback to s; insert into notes values (md5(random()::text), 2, 'after'); commit",
    ),
  },
  {
    weight: 1,
    arbitrary: room.map(
      (r) => `insert into messages (room_id, author, body) select ${r}, 'bulk', 'b' from generate_series(1, 5001)`,
    ),
  },
  { weight: 1, arbitrary: fc.constant("truncate notes") },
  { weight: 1, arbitrary: room.map((r) => `delete from room_members where room_id = ${r}`) },
  {
    weight: 2,
    arbitrary: room.map(
      (r) =>
        `insert into room_members (room_id, user_id) select ${r}, 'ana' where not exists (select from room_members where room_id = ${r})`,
    ),
  },
);

await onEachServer("random writes", (server) => {
  it("C1 Rows are exact: what a subscriber holds is what the table holds of its channel, from its lower bound on", async () => {
    const rooms = await openRooms(server, ROWS);
    const second = await another(rooms);
    const sockets = await Promise.all([enter(rooms, { sub: "ana" }), enter(second, { sub: "ana" })]);
    const follow = (socket: TestSocket, topic: string): void =>
      socket.say({ type: "subscribe", id: `${topic} ${socket.heard.length}`, topic });
    for (const socket of sockets) for (let n = 1; n <= 4; n += 1) follow(socket, `room:${n}`);
    const answered = sockets.map(() => 0);
    await fc.assert(
      fc.asyncProperty(
        fc.array(write, { minLength: 1, maxLength: 12 }),
        fc.array(write, { maxLength: 6 }),
        async (one, other) => {
          const writers = await Promise.all([rooms.database.client(), rooms.database.client()]);
          await Promise.all(
            [one, other].map(async (writes, at) => {
              for (const sql of writes) await writers[at]?.query(sql);
            }),
          );
          await Promise.all(writers.map((writer) => writer.end()));
          for (const [at, socket] of sockets.entries()) {
            // As a client does: whoever is let in subscribes again, whenever it is told.
            const followNews = (): void => {
              const told = socket.frames.filter(({ type }) => type === "topic_available");
              for (const frame of told.slice(answered[at]))
                if ("topic" in frame && frame.topic !== undefined) follow(socket, frame.topic);
              answered[at] = told.length;
            };
            for (let n = 1; n <= 4; n += 1) await assertRight(rooms.database, socket, n, followNews);
          }
        },
      ),
      { numRuns: 8 },
    );
    for (const socket of sockets) assert.ok(!Buffer.concat(socket.bytes).includes("never"));
    await Promise.all([rooms.daemon.stop(), second.daemon.stop()]);
  });
});

/** Where what is shown begins, as SQL; positions are whole numbers to the base 36, from -2^63 on. */
function fromBound(from: string | null): string {
  if (from === null) return "true";
  const [at = 0n, id = 0n] = from
    .split(".")
    .map(
      (part) => Array.from(part).reduce((sum, digit) => sum * 36n + BigInt(Number.parseInt(digit, 36)), 0n) - 2n ** 63n,
    );
  return `((extract(epoch from created_at) * 1000000)::bigint, id) >= (${at}, ${id})`;
}

async function assertRight(
  database: TestDatabase,
  socket: TestSocket,
  room: number,
  followNews: () => void,
): Promise<void> {
  for (const set of Object.keys(ORACLE) as Set[]) {
    let [shown, expected] = ["", ""];
    await eventually(
      () => `${set} of room ${room}\n${expected}\nshown is\n${shown}`,
      async () => {
        followNews();
        const [member] = await database.query<{ is: boolean }>(
          "select exists (select from room_members where room_id = $1) as is",
          [room],
        );
        const view = ShownRows.of(socket.heard, `room:${room}`, set);
        const rows = await database.query<{ key: string; row: string }>(
          ORACLE[set].replace("where ", `where ${fromBound(view.from)} and `),
          [room],
        );
        const truth = rows.toReversed().map(({ key, row }) => [key, JSON.parse(row) as unknown] as const);
        expected = member?.is ? JSON.stringify(truth) : "closed";
        shown = view.isOpen ? JSON.stringify(view.items) : "closed";
        return shown === expected;
      },
    );
  }
}
