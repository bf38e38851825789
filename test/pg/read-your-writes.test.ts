/** Whoever writes can know that dashboards have it. */
import assert from "node:assert/strict";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { after, before, it, type TestContext } from "node:test";
import pg from "pg";
import { WebSocket } from "ws";
import { caughtUp } from "../../client/caught-up.ts";
import { createClient } from "../../client/client.ts";
import { freePort } from "../../daemon/database/cluster.ts";
import { createApplication } from "../../examples/read-your-writes.ts";
import { DEMO } from "../support/oracle.ts";
import {
  createHangars,
  type MarketplaceDaemon,
  openMarketplace,
  startMarketplaceDaemon,
} from "../support/running-daemon.ts";
import { onEachServer, type TestDatabase } from "../support/servers.ts";
import { TestSocket } from "../support/socket.ts";

const OWNERS = 3;
const WAIT_MS = 20_000;

await onEachServer("reading one's writes", (server) => {
  let database: TestDatabase;
  const daemons: MarketplaceDaemon[] = [];
  const ports: number[] = [];
  let writer: pg.Client;

  before(async () => {
    database = await server.createDatabase();
    await createHangars(database, OWNERS);
    await database.query(`alter table listings alter column id restart with ${OWNERS + 1}`);
    for (let at = 0; at < 2; at += 1) {
      ports.push(await freePort());
      daemons.push(await startMarketplaceDaemon(database, DEMO, ports[at] ?? 0));
    }
    writer = await database.client();
  });
  after(() => Promise.all(daemons.map((daemon) => daemon.stop())));

  const daemonAt = (at: number): MarketplaceDaemon => daemons[at] as MarketplaceDaemon;
  const here = async (of: Pick<pg.Client, "query"> = writer): Promise<string> =>
    (await of.query<{ here: string }>("select deltad.here()")).rows[0]?.here ?? "";
  const ask = async (
    at: number,
    receipt: string,
    { topic = "owner:1", timeout = String(WAIT_MS), claims = { ownerId: 1 } } = {},
  ): Promise<[status: number, body: unknown]> => {
    const daemon = daemonAt(at);
    const path = `v1/topics/${topic}/wait?for=${encodeURIComponent(receipt)}&timeout=${timeout}`;
    const answer = await fetch(new URL(path, daemon.url), {
      headers: { authorization: `Bearer ${daemon.token(claims)}` },
    });
    return [answer.status, await answer.json()];
  };
  const welcomed = async (t: TestContext, at: number): Promise<TestSocket> => {
    const socket = await TestSocket.welcomed(ports[at] ?? 0, daemonAt(at).token({ ownerId: 1 }));
    t.after(() => socket.terminate());
    return socket;
  };
  const addListing = (owner: number, hangar: string): string =>
    `insert into listings (owner_id, hangar_number, status) values (${owner}, '${hangar}', 'active')`;
  const reached = [200, { reached: true }];

  it("A wait is answered behind the frame that has the write, on the same connection, at any daemon", async (t) => {
    for (const at of ports.keys()) {
      const socket = await welcomed(t, at);
      await socket.subscribe("1");
      socket.forget();
      await writer.query("begin");
      await writer.query(addListing(1, `at ${at}`));
      const receipt = await here();
      await writer.query("commit");
      socket.say({ type: "wait", id: "w", topic: "owner:1", for: receipt, timeoutMs: WAIT_MS });
      const answer = await socket.next("ack");
      assert.equal(answer.id, "w");
      assert.deepEqual(
        socket.frames.map(({ type }) => type),
        ["metrics_updated", "ack"],
      );
    }
  });

  it("Over HTTP who asks after the commit hears when subscribers have been sent it", async (t) => {
    const socket = await welcomed(t, 0);
    await socket.subscribe("1");
    socket.forget();
    await writer.query("begin");
    await writer.query(addListing(1, "http"));
    const receipt = await here();
    await writer.query("commit");
    assert.deepEqual(await ask(0, receipt), reached);
    await socket.settle();
    assert.equal(socket.frames[0]?.type, "metrics_updated");
  });

  it("What changed nothing there, wrote nothing, or was rolled back is reached too, with nobody subscribed", async () => {
    await writer.query("begin");
    await writer.query(addListing(1, "elsewhere"));
    const elsewhere = await here();
    await writer.query("commit");
    const nothing = await here();
    await writer.query("begin");
    await writer.query(addListing(1, "never"));
    const never = await here();
    await writer.query("rollback");
    for (const receipt of [elsewhere, nothing, never])
      for (const at of [0, 1])
        assert.deepEqual(await ask(at, receipt, { topic: "owner:2", claims: { ownerId: 2 } }), reached);
  });

  it("A transaction that goes on is not reached in time, and is as soon as it is over", async () => {
    for (const end of ["commit", "rollback"]) {
      await writer.query("begin");
      const receipt = await here();
      assert.equal(await here(), receipt, "a transaction has one receipt");
      assert.deepEqual(await ask(0, receipt, { timeout: "200" }), [504, { error: "timed_out" }]);
      const asked = ask(0, receipt);
      // Asked before the end: what comes behind it on the same daemon is answered, and it is not.
      assert.deepEqual(await ask(0, receipt, { timeout: "100" }), [504, { error: "timed_out" }]);
      await writer.query(end);
      assert.deepEqual(await asked, reached);
    }
  });

  it("What is no receipt, or another database's, is told apart from what is not reached", async (t) => {
    const other = await openMarketplace(server, "");
    t.after(() => other.daemon.stop());
    const theirs = await other.database.client();
    assert.deepEqual(await ask(0, await here(theirs)), [409, { error: "foreign_receipt" }]);
    const receipt = await here();
    const forged = `${receipt[0] === "A" ? "B" : "A"}${receipt.slice(1)}`;
    assert.deepEqual(await ask(0, forged), [409, { error: "foreign_receipt" }]);
    for (const text of ["", "7", `${receipt}A`, "x".repeat(1_000)])
      assert.deepEqual(await ask(0, text), [400, { error: "bad_receipt" }], text.slice(0, 40));
    for (const timeout of ["30001", "-1", "soon", ""])
      assert.deepEqual(await ask(0, receipt, { timeout }), [400, { error: "invalid_timeout" }], timeout);
  });

  it("Where no daemon has read yet there is a receipt all the same, which nobody knows", async () => {
    const unread = await server.createDatabase();
    await createHangars(unread, 1);
    const client = await unread.client();
    const receipt = await here(client);
    assert.match(receipt, /^[\w-]{32}$/);
    assert.deepEqual(await unread.query("select from deltad.incarnation"), [], "a writer would wait for another");
    assert.deepEqual(await ask(0, receipt), [409, { error: "foreign_receipt" }]);
  });

  it("A token opens no other topic's wait than the topic, and a connection none that it is not subscribed to", async (t) => {
    const receipt = await here();
    assert.deepEqual(await ask(0, receipt, { topic: "owner:2" }), [403, { error: "forbidden" }]);
    assert.deepEqual(await ask(0, "no receipt", { topic: "owner:2" }), [403, { error: "forbidden" }]);
    const socket = await welcomed(t, 0);
    for (const topic of ["owner:1", "owner:2"]) {
      socket.say({ type: "wait", id: topic, topic, for: receipt });
      assert.equal((await socket.next("nack")).code, topic === "owner:1" ? "not_subscribed" : "forbidden");
    }
  });

  it("A role that may write asks for receipts once it was granted to, and no other role", async () => {
    await database.query(`drop role if exists receipts_${database.name}; create role receipts_${database.name}`);
    const client = await database.client();
    await client.query(`set role receipts_${database.name}`);
    await assert.rejects(here(client), /permission denied for schema deltad/);
    await database.query(`grant usage on schema deltad to receipts_${database.name}`);
    await assert.rejects(here(client), /permission denied for function here/);
    await database.query(`grant execute on function deltad.here() to receipts_${database.name}`);
    assert.deepEqual(await ask(0, await here(client)), reached);
    await database.query(`drop owned by receipts_${database.name}; drop role receipts_${database.name}`);
  });

  it("A receipt shows no transaction's id: of two that follow each other it is as unlike as of any two", async () => {
    const receipts = [await here(), await here(), await here()].map((text) => Buffer.from(text, "base64url"));
    const tails = receipts.map((bytes) => bytes.subarray(16, 20).toString("hex"));
    assert.equal(new Set(tails).size, 3, "the ids' upper halves are the same");
  });

  it("The client's caughtUp resolves when its own topic shows the write", async (t) => {
    const daemon = daemonAt(1);
    const getToken = (): string => daemon.token({ ownerId: 3 });
    const client = createClient({ url: daemon.url, getToken, environment: { WebSocket } });
    t.after(client.close);
    const owner = client.owner(3);
    const listings = (): unknown => {
      const { metrics } = owner.getSnapshot();
      return (metrics?.["listings"] as { total?: number } | undefined)?.total;
    };
    owner.subscribe(() => undefined);
    client.connect();
    await caughtUp(client, owner.topic, await here(), { timeoutMs: WAIT_MS });
    const before = listings();
    await writer.query("begin");
    await writer.query(addListing(3, "shown"));
    const receipt = await here();
    await writer.query("commit");
    await caughtUp(client, owner.topic, receipt, { timeoutMs: WAIT_MS });
    assert.equal(listings(), Number(before) + 1);
    await assert.rejects(caughtUp(client, owner.topic, "none"), { message: "bad_receipt" });
    await assert.rejects(caughtUp(client, "owner:4", receipt), { message: "forbidden" });
  });

  it("The example's handler answers after its own dashboard has moved", async (t) => {
    const pool = new pg.Pool({ connectionString: database.url });
    const daemon = daemonAt(0);
    const tokenOf = (ownerId: string): string => daemon.token({ ownerId });
    const application = createApplication({ pool, daemonUrl: daemon.url.replace(/\/$/, ""), tokenOf }).listen(
      0,
      "127.0.0.1",
    );
    t.after(async () => {
      application.close();
      await pool.end();
    });
    await once(application, "listening");
    const { port } = application.address() as AddressInfo;
    const socket = await welcomed(t, 0);
    await socket.subscribe("1");
    socket.forget();
    const answer = await fetch(`http://127.0.0.1:${port}/owners/1/listings?hangar=9`, { method: "POST" });
    const said = (await answer.json()) as { receipt: string; isShown: boolean };
    assert.deepEqual([answer.status, said.isShown], [201, true]);
    await socket.settle();
    assert.equal(socket.frames[0]?.type, "metrics_updated");
  });
});
