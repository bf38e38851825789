import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { Attendance } from "../../../client/channels/attendance.ts";
import { type Channel, openChannel } from "../../../client/channels/channel.ts";
import { type Client, createClient } from "../../../client/client.ts";
import type { Up } from "../../../protocol/up.ts";
import { FakeDaemon } from "../../../testing/fake-daemon.ts";
import { ManualClock } from "../../support/manual-clock.ts";

const settle = () => new Promise(setImmediate);

describe("Who is at a channel", () => {
  let clock: ManualClock;
  let daemon: FakeDaemon;
  let client: Client;
  let room: Channel<Record<string, object>>;
  let errors: string[];

  beforeEach(() => {
    clock = new ManualClock();
    daemon = new FakeDaemon(clock);
    errors = [];
    client = createClient({
      url: daemon.url,
      getToken: () => "token",
      onError: (error) => errors.push(String(error)),
      environment: { ...clock.parts, WebSocket: daemon.WebSocket, random: () => 1 },
    });
    room = openChannel(client, "room", "42");
    daemon.channel("room:42").setPresence([{ user: "ana", state: { mood: "good" } }, { user: "bob" }]);
    daemon.channel("room:42").setTyping(["bob"]);
  });
  afterEach(() => {
    client.close();
    assert.deepEqual([daemon.connections, clock.pending, errors], [0, 0, []]);
  });

  const present = () => room.presence.getSnapshot();
  const names = () => present().users?.map(({ user }) => user);
  const said = () => daemon.channel("room:42").said;
  async function connect(): Promise<void> {
    client.connect();
    await settle();
  }

  it("is known to whoever listens to nothing else, the same objects until something changes", async () => {
    assert.deepEqual([present().users, present().count], [undefined, undefined]);
    let calls = 0;
    room.presence.subscribe(() => (calls += 1));
    await connect();
    assert.deepEqual([names(), present().count, present().connection.state], [["ana", "bob"], 2, "live"]);
    const before = present();
    assert.equal(room.presence.getSnapshot(), before);
    assert.equal(room.presence, openChannel(client, "room", 42).presence);
    const heard = calls;
    daemon.channel("room:42").setPresence([
      { user: "bob", isAway: true },
      { user: "ana", state: { mood: "good" } },
    ]);
    await settle();
    assert.equal(calls, heard + 1);
    assert.deepEqual([present().users?.[0] === before.users?.[0], present().users?.[1]?.isAway], [true, true]);
    daemon.channel("room:42").setPresence(undefined, { count: 300, isPartial: true });
    await settle();
    assert.deepEqual([present().users, present().count, present().isPartial], [undefined, 300, true]);
  });

  it("stays while the connection is away, marked, and is replaced by what the next one tells; nobody types meanwhile", async () => {
    room.presence.subscribe(() => undefined);
    let calls = 0;
    room.typing.subscribe(() => (calls += 1));
    await connect();
    assert.deepEqual(room.typing.getSnapshot(), { users: ["bob"], more: 0 });
    const { users } = present();
    daemon.cut();
    await settle();
    const heard = calls;
    assert.ok(heard > 0);
    assert.deepEqual([present().users === users, present().connection.state], [true, "retrying"]);
    const nobody = room.typing.getSnapshot();
    assert.deepEqual(nobody, { users: [], more: 0 });
    daemon.channel("room:42").setPresence([{ user: "bob" }]);
    daemon.channel("room:42").setTyping([]);
    await connect();
    assert.deepEqual([names(), room.typing.getSnapshot() === nobody], [["bob"], true]);
  });

  it("ends with who is removed: nobody types, and those who were there are no more vouched for", async () => {
    room.presence.subscribe(() => undefined);
    await connect();
    daemon.channel("room:42").close();
    await settle();
    assert.deepEqual([room.typing.getSnapshot().users, present().connection.state], [[], "closed"]);
  });

  it("hears what a client says of its user, now and after each lost connection, what is the same once", async () => {
    room.present({ mood: "well" });
    room.present({ mood: "good" });
    const undo = room.presence.subscribe(() => undefined);
    await connect();
    assert.deepEqual(said(), [{ state: { mood: "good" } }]);
    room.present({ mood: "good" });
    room.present("off");
    await settle();
    daemon.cut();
    await settle();
    await connect();
    daemon.cut();
    await settle();
    room.present(null);
    await connect();
    assert.deepEqual(said().slice(1), [{ state: "off" }, { state: "off" }, { state: null }]);
    undo();
    await settle();
    room.present("unheard");
    await settle();
    assert.equal(said().length, 4);
  });

  it("hears at most every three seconds that one types, and at once that one has stopped", async () => {
    room.type();
    room.typing.subscribe(() => undefined);
    await connect();
    for (let key = 0; key < 8; key += 1) {
      room.type();
      clock.advance(1_000);
    }
    room.type(false);
    room.type(false);
    room.type();
    await settle();
    const signs = [true, true, true, false, true].map((isTyping) => ({ isTyping }));
    assert.deepEqual(said(), signs);
    // By then the daemon has ended it.
    clock.advance(6_001);
    room.type(false);
    // Of a daemon that comes back nobody types.
    room.type();
    await settle();
    daemon.cut();
    await settle();
    await connect();
    room.type();
    await settle();
    assert.deepEqual(said().slice(signs.length), [{ isTyping: true }, { isTyping: true }]);
  });

  it("is no matter where the kind of channels has none of it, but for whoever says something", async () => {
    const other = openChannel(client, "room", "43");
    daemon.channel("room:43").setRows("messages", []);
    other.presence.subscribe(() => undefined);
    await connect();
    assert.deepEqual(
      [other.presence.getSnapshot().count, other.presence.getSnapshot().connection.state],
      [undefined, "live"],
    );
    other.present("here");
    other.type();
    await settle();
    assert.deepEqual(errors.splice(0), ["Error: room:43: no_presence", "Error: room:43: no_presence"]);
  });
});

