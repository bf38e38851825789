/**
 * Eight clients at two daemons write to one board, somebody with SQL does too, sockets are cut, sessions of the database are ended and a daemon
 * is killed. The ledger and the rows' history say what must have come of it.
 */
import assert from "node:assert/strict";
import { it } from "node:test";
import { freePort } from "../../daemon/database/cluster.ts";
import type { Outcome } from "../../protocol/operation.ts";
import { BOARDS, BOARDS_CONFIG, clientId, widget } from "../support/boards.ts";
import { BoardWriter, place, type Wanted } from "../support/board-writer.ts";
import { chances } from "../support/chances.ts";
import { DeltadProgram } from "../support/deltad-program.ts";
import { eventually, pause } from "../support/real-time.ts";
import { createMarketplace, startMarketplaceDaemon } from "../support/running-daemon.ts";
import { onEachServer } from "../support/servers.ts";
import { SECRET } from "../support/tokens.ts";

const CLIENTS = 8;
const OPERATIONS = 40;
const KEYS = [1, 2, 3].map(widget);
const ROWS = `
  insert into accounts values (7);
  insert into boards values (1, 7, null, 'b');
  insert into board_members select 1, 'user' || n, 'editor' from generate_series(1, ${CLIENTS}) n;
  insert into widgets (id, board_id, title, created_by)
  select ('00000000-0000-4000-8000-00000000000' || n)::uuid, 1, 'w' || n, 'ana' from generate_series(1, 3) n;
  create table history (id bigint generated always as identity, key text, what text, was text, became text);
  create function history() returns trigger language plpgsql security definer as $$
  begin
    if old.x is distinct from new.x then insert into public.history (key, what, was, became) values (new.id, 'place', old.x, new.x); end if;
    if old.title is distinct from new.title then insert into public.history (key, what, was, became) values (new.id, 'title', old.title, new.title); end if;
    return null;
  end $$;
  create trigger history after update on widgets for each row execute function history();`;

interface Sent {
  readonly key: string;
  readonly what: "place" | "title";
  readonly value: string;
  readonly base: string;
}

