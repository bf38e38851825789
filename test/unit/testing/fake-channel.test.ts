import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { type Channel, openChannel, type RowsView } from "../../../client/channels/channel.ts";
import { type AnyStreamTypes, type Client, createClient } from "../../../client/client.ts";
import { FakeDaemon } from "../../../testing/fake-daemon.ts";

interface Message {
  readonly author: string;
  readonly body: string;
}
type Kinds = Readonly<Record<"room", { readonly messages: Message; readonly notes: { readonly text: string } }>>;

const settle = () => new Promise(setImmediate);
const message = (n: number) => ({ key: String(n), row: { body: `no. ${n}` } });
/** What becomes of a promise within a turn. */
async function outcome(promise: Promise<unknown>): Promise<string> {
  let said = "pending";
  promise.then(
    () => (said = "done"),
    (error: unknown) => (said = (error as Error).message),
  );
  await settle();
  return said;
}
const numbered = (most: number) => Array.from({ length: most }, (_, at) => message(at + 1));

/** As a user's own test would be. */
describe("A channel of the fake daemon", () => {
  let daemon: FakeDaemon<AnyStreamTypes, Kinds>;
  let client: Client;
  let room: Channel<Kinds["room"]>;
  const stops: (() => void)[] = [];

  const messages = (): RowsView<Message> => room.rows("messages").getSnapshot();
  const bodies = () => messages().items?.map(({ row }) => row.body);
  const follow = (): void => void stops.push(room.rows("messages").subscribe(() => undefined));

  beforeEach(() => {
    daemon = new FakeDaemon();
    const { WebSocket, url } = daemon;
    client = createClient({ url, getToken: () => "token", environment: { WebSocket, random: () => 1 } });
    room = openChannel<Kinds, "room">(client, "room", "42");
    daemon.channel("room:42").setRows("messages", numbered(2));
    client.connect();
  });
  afterEach(() => {
    client.close();
    assert.equal(daemon.connections, 0);
  });

  it("shows its rows in order, and what becomes of them", async () => {
    const told: string[] = [];
    room.on("messages", {
      inserted: ({ key }) => told.push(`+${key}`),
      updated: ({ row }) => told.push(row.body),
      deleted: ({ row }) => told.push(`-${row.body}`),
    });
    await settle();
    assert.deepEqual([bodies(), messages().connection.state, messages().hasOlder], [["no. 1", "no. 2"], "live", false]);
    const control = daemon.channel("room:42");
    control.insert("messages", "3", { author: "ana", body: "new" });
    control.update("messages", "1", { body: "edited" });
    control.delete("messages", "2");
    control.insert("notes", "n", { text: "a note" });
    await settle();
    assert.deepEqual(
      [bodies(), told],
      [
        ["edited", "new"],
        ["+3", "edited", "-no. 2"],
      ],
    );
    assert.deepEqual(room.rows("notes").getSnapshot().items, undefined);
    control.setRows("messages", [message(3)]);
    await settle();
    assert.deepEqual(bodies(), ["no. 3"]);
    assert.deepEqual(told.slice(3), ["no. 3", "-edited"]);
  });

  it("is the same array of the same items while they are the same, also after a lost connection", async () => {
    follow();
    await settle();
    const { items } = messages();
    daemon.channel("room:42").insert("notes", "n", { text: "another set" });
    await settle();
    assert.equal(messages().items, items);
    daemon.cut();
    await settle();
    assert.deepEqual([messages().items, messages().connection.state], [items, "retrying"]);
    client.connect();
    await settle();
    assert.deepEqual([messages().connection.state, messages().items === items], ["live", true]);
  });

  it("has older rows read page by page, each page once for whoever asks meanwhile", async () => {
    daemon.channel("room:42").setRows("messages", numbered(10), 3);
    follow();
    await settle();
    assert.deepEqual([bodies(), messages().hasOlder], [["no. 8", "no. 9", "no. 10"], true]);
    const asking = Promise.all([room.older("messages", 4), room.older("messages", 4)]);
    assert.equal(messages().isLoadingOlder, true);
    assert.equal(await outcome(asking), "done");
    assert.deepEqual([bodies()?.length, bodies()?.[0], messages().isLoadingOlder], [7, "no. 4", false]);
    daemon.channel("room:42").delete("messages", "1");
    await room.older("messages");
    assert.deepEqual([bodies()?.length, bodies()?.[0], messages().hasOlder], [9, "no. 2", false]);
    await room.older("messages");
  });

  it("a page that a snapshot overtakes is asked for again, from where the rows then begin", async () => {
    daemon.channel("room:42").setRows("messages", numbered(10), 3);
    follow();
    await settle();
    const asking = room.older("messages", 2);
    daemon.channel("room:42").setRows("messages", numbered(10), 2);
    await asking;
    assert.deepEqual(bodies(), ["no. 7", "no. 8", "no. 9", "no. 10"]);
  });

  it("older rows are not had without a connection, and whoever waits for them is told when it is lost", async () => {
    daemon.channel("room:42").setRows("messages", numbered(10), 3);
    follow();
    await settle();
    const asking = room.older("messages");
    daemon.cut();
    assert.equal(await outcome(asking), "not connected");
    assert.equal(messages().isLoadingOlder, false);
    assert.equal(await outcome(room.older("messages")), "not connected");
    // Nobody follows it: the daemon would not answer for it.
    for (const stop of stops) stop();
    client.connect();
    await settle();
    assert.equal(await outcome(room.older("messages")), "not connected");
  });

  it("is closed to whoever is removed, and open again to whoever is let in", async () => {
    follow();
    await settle();
    daemon.channel("room:42").close();
    await settle();
    const { connection, items } = messages();
    assert.deepEqual([connection.state, items?.length], ["closed", 2]);
    assert.equal(connection.state === "closed" && connection.cause.reason, "removed");
    daemon.channel("room:42").insert("messages", "3", { body: "unseen" });
    await settle();
    assert.equal(bodies()?.length, 2);
    daemon.channel("room:42").open();
    await settle();
    assert.deepEqual([messages().connection.state, bodies()?.length], ["live", 3]);
  });

  it("refuses whoever asks for one that is closed, and one that may not be followed", async () => {
    daemon.channel("room:42").close("too_large");
    follow();
    await settle();
    const { connection } = messages();
    assert.equal(connection.state === "closed" && connection.cause.code, "too_large");
    daemon.mayFollow = (name) => name !== "room:42";
    daemon.channel("room:42").open();
    client.connect();
    await settle();
    assert.equal(messages().connection.state, "closed");
    daemon.mayFollow = () => true;
    daemon.channel("room:42").open();
    await settle();
    assert.equal(messages().connection.state, "live");
  });

  it("is stale and live", async () => {
    follow();
    await settle();
    daemon.channel("room:42").stale();
    await settle();
    assert.equal(messages().connection.state, "stale");
    daemon.channel("room:42").live();
    await settle();
    assert.equal(messages().connection.state, "live");
  });

  it("says what a test asks that can't be", () => {
    const control = daemon.channel("room:42");
    assert.throws(() => control.insert("messages", "1", {}), /a row of messages has the key 1 already: update it/);
    assert.throws(() => control.update("messages", "9", {}), /no row of messages has the key 9: insert it/);
    assert.throws(() => control.delete("notes", "1"), /no row of notes has the key 1/);
    assert.throws(() => control.setRows("messages", [message(1), message(1)]), /two rows of messages have the key 1/);
    assert.throws(() => daemon.topic("room:42"), {
      name: "TypeError",
      message: /^room:42 is a channel: call daemon\.channel/,
    });
    const other = new FakeDaemon();
    other.topic("room:1").setMetrics({});
    assert.throws(() => other.channel("room:2"), {
      name: "TypeError",
      message: /^room:1 is known as a topic with metrics/,
    });
  });
});

it("A channel is the same object for the same client, kind and key, and refuses what is none", () => {
  const client = createClient({ url: "https://live.example.com", getToken: () => "token" });
  assert.equal(openChannel(client, "room", "42"), openChannel(client, "room", 42));
  assert.notEqual(openChannel(client, "room", "42"), openChannel(client, "club", "42"));
  for (const key of ["", undefined, Number.NaN, null] as unknown as string[])
    assert.throws(() => openChannel(client, "room", key), { name: "TypeError", message: /^channel "room:/ });
  client.topic("room:43");
  assert.throws(() => openChannel(client, "room", "43"), { name: "TypeError", message: /^channel "room:43"/ });
});
