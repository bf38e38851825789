/** The whole daemon, where the configuration declares several kinds of topics: whatever an owner's topic has, each has. */
import assert from "node:assert/strict";
import { after, before, it } from "node:test";
import type { Schema } from "../../protocol/schema.ts";
import { KINDS, oracleDocuments } from "../support/oracle.ts";
import { eventually } from "../support/real-time.ts";
import { ranCommand } from "../support/recorded-shell.ts";
import { type MarketplaceDaemon, openMarketplace } from "../support/running-daemon.ts";
import { onEachServer, type TestDatabase } from "../support/servers.ts";
import { type DownOf, TestSocket } from "../support/socket.ts";
import { SECRET } from "../support/tokens.ts";

const TOPICS = ["owner:1", "room:1", "room:2", "city:lis", "platform:all"];
const ROWS = `insert into hosts values (1, 'UTC'), (2, 'Asia/Tokyo');
  insert into rooms values (1, 1, 'America/Havana', 'open'), (2, 2, 'UTC', 'open');
  insert into cities values ('lis', 'Europe/Lisbon', 'EUR')`;
const stay = (id: number, room = 1): string =>
  `insert into stays (id, host_id, room_id, city, state, amount, paid_at, check_in, check_out)
   values (${id}, 1, ${room}, 'lis', 'booked', 10.5, now(), now() - interval '1 hour', now() + interval '1 day')`;

await onEachServer("a daemon with several kinds of topics", (server) => {
  let database: TestDatabase;
  let daemon: MarketplaceDaemon;
  let port: number;

  before(async () => {
    ({ database, daemon, port } = await openMarketplace(server, `${ROWS}; ${stay(3, 2)}`, KINDS));
  });
  after(() => daemon.stop());

  async function subscribed(socket: TestSocket, topic: string, resume?: string): Promise<DownOf<"snapshot">> {
    socket.say({ type: "subscribe", id: topic, topic, ...(resume !== undefined && { resume }) });
    return socket.next("snapshot");
  }

  const get = (path: string, claims: object): Promise<Response> =>
    fetch(new URL(path, daemon.url), { headers: { authorization: `Bearer ${daemon.token(claims)}` } });

  it("shows each topic as SQL says it is, to who is named in `topics` and to administrators", async () => {
    await database.query(stay(1));
    const expected = await oracleDocuments(KINDS, database, Date.now() * 1000);
    for (const claims of [{ topics: TOPICS }, { role: "admin" }]) {
      const socket = await TestSocket.welcomed(port, daemon.token(claims));
      for (const topic of TOPICS) {
        const { data } = await subscribed(socket, topic);
        assert.deepEqual(data, expected.get(topic.replace(/^owner:/, "")), topic);
        const answer = await get(`/v1/topics/${topic}`, claims);
        assert.deepEqual(((await answer.json()) as DownOf<"snapshot">).data, data, topic);
      }
      socket.terminate();
    }
  });

  it("refuses a topic that a token does not name, whether it exists or not, and a key that no such topic can have", async () => {
    const socket = await TestSocket.welcomed(port, daemon.token({ ownerId: 1, topics: ["room:1"] }));
    for (const topic of ["platform:all", "platform:none", "room:2", "city:lis", "house:1"]) {
      socket.say({ type: "subscribe", id: topic, topic });
      assert.equal((await socket.next("nack")).code, "forbidden", topic);
    }
    const admin = await TestSocket.welcomed(port, daemon.token({ role: "admin" }));
    for (const topic of ["platform:none", "room:lis", "house:1"]) {
      admin.say({ type: "subscribe", id: topic, topic });
      assert.equal((await admin.next("nack")).code, "unknown_topic", topic);
    }
    for (const each of [socket, admin]) each.terminate();
  });

  it("tells each topic its own events of one write, and a client that comes back those that it missed", async () => {
    const socket = await TestSocket.welcomed(port, daemon.token({ topics: TOPICS }));
    const cursors = new Map<string, string>();
    for (const topic of TOPICS) cursors.set(topic, (await subscribed(socket, topic)).cursor);
    await database.query(stay(2, 2));
    await database.query("insert into tips (stay_id, amount) values (1, 3)");
    await database.query("delete from stays where id = 3");
    const told = (socketOf: TestSocket): string[] =>
      socketOf.events.map(({ type, topic, id }) => `${topic} ${type} ${id}`).toSorted();
    await eventually(
      () => `the events of all topics: ${told(socket).join(", ")}`,
      () => socket.events.length === 4,
    );
    const heard = told(socket);
    assert.deepEqual(
      heard.map((event) => event.split(" ").slice(0, 2).join(" ")),
      ["owner:1 stay_made", "platform:all room_changed", "platform:all tip_given", "room:2 stay_gone"],
    );
    const dataOf = (name: string): unknown => socket.events.find(({ type }) => type === name)?.data;
    assert.deepEqual([dataOf("tip_given"), dataOf("stay_gone")], [{ amount: "3.00", city: "lis" }, { no: "3" }]);
    socket.terminate();
    const again = await TestSocket.welcomed(port, daemon.token({ topics: TOPICS }));
    for (const topic of TOPICS) {
      const { recovered } = await subscribed(again, topic, cursors.get(topic));
      assert.equal(recovered, true, topic);
    }
    await again.settle();
    assert.deepEqual(told(again), heard);
    again.terminate();
  });

  it("says of each kind what it shows", async () => {
    const schema = (await (await get("/v1/schema", { ownerId: 1 })).json()) as Schema;
    assert.deepEqual(Object.keys(schema.topics ?? {}), ["room", "city", "platform"]);
    assert.deepEqual(
      schema.topics?.["room"]?.metrics.map(({ path }) => path.join(".")),
      ["stays", "now", "revenue.today", "revenue.perMonth", "tips.amount", "tips.count"],
    );
    assert.deepEqual(
      schema.topics["platform"]?.events.map(({ name }) => name),
      ["tip_given", "room_changed"],
    );
  });

  it("verify compares the topics of all kinds, or of one", async () => {
    const environment = {
      DATABASE_URL: database.url,
      DELTAD_CONFIG: KINDS.configFile,
      DELTAD_PORT: String(port),
      DELTAD_JWT_SECRET: SECRET,
    };
    const verify = (...args: readonly string[]) => ranCommand({ environment }, ["verify", ...args]);
    const shows = `: the running daemon at ${daemon.url.slice(0, -1)} shows what SQL says`;
    assert.deepEqual(await verify(), {
      code: 0,
      printed: [
        "2 owners",
        "2 topics of the kind room",
        "1 topic of the kind city",
        "1 topic of the kind platform",
      ].map((topics) => `${topics}${shows}`),
    });
    assert.deepEqual(await verify("--kind", "room", "--owner", "2"), {
      code: 0,
      printed: [`1 topic of the kind room${shows}`],
    });
    assert.match(
      (await verify("--kind", "house").catch((error: unknown) => ({ printed: [String(error)] }))).printed.join(),
      /no kind of topics called house: it has owner, room, city, platform/,
    );
  });
});