it("What can't be said, as there is no WebSocket, is told to whoever said it, but not a sign of typing", () => {
  const clock = new ManualClock();
  const sent: string[] = [];
  const errors: unknown[] = [];
  const attendance = new Attendance(
    "room:42",
    {
      ...clock.parts,
      report: (error) => errors.push(error),
      socket: () => ({
        send: (each) => sent.push(each.type === "present" || each.type === "typing" ? (each.id ?? "") : ""),
      }),
    },
    () => undefined,
  );
  attendance.subscribed();
  attendance.present("here");
  attendance.type(true);
  for (const id of sent) attendance.refused({ id, code: "unavailable" });
  assert.deepEqual([sent.length, errors.map(String), clock.pending], [2, ["Error: room:42: unavailable"], 0]);
});

/** An attendance that must report nothing, what it sends, and a refusal of the last of that. */
function saying() {
  const clock = new ManualClock();
  const sent: Up[] = [];
  const attendance = new Attendance(
    "room:42",
    {
      ...clock.parts,
      report: (error) => assert.fail(String(error)),
      socket: () => ({ send: (message) => sent.push(message) }),
    },
    () => undefined,
  );
  const refuseLast = (): void =>
    attendance.refused({ id: (sent.at(-1) as { id: string }).id, code: "too_many_messages" });
  return { clock, sent, attendance, refuseLast };
}

it("What was said too often is said again later, as it is by then, unless the connection is gone", () => {
  const { clock, sent, attendance, refuseLast } = saying();
  const states = () => sent.map((each) => each.type === "present" && each.state);
  attendance.subscribed();
  attendance.present("a");
  refuseLast();
  attendance.present("b");
  // What goes on at the channel is no reason to say it sooner.
  for (let at = 0; at < 100; at += 1)
    attendance.receive({ type: "presence", timestamp: 1, topic: "room:42", count: at, users: [] });
  assert.deepEqual([states(), clock.pending], [["a"], 1]);
  clock.advance(10_000);
  assert.deepEqual([states(), clock.pending], [["a", "b"], 0]);
  refuseLast();
  attendance.lost();
  assert.equal(clock.pending, 0);
  attendance.present("c");
  assert.equal(sent.length, 2);
  // An answer to something else.
  attendance.subscribed();
  attendance.refused({ id: "1", code: "too_many_messages" });
  attendance.refused({ id: undefined, code: "bad_json" });
  assert.deepEqual([states(), clock.pending], [["a", "b", "c"], 0]);
});

it("A sign of typing that was too much is said again by a keystroke a second later, and then that one has stopped", () => {
  const { clock, sent, attendance, refuseLast } = saying();
  const signs = () => sent.splice(0).map((each) => each.type === "typing" && each.on);
  attendance.subscribed();
  attendance.type(true);
  refuseLast();
  for (let key = 0; key < 9; key += 1) {
    attendance.type(true);
    clock.advance(100);
  }
  assert.deepEqual(signs(), [true]);
  clock.advance(100);
  attendance.type(true);
  attendance.type(true);
  attendance.type(false);
  assert.deepEqual(signs(), [true, false]);
});
