/** A client of another language, made from the protocol's description alone, against the whole daemon. */
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { it } from "node:test";
import { fileURLToPath } from "node:url";
import { freePort } from "../../daemon/database/cluster.ts";
import { BOARDS, BOARD_ROWS, widget } from "../support/boards.ts";
import { DEMO } from "../support/oracle.ts";
import { findPython } from "../support/python.ts";
import { enter, openRooms } from "../support/rooms.ts";
import { createMarketplace, createHangars, startMarketplaceDaemon } from "../support/running-daemon.ts";
import { onEachServer } from "../support/servers.ts";

const python = findPython();
const SCRIPT = fileURLToPath(new URL("../../../examples/follow.py", import.meta.url));

/**
 * By the number of the document that each follows: snapshot, update, update, snapshot, update, and none after the last update, which the
 * script compares with what REST says.
 */
const GUESTS: Readonly<Record<number, string>> = { 1: "first", 2: "second", 4: "fourth", 5: "fifth" };

/** What is written after so many documents of a room: first all rows, then what becomes of them; an edit of one that was never held too. */
const ROOM_WRITES: Readonly<Record<number, string>> = {
  1: "insert into messages (room_id, author, body) values (1, 'bob', 'new')",
  2: "update messages set body = 'edited' where id in (1, 8)",
  4: "delete from messages where id = 7",
  5: "insert into notes values ('a', 1, 'a note')",
};
const WHILE_AWAY = "insert into messages (room_id, author, body) values (1, 'bob', 'unseen')";

interface Line {
  readonly document?: "snapshot" | "metrics_updated" | "rows" | "rows_changed";
  readonly users?: Readonly<Record<string, object>>;
  readonly recovered?: boolean | null;
  readonly event?: string;
  readonly data?: { readonly guestName: string; readonly duration: number };
  readonly cut?: number;
  readonly same?: boolean;
  readonly answer?: { readonly seq: number; readonly outcome: string };
  readonly shown?: Readonly<Record<string, readonly (readonly [string, string, Record<string, unknown>])[]>>;
}

/** Calls back with every line that the script prints; gives its exit code and errors. */
async function printed(script: ChildProcess, take: (line: Line) => Promise<void>): Promise<[number | null, string]> {
  let errors = "";
  script.stderr?.on("data", (data: Buffer) => (errors += data.toString()));
  const exited = once(script, "exit") as Promise<[number | null]>;
  if (script.stdout !== null)
    for await (const line of createInterface(script.stdout)) await take(JSON.parse(line) as Line);
  return [(await exited)[0], errors];
}

