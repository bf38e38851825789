/** `deltad verify` of channels: what a running daemon shows of them is compared with their rows by SQL. */
import assert from "node:assert/strict";
import { after, before, it } from "node:test";
import { runProgram } from "../../../daemon/cli/program.ts";
import { compileKinds } from "../../../daemon/plan/compile.ts";
import { loadDefinitionFile } from "../../../daemon/define/definition-file.ts";
import { DaemonDocuments } from "../../../daemon/verify/daemon-documents.ts";
import type { Verdict } from "../../../daemon/verify/verdict.ts";
import { verifyChannels } from "../../../daemon/verify/verify-channels.ts";
import { recordedShell } from "../../support/recorded-shell.ts";
import { come, enter, openRooms, type Rooms, ROOMS_CONFIG } from "../../support/rooms.ts";
import { onEachServer } from "../../support/servers.ts";
import { SECRET } from "../../support/tokens.ts";

const ROWS = `
  insert into accounts values (7);
  insert into rooms (id, account_id, name) select n, 7, 'room' from generate_series(1, 5) n;
  insert into messages (room_id, author, body, tags, extra, deleted_at)
  select n % 4 + 1, 'ana', 'message ' || n, array['a', 'b'], '{"x": [1, null]}', case when n % 7 = 0 then now() end
    from generate_series(1, 60) n;
  insert into notes select 'n' || n, 5, 'note' from generate_series(1, 1001) n;
  insert into notes values ('a', 1, 'first');`;

await onEachServer("verify of channels", (server) => {
  let rooms: Rooms;
  let documents: DaemonDocuments;

  before(async () => {
    rooms = await openRooms(server, ROWS);
    documents = new DaemonDocuments({ url: rooms.daemon.url, token: () => rooms.daemon.token({ role: "admin" }) });
  });
  after(() => rooms.daemon.stop());

  const verdictOf = async (
    between: (tries: number) => Promise<unknown> = async () => undefined,
    kind = "plaza",
    readRows: DaemonDocuments["readRows"] = (of, keys) => documents.readRows(of, keys),
  ): Promise<Verdict> => {
    const plan = compileKinds(await loadDefinitionFile(ROOMS_CONFIG)).channels.find((one) => one.kind === kind);
    let tries = 0;
    return verifyChannels({
      url: rooms.database.url,
      plan: plan ?? assert.fail(kind),
      choice: { kind: "all" },
      daemon: {
        url: "there",
        readRows: async (of, keys) => {
          tries += 1;
          await between(tries);
          return readRows(of, keys);
        },
      },
      check: async () => [],
      progress: () => undefined,
      stopping: new AbortController().signal,
    });
  };
  const write = (statement: string): Promise<unknown> => rooms.database.query(statement);

  it("rows that are what SQL says are equal, also where more are held than must be, and those that change are compared again", async () => {
    const socket = await come(rooms, { sub: "x" }, "plaza:2");
    await write("insert into messages (room_id, author, body) values (2, 'ana', 'one more')");
    await socket.next("rows_changed");
    const { compared, differing, unsettled } = await verdictOf();
    assert.deepEqual([compared, differing, unsettled], [5, 0, []]);
    const again = await verdictOf(async (tries) => (tries > 1 ? undefined : write("update messages set stars = 1")));
    assert.deepEqual([again.compared, again.differing, again.unsettled], [5, 0, []]);
    const never = await verdictOf((tries) => write(`update messages set stars = ${10 + tries} where room_id = 3`));
    assert.deepEqual([never.compared, never.unsettled], [4, ["3"]]);
    socket.terminate();
  });

  it("a channel that holds too much to be shown is not compared", async () => {
    const { compared, differing, unsettled } = await verdictOf(undefined, "club");
    assert.deepEqual([compared, differing, unsettled], [4, 0, ["5"]]);
  });

  it("rows that changed unseen are named, with what is shown and what SQL says, and the command says so", async () => {
    const socket = await enter(rooms, { sub: "x" });
    socket.say({ type: "subscribe", id: "s", topic: "plaza:1" });
    const { sets } = await socket.next("rows");
    const [key = ""] = sets["messages"]?.items.at(-1) ?? [];
    await write(
      `begin; update messages set body = 'unseen' where id = ${key};
       delete from deltad.change_room_messages where change_xid = pg_current_xact_id(); commit`,
    );
    const { differing, differences } = await verdictOf();
    assert.deepEqual(
      [differing, differences.map(({ owner, path, expected }) => [owner, path.join("."), expected])],
      [1, [["1", `messages.${key}.row.body`, "unseen"]]],
    );
    const run = async (args: string): Promise<readonly [number, readonly string[], string]> => {
      let code = 0;
      const printed: string[] = [];
      const shell = recordedShell({
        environment: {
          DATABASE_URL: rooms.database.url,
          DELTAD_CONFIG: ROOMS_CONFIG,
          DELTAD_PORT: String(rooms.port),
          DELTAD_JWT_SECRET: SECRET,
        },
        print: (line) => void printed.push(line),
        setExitCode: (told) => void (code = told),
      });
      await runProgram(shell, () => Promise.reject(new Error("no demo")), ["verify", ...args.split(" ")]);
      return [code, printed, shell.complaints.join("")];
    };
    const [code, [line = "", summary = ""]] = await run("--kind plaza --seed x --sample 10");
    assert.equal(code, 1);
    assert.match(
      line,
      new RegExp(`^plaza 1: the daemon: messages\\.${key}\\.row\\.body: message \\d+, by SQL unseen$`),
    );
    assert.match(summary, /^1 of 5 topics of the kind plaza differ: the running daemon at .* a sample, by --seed x$/);
    assert.equal((await run("--kind plaza --owner 2"))[0], 0);
    await assert.rejects(run("--kind plaza --fresh"), /plaza is a kind of channels.*leave out --fresh/);
    socket.terminate();
  });

  it("a channel that goes meanwhile differs where that is unseen; so does one that the daemon does not know", async () => {
    const told = ({ differences }: Verdict): unknown[][] =>
      differences.map(({ owner, path, found, expected }) => [owner, path.join(), found, expected]);
    const unknown: DaemonDocuments["readRows"] = async (_, keys) => keys.map((owner) => ({ kind: "missing", owner }));
    assert.deepEqual(told(await verdictOf(undefined, "plaza", unknown)).slice(0, 1), [
      ["1", "channel", "no such channel", "there"],
    ]);
    const deletes = (room: number, rest: string) => async (tries: number) =>
      tries > 1 ? undefined : write(`begin; delete from rooms where id = ${room}; ${rest} commit`);
    const gone = await verdictOf(deletes(3, ""), "office");
    assert.deepEqual([gone.differing, gone.unsettled.includes("3")], [0, false]);
    const socket = await come(rooms, { sub: "x" }, "plaza:4");
    const unseen = deletes(4, "delete from deltad.change_rooms where change_xid = pg_current_xact_id();");
    assert.deepEqual(
      told(await verdictOf(unseen)).filter(([owner]) => owner === "4"),
      [["4", "channel", "there", "no such channel"]],
    );
    socket.terminate();
  });
});
