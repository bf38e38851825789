/** What Prometheus is told by a whole daemon: each metric of the table moves by what it is said to count, for whoever has a token. */
import assert from "node:assert/strict";
import { after, before, it } from "node:test";
import { freePort } from "../../daemon/database/cluster.ts";
import { METRICS } from "../../daemon/telemetry/metric-table.ts";
import { BOARDS, clientId, openBoards, widget } from "../support/boards.ts";
import { DEMO } from "../support/oracle.ts";
import { eventually } from "../support/real-time.ts";
import { createHangars, type MarketplaceDaemon, startMarketplaceDaemon } from "../support/running-daemon.ts";
import { onEachServer, type TestDatabase } from "../support/servers.ts";
import { TestSocket } from "../support/socket.ts";

const TOKEN = "operator-canary-0123456789abcdef";

await onEachServer("The operator's listener", (server) => {
  let database: TestDatabase;
  let daemon: MarketplaceDaemon;
  let port: number;
  let adminPort: number;

  before(async () => {
    database = await server.createDatabase();
    await createHangars(database, 2);
    port = await freePort();
    adminPort = await freePort();
    daemon = await startMarketplaceDaemon(database, DEMO, port, {
      DELTAD_ADMIN_PORT: String(adminPort),
      DELTAD_ADMIN_TOKENS: `prometheus:${TOKEN}`,
      DELTAD_AUDIT_INTERVAL: "1s",
    });
  });
  after(() => daemon.stop());

  const ask = (path: string, { method = "GET", token = TOKEN, at = adminPort } = {}): Promise<Response> =>
    fetch(`http://127.0.0.1:${at}${path}`, { method, headers: { authorization: `Bearer ${token}` } });

  /** The sum of a metric over the labels that it has, by its name and any label: `deltad_owners`, `phase="live"`. */
  async function value(name: string, label = ""): Promise<number> {
    const text = await (await ask("/metrics")).text();
    const lines = text
      .split("\n")
      .filter((line) => new RegExp(`^${name}(_count)?[ {]`).test(line) && line.includes(label));
    return lines.reduce((sum, line) => sum + Number(line.split(" ").at(-1)), 0);
  }

  /** Waits until the metric is more than it was before `work`. */
  async function grows(name: string, label: string, work: () => Promise<unknown>): Promise<void> {
    const earlier = await value(name, label);
    await work();
    await eventually(`${name} ${label} to grow`, async () => (await value(name, label)) > earlier);
  }

  async function follow(owner: string): Promise<TestSocket> {
    const socket = await TestSocket.welcomed(port, daemon.token({ ownerId: owner }));
    socket.say({ type: "subscribe", id: "1", topic: `owner:${owner}` });
    await socket.next("snapshot");
    return socket;
  }

  const book = (): Promise<unknown> =>
    database.query(
      `insert into bookings (listing_id, owner_id, guest_name, status, payment_status, payment_amount, check_in, check_out, paid_at)
       values (1, 1, 'Zé', 'confirmed', 'paid', 1, now(), now() + interval '1 day', now())`,
    );

  it("is for those alone who show a token, and for nothing but its own paths", async () => {
    assert.equal((await ask("/metrics")).status, 200);
    assert.match((await ask("/metrics")).headers.get("content-type") ?? "", /^text\/plain; version=0\.0\.4/);
    assert.equal((await ask("/metrics", { token: `${TOKEN}x` })).status, 401);
    assert.equal((await ask("/metrics", { token: daemon.token({ ownerId: 1 }) })).status, 401);
    const bare = await fetch(`http://127.0.0.1:${adminPort}/metrics`);
    assert.deepEqual([bare.status, bare.headers.get("www-authenticate")], [401, "Bearer"]);
    assert.doesNotMatch(await bare.text(), /deltad_/);
    assert.equal((await ask("/v1/topics/owner:1")).status, 404);
    assert.equal((await ask("/metrics", { method: "POST" })).status, 405);
    assert.equal((await ask("/metrics", { at: port })).status, 404, "nothing of it is on the clients' port");
  });

  /** The marketplace has no rows that clients write: what a daemon of boards tells when one has. */
  async function toldOfOperation(): Promise<string> {
    const boards = await openBoards(server);
    const [at, listener] = [await freePort(), await freePort()];
    const writing = await startMarketplaceDaemon(boards.database, BOARDS, at, {
      DELTAD_ADMIN_PORT: String(listener),
      DELTAD_ADMIN_TOKENS: `prometheus:${TOKEN}`,
    });
    try {
      const remove = { seq: 1, topic: "board:1", rows: "widgets", op: "delete", key: widget(1) };
      const answer = await fetch(`${writing.url}v1/sync`, {
        method: "POST",
        headers: { authorization: `Bearer ${writing.token({ sub: "ana" })}` },
        body: JSON.stringify({ client: clientId(1), operations: [remove] }),
      });
      assert.equal(answer.status, 200);
      return await (await ask("/metrics", { at: listener })).text();
    } finally {
      await writing.stop();
    }
  }

  it("tells of each metric, and each moves by what it counts", async () => {
    const seen = new Set<string>();
    const moves = async (name: keyof typeof METRICS, label: string, work: () => Promise<unknown>): Promise<void> => {
      seen.add(name);
      await grows(name, label, work);
    };
    let socket = await follow("2");
    const again = async (): Promise<void> => {
      socket.terminate();
      socket = await follow("1");
    };
    await moves("deltad_connections_ended_total", 'reason="gone"', again);
    await moves("deltad_connections", "", () => follow("1"));
    await moves("deltad_connections_opened_total", "", again);
    await moves("deltad_messages_received_total", "", again);
    await moves("deltad_frames_sent_total", "", book);
    await moves("deltad_sent_bytes_total", "", book);
    await moves("deltad_batches_total", "", book);
    await moves("deltad_grains_total", "", book);
    await moves("deltad_row_events_total", "", book);
    await moves("deltad_stage_seconds", 'stage="read"', book);
    await moves("deltad_stage_seconds", 'stage="apply"', book);
    await moves("deltad_resets_total", "", () => database.query("truncate payouts"));
    await moves("deltad_loads_total", 'outcome="loaded"', () => database.query("truncate payouts"));
    await moves("deltad_load_seconds", "", () => database.query("truncate payouts"));
    await moves("deltad_refused_total", 'limit="nonsense"', async () => socket.native.send("nonsense"));
    const document = (): Promise<unknown> =>
      fetch(`${daemon.url}v1/topics/owner:1`, { headers: { authorization: `Bearer ${daemon.token({ ownerId: 1 })}` } });
    await moves("deltad_http_requests_total", 'route="topic",status="', document);
    await moves("deltad_http_request_seconds", 'route="topic"', document);
    assert.match(await toldOfOperation(), /^deltad_operations_total\{outcome="applied"\} 1$/m);
    seen.add("deltad_operations_total");
    await moves("deltad_audits_total", "", async () => undefined);
    await moves("deltad_drift_total", "", () =>
      database.query(`begin; update bookings set payment_amount = payment_amount + 3 where owner_id = 1;
        delete from deltad.change_bookings where change_xid = pg_current_xact_id(); commit`),
    );
    await moves("deltad_epochs_total", "", () =>
      database.query(
        "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'deltad/reader' and datname = current_database()",
      ),
    );
    for (const [name, label] of [
      ["deltad_ready", ""],
      ["deltad_owners", 'phase="live"'],
      ["deltad_topics", ""],
    ] as const) {
      seen.add(name);
      await eventually(name, async () => (await value(name, label)) > 0);
    }
    assert.deepEqual(
      Object.keys(METRICS).filter((name) => !seen.has(name)),
      [],
    );
    assert.ok((await value("nodejs_eventloop_lag_p99_seconds")) > 0, "and Node's own");
    const text = await (await ask("/metrics")).text();
    assert.doesNotMatch(text, /owner:|canary|127\.0\.0\.1|Zé/, "no label holds what a user chose");
    socket.terminate();
  });

  it("a reading is what it is, and not the sum of those before", async () => {
    const opened = await value("deltad_connections_opened_total");
    assert.ok(opened > 0);
    assert.equal(await value("deltad_connections_opened_total"), opened);
  });

  it("is told of a port that can't be had by the name of its own option", async () => {
    const wrong = { DELTAD_ADMIN_PORT: String(adminPort), DELTAD_ADMIN_TOKENS: `prometheus:${TOKEN}` };
    await assert.rejects(
      startMarketplaceDaemon(database, DEMO, await freePort(), wrong),
      /is taken: .* choose another with DELTAD_ADMIN_PORT/,
    );
  });
});