await onEachServer("A client in Python", (server) => {
  it("Materialises patches, resumes without losing or repeating an event, and ends with what REST says", {
    skip: python === undefined && "python3-websockets is not installed",
  }, async (t) => {
    const database = await server.createDatabase();
    await createHangars(database, 1);
    const book = (guest: string) =>
      database.query(
        `insert into bookings (listing_id, owner_id, guest_name, status, payment_status, payment_amount, check_in, check_out)
         values (1, 1, $1, 'pending', 'unpaid', 10, now() + interval '1 day', now() + interval '2 days')`,
        [guest],
      );
    const daemon = await startMarketplaceDaemon(database, DEMO, await freePort());
    t.after(() => daemon.stop());
    const script = spawn(python ?? "", [SCRIPT, daemon.url, "owner:1", daemon.token({ ownerId: 1 }), "--away", "0.5"]);
    t.after(() => script.kill());

    const lines: Line[] = [];
    // Each write waits for what the one before it did; the third happens while the client is away.
    const [code, errors] = await printed(script, async (line) => {
      lines.push(line);
      const documents = lines.filter(({ document }) => document !== undefined).length;
      if (line.cut !== undefined) await book("third");
      else if (line.document !== undefined && GUESTS[documents]) await book(GUESTS[documents]);
    });
    assert.equal(code, 0, `${errors}\n${JSON.stringify(lines)}`);
    assert.deepEqual(
      lines.filter((line) => line.document === "snapshot").map((line) => line.recovered),
      [null, true],
    );
    const told = lines.filter((line) => line.event === "booking_created").map((line) => line.data?.guestName);
    assert.deepEqual(told.slice(0, 4), ["first", "second", "third", "fourth"]);
    assert.equal(new Set(told).size, told.length);
    // Also of the first, which comes when its owner's zone has just been found good.
    for (const { data } of lines) if (data !== undefined) assert.equal(data.duration, 1, data.guestName);
    assert.equal(lines.at(-1)?.same, true);
  });

  it("Shows a room's rows, whatever becomes of them, also after it was away, and ends with what REST says", {
    skip: python === undefined && "python3-websockets is not installed",
  }, async (t) => {
    const rooms = await openRooms(
      server,
      `insert into accounts values (7);
       insert into rooms (id, account_id, name) values (1, 7, 'one');
       insert into room_members (room_id, user_id) values (1, 'ana'), (1, 'bob');
       insert into messages (id, room_id, author, body, created_at)
       select n, 1, 'bob', 'old ' || n, timestamptz '2026-01-01' + make_interval(secs => n) from generate_series(1, 8) n;
       select setval(pg_get_serial_sequence('messages', 'id'), 100);`,
    );
    const { daemon } = rooms;
    t.after(() => daemon.stop());
    const script = spawn(python ?? "", [SCRIPT, daemon.url, "room:1", daemon.token({ sub: "ana" }), "--away", "0.5"]);
    t.after(() => script.kill());

    const lines: Line[] = [];
    const bob = await enter(rooms, { sub: "bob" });
    t.after(() => bob.terminate());
    let hasSeenBob = false;
    const [code, errors] = await printed(script, async (line) => {
      lines.push(line);
      const documents = lines.filter(({ document }) => document !== undefined).length;
      const isFirst = !hasSeenBob && line.users?.["bob"] !== undefined;
      hasSeenBob ||= isFirst;
      if (documents === 1 && line.document) bob.say({ type: "subscribe", id: "b", topic: "room:1" });
      const write = line.cut === undefined ? ROOM_WRITES[documents] : WHILE_AWAY;
      if (write !== undefined && (isFirst || line.cut !== undefined || (documents > 1 && line.document)))
        await rooms.database.query(write);
    });
    assert.equal(code, 0, `${errors}\n${JSON.stringify(lines)}`);
    const documents = lines.flatMap(({ document }) => document ?? []);
    const [rows, changed] = ["rows", "rows_changed"] as const;
    const people = lines.flatMap(({ users }) => (users ? [users] : []));
    assert.deepEqual(people.at(-1), { ana: {}, bob: {} });
    assert.deepEqual(documents, [rows, changed, changed, rows, changed, changed]);
    assert.equal(lines.at(-1)?.same, true);
  });

  it("Says that its user was removed, and ends", {
    skip: python === undefined && "python3-websockets is not installed",
  }, async (t) => {
    const { daemon, database } = await openRooms(
      server,
      `insert into accounts values (7);
       insert into rooms (id, account_id, name) values (1, 7, 'one');
       insert into room_members (room_id, user_id) values (1, 'ana');`,
    );
    t.after(() => daemon.stop());
    const script = spawn(python ?? "", [SCRIPT, daemon.url, "room:1", daemon.token({ sub: "ana" })]);
    t.after(() => script.kill());
    const [code, errors] = await printed(script, async ({ document }) => {
      if (document === "rows") await database.query("delete from room_members");
    });
    assert.deepEqual([code, errors.trim()], [1, "closed: removed"]);
  });

  it("Writes to a row, and hears what became of it with the row", {
    skip: python === undefined && "python3-websockets is not installed",
  }, async (t) => {
    const database = await server.createDatabase();
    await createMarketplace(database, BOARDS);
    await database.query(BOARD_ROWS);
    const daemon = await startMarketplaceDaemon(database, BOARDS, await freePort());
    t.after(() => daemon.stop());
    const row = { rows: "widgets", key: widget(1), register: "title" };
    const write = JSON.stringify([{ ...row, op: "set", base: { title: "w1" }, value: { title: "by python" } }]);
    const times = ["--cut-after", "1", "--stop-after", "1", "--away", "0", "--write", write];
    const script = spawn(python ?? "", [SCRIPT, daemon.url, "board:1", daemon.token({ sub: "ana" }), ...times]);
    t.after(() => script.kill());
    const lines: Line[] = [];
    const [code, errors] = await printed(script, async (line) => {
      lines.push(line);
      if (lines.filter(({ document }) => document === "rows").length === 2 && line.document)
        await database.query(`update widgets set x = 5 where id = '${widget(1)}'`);
    });
    assert.equal(code, 0, `${errors}\n${JSON.stringify(lines)}`);
    const answers = lines.flatMap(({ answer, shown }) => (answer ? [{ answer, shown }] : []));
    assert.deepEqual(
      answers.map(({ answer }) => [answer.seq, answer.outcome]),
      [[1, "applied"]],
    );
    assert.equal(answers[0]?.shown?.["widgets"]?.find(([key]) => key === widget(1))?.[2]["title"], "by python");
    assert.equal(lines.at(-1)?.same, true);
  });
});