await onEachServer("clients that write while much breaks", (server) => {
  it("Every client ends with the rows, every operation with one outcome, and none is applied twice", async (test) => {
    const database = await server.createDatabase();
    await createMarketplace(database, BOARDS);
    await database.query(ROWS);
    const ports = [await freePort(), await freePort()];
    const [port = 0, otherPort = 0] = ports;
    const daemon = await startMarketplaceDaemon(database, BOARDS, port);
    test.after(() => daemon.stop());
    const program = await DeltadProgram.make({
      DATABASE_URL: database.url,
      DELTAD_CONFIG: BOARDS_CONFIG,
      DELTAD_JWT_SECRET: SECRET,
      DELTAD_PORT: String(otherPort),
    });
    test.after(() => program.remove());
    let other = program.start("start");
    await other.says(/listening/);

    const seed = String(Date.now());
    test.diagnostic(`seed ${seed}`);
    const chance = chances(seed);
    const writers = Array.from({ length: CLIENTS }, (_, n) => new BoardWriter(`user${n + 1}`, n + 1));
    const sent = writers.map(() => new Map<number, Sent>());
    let isOver = false;
    let value = 1_000;

    /** Sees to it that a client is connected, to whichever daemon there is, and repeats what is refused for now. */
    const keep = async (writer: BoardWriter): Promise<void> => {
      let since = 0;
      let waiting = 0;
      while (!isOver) {
        if (!writer.isConnected) {
          const at = ports[Math.floor(chance() * ports.length)] ?? 0;
          await writer.connect(at, daemon.token({ sub: writer.user })).catch(() => writer.cut());
        } else if (writer.waiting > 0 && waiting === writer.settled.size) since += 1;
        else since = 0;
        waiting = writer.settled.size;
        // What may pass later, or was refused as too much, is asked for again.
        if (since >= 20) {
          since = 0;
          writer.repeat();
        }
        await pause(25, "chance");
      }
    };

    const write = async (at: number): Promise<void> => {
      const writer = writers[at] ?? assert.fail("a writer");
      for (let n = 0; n < OPERATIONS; n += 1) {
        await eventually("rows", () => writer.isThere && writer.waiting < 5, { withinMs: 120_000 });
        const key = KEYS[Math.floor(chance() * KEYS.length)] ?? "";
        const row = writer.shown.get(key) ?? {};
        const what = chance() < 0.6 ? "place" : "title";
        const became = `${(value += 1)}`;
        const base = String(what === "place" ? row["x"] : row["title"]);
        const wanted: Wanted =
          what === "place"
            ? place(key, value, Number(base))
            : { op: "set", key, register: "title", value: { title: became }, base: { title: base } };
        sent[at]?.set(writer.send([wanted]), { key, what, value: became, base });
        if (chance() < 0.3) await pause(chance() * 60, "chance");
        if (chance() < 0.08) writer.cut();
      }
      await eventually(`answers for ${writer.user}`, () => writer.waiting === 0, { withinMs: 120_000 });
    };

    const breakThings = async (): Promise<void> => {
      for (let round = 0; round < 3 && !isOver; round += 1) {
        await pause(300, "chance");
        const key = KEYS[round];
        await database.query(`update widgets set x = ${(value += 1)}, title = '${(value += 1)}' where id = '${key}'`);
        await database.query(
          "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'deltad/writes' and datname = current_database()",
        );
        await pause(300, "chance");
        other.child.kill("SIGKILL");
        await other.exited;
        other = program.start("start");
        await other.says(/listening/);
      }
    };

    const keeping = writers.map(keep);
    try {
      await Promise.all([breakThings(), ...writers.map((_, at) => write(at))]);
      const rows = await database.query<{ id: string; x: number; title: string }>(
        "select id::text, x, title from widgets where board_id = 1 order by id",
      );
      for (const writer of writers)
        await eventually(
          () => `${writer.user} to show the rows: ${JSON.stringify([...writer.shown])}`,
          () =>
            rows.every(
              ({ id, x, title }) => writer.shown.get(id)?.["x"] === x && writer.shown.get(id)?.["title"] === title,
            ),
          { withinMs: 120_000 },
        );
    } finally {
      isOver = true;
      await Promise.all(keeping);
      for (const writer of writers) writer.cut();
    }

    const ledger = await database.query<{ client: string; seq: string; outcome: Outcome }>(
      "select client::text, seq::text, outcome from deltad.operation o order by o.client, o.seq",
    );
    const history = await database.query<{ key: string; what: string; was: string; became: string }>(
      "select key, what, was, became from history order by id",
    );
    let applied = 0;
    for (const [at, writer] of writers.entries()) {
      const own = ledger.filter(({ client }) => client === clientId(at + 1));
      assert.deepEqual(
        own.map(({ seq }) => Number(seq)),
        Array.from({ length: OPERATIONS }, (_, n) => n + 1),
      );
      for (const { seq, outcome } of own) {
        const { key, what, value: became, base } = sent[at]?.get(Number(seq)) ?? assert.fail("it was sent");
        const told = writer.settled.get(Number(seq))?.outcome;
        assert.deepEqual(told?.outcome === "duplicate" ? told.first : told, outcome);
        const times = history.filter((one) => one.key === key && one.what === what && one.became === became);
        assert.equal(
          times.length,
          outcome.outcome === "applied" ? 1 : 0,
          `${what} ${became}: ${JSON.stringify(outcome)}`,
        );
        if (outcome.outcome !== "applied") {
          assert.ok(outcome.outcome === "conflict" || outcome.outcome === "invalid", JSON.stringify(outcome));
          continue;
        }
        applied += 1;
        const was = times[0]?.was ?? "";
        if (what === "title") assert.equal(was, base, "who had not seen the value did not change it");
        else assert.deepEqual(outcome.overwrote, was === base ? undefined : { x: Number(was), y: 0 });
      }
    }
    assert.ok(applied > OPERATIONS, `${applied} were applied`);
  });
});
