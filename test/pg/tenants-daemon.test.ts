/** The whole daemon, where owners are known by several columns. */
import assert from "node:assert/strict";
import { after, before, it } from "node:test";
import { WebSocket } from "ws";
import { createClient } from "../../client/client.ts";
import { topicKey } from "../../client/key.ts";
import { fetchOwner } from "../../client/fetch-owner.ts";
import { TENANTS } from "../support/oracle.ts";
import { eventually } from "../support/real-time.ts";
import { ranCommand } from "../support/recorded-shell.ts";
import { type MarketplaceDaemon, openMarketplace } from "../support/running-daemon.ts";
import { onEachServer, type TestDatabase } from "../support/servers.ts";
import { TestSocket } from "../support/socket.ts";
import { SECRET } from "../support/tokens.ts";

const ROWS = `insert into accounts values ('a/b', 3, 'UTC'), ('a', 3, 'UTC'), ('a%2Fb', 3, 'UTC');
  insert into depots values ('pt', 'x/y', 1, 'UTC');
  insert into orders values (1, 'a/b', 3, 'pt', 'x/y', 1, 'open', 1.5, now()), (2, 'a', 3, null, null, null, 'open', 20, now())`;
const order = (id: number, tenant: string): string =>
  `insert into orders values (${id}, '${tenant}', 3, null, null, null, 'open', 100, now())`;

await onEachServer("a daemon whose owners several columns name", (server) => {
  let database: TestDatabase;
  let daemon: MarketplaceDaemon;
  let port: number;

  before(async () => {
    ({ database, daemon, port } = await openMarketplace(server, ROWS, TENANTS));
  });
  after(() => daemon.stop());

  const amountOf = (data: unknown): unknown => (data as { amount?: { all: string } } | undefined)?.amount?.all;

  it("shows each of them what is its own, to a client that spells its columns in whatever way", async (t) => {
    const getToken = () => daemon.token({ owners: ["a%2fb/03", "a/3"] });
    const client = createClient({ url: daemon.url, getToken, environment: { WebSocket } });
    t.after(() => client.close());
    client.connect();
    const [one, other] = [client.owner("a%2fb/03"), client.owner(topicKey("a", 3))];
    assert.deepEqual([one.topic, other.topic], ["owner:a%2fb/03", "owner:a/3"]);
    for (const owner of [one, other]) t.after(owner.subscribe(() => undefined));
    const shown = (): unknown[] => [one, other].map((owner) => amountOf(owner.getSnapshot().metrics));
    await eventually(
      () => `their amounts: ${shown().join()}`,
      () => shown().every((amount) => amount !== undefined),
    );
    assert.deepEqual(shown(), ["1.50", "20.00"]);
    const fetched = await fetchOwner({ url: daemon.url, getToken }, topicKey("a/b", 3));
    assert.equal(amountOf(fetched.data), "1.50");
  });

  it("tells each its own events, at once and to a client that comes back, and nothing to whose token names another", async () => {
    const token = daemon.token({ owners: [topicKey("a/b", 3)], topics: ["depot:pt/x%2Fy/01"] });
    const socket = await TestSocket.welcomed(port, token);
    const subscribe = async (to: TestSocket, topic: string, resume?: string) => {
      to.say({ type: "subscribe", id: topic, topic, ...(resume !== undefined && { resume }) });
      return to.next("snapshot");
    };
    const { cursor } = await subscribe(socket, "owner:a%2Fb/3");
    assert.deepEqual((await subscribe(socket, "depot:pt/x%2Fy/1")).data["open"], 1);
    for (const topic of ["owner:a/3", "owner:a%252Fb/3", "owner:a/b/3", "owner:a"]) {
      socket.say({ type: "subscribe", id: topic, topic });
      assert.equal((await socket.next("nack")).code, "forbidden", topic);
    }
    for (const [index, tenant] of ["a", "a%2Fb", "a/b"].entries()) await database.query(order(10 + index, tenant));
    await eventually(
      () => `one event: ${JSON.stringify(socket.events)}`,
      () => socket.events.length > 0,
    );
    const told = socket.events.map(({ topic, data }) => `${topic} ${JSON.stringify(data["order"])}`);
    assert.deepEqual(told, ['owner:a%2Fb/3 "12"']);
    socket.terminate();
    const again = await TestSocket.welcomed(port, token);
    assert.equal((await subscribe(again, "owner:a%2Fb/3", cursor)).recovered, true);
    await again.settle();
    assert.deepEqual(
      again.events.map(({ topic, data }) => `${topic} ${JSON.stringify(data["order"])}`),
      told,
    );
    again.terminate();
  });

  it("is verified, owner by owner, and has nothing that doctor misses", async () => {
    const environment = {
      DATABASE_URL: database.url,
      DELTAD_CONFIG: TENANTS.configFile,
      DELTAD_PORT: String(port),
      DELTAD_JWT_SECRET: SECRET,
    };
    const run = (...args: readonly string[]) => ranCommand({ environment }, args);
    const shows = `: the running daemon at ${daemon.url.slice(0, -1)} shows what SQL says`;
    assert.deepEqual(await run("verify"), {
      code: 0,
      printed: [`3 owners${shows}`, `1 topic of the kind depot${shows}`],
    });
    assert.deepEqual(await run("verify", "--owner", "a%2Fb/3"), { code: 0, printed: [`1 owner${shows}`] });
    assert.deepEqual(
      (await run("doctor")).printed.filter((line) => /account|orders|depots/.test(line)),
      [],
    );
  });
});
